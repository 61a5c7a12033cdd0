/** Stores what a decision, an answer or an undo made of a row, with its history entry. */
import type { Decided } from '../decide.ts'
import type { Session } from './session.ts'
import { changes, flatTransaction, flatTransactions } from './tables.ts'

/** In a transaction that holds the row. */
export async function storeDecided(trx: Session, tenantId: string, { row, change }: Decided): Promise<void> {
  if (change === null) return
  const { id: _, ...values } = flatTransactions.write(flatTransaction(row))
  await trx.updateTable('relink.transactions').set(values).where('tenant_id', '=', tenantId).where('id', '=', row.id).execute()
  await trx.insertInto('relink.transaction_changes').values({ tenant_id: tenantId, ...changes.write(change) } as never).execute()
}
