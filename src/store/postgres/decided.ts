/** Stores what a decision, an answer or an undo made of a row, with its history entry. */
import { sql } from 'kysely'
import type { Decided } from '../decide.ts'
import { columnList, unnested } from './arrays.ts'
import type { Session } from './session.ts'
import { changes, flatTransaction, flatTransactions } from './tables.ts'

/** In a transaction that holds the row. */
export async function storeDecided(trx: Session, tenantId: string, { row, change }: Decided): Promise<void> {
  if (change === null) return
  const { id: _, ...values } = flatTransactions.write(flatTransaction(row))
  await trx.updateTable('relink.transactions').set(values).where('tenant_id', '=', tenantId).where('id', '=', row.id).execute()
  await trx.insertInto('relink.transaction_changes').values({ tenant_id: tenantId, ...changes.write(change) } as never).execute()
}

/** Many at once, in two statements. */
export async function storeAllDecided(trx: Session, tenantId: string, decided: readonly Decided[]): Promise<void> {
  const logged = decided.flatMap(({ change }) => (change === null ? [] : [change]))
  if (logged.length === 0) return
  const set = flatTransactions.columns.filter(({ column }) => column !== 'id').map(({ column }) => sql`${sql.id(column)} = n.${sql.id(column)}`)
  await sql`update relink.transactions t set ${sql.join(set)} from ${unnested(flatTransactions, decided.map(({ row }) => flatTransaction(row)))} where t.tenant_id = ${tenantId} and t.id = n.id`.execute(trx)
  await sql`insert into relink.transaction_changes (tenant_id, ${columnList(changes)}) select ${tenantId}, ${columnList(changes)} from ${unnested(changes, logged)}`.execute(trx)
}
