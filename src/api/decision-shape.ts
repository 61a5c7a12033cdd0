/** What a person decided about a row, as the API gives it: before and after, and whether it still holds. */
import { z } from 'zod'
import type { Decisions, Transaction, TransactionChange } from '../domain/transaction.ts'
import type { Patch } from '../ports/store.ts'
import { isoInstant, transactionResource, transactionShape, whoShape } from './shapes.ts'

const values = z.object({ review: z.enum(['for_review', 'accepted']).optional(), category: z.string().nullable().optional(), note: z.string().nullable().optional(), excluded: z.boolean().optional(), deleted: z.boolean().optional(), transfer: z.uuid().nullable().optional().meta({ description: 'A transfer is taken back as a whole: DELETE /transfers/{id}' }) })

export const decisionShape = z
  .object({
    at: z.iso.datetime(),
    transaction: transactionShape,
    before: values.meta({ description: 'Deciding this takes it back' }),
    after: values,
    by: whoShape,
    holds: z.boolean().meta({ description: 'Nothing else was decided of it since' }),
  })
  .meta({ id: 'Decision' })

export function decisionResource({ at, changes }: Pick<TransactionChange, 'at' | 'changes'>, row: Transaction, by: string | null): z.output<typeof decisionShape> {
  const { before, after } = decided(changes)
  return { at: isoInstant(at), transaction: transactionResource(row), before, after, by, holds: Object.entries(after).every(([field, value]) => row.decisions[field as keyof Decisions] === value) }
}

/** What a decision changed, before and after it; history keeps every value as text. */
export function decided(changes: TransactionChange['changes']): { readonly before: Patch<Decisions>; readonly after: Patch<Decisions> } {
  const side = (index: 0 | 1): Patch<Decisions> => Object.fromEntries(Object.entries(changes).map(([field, pair]) => [field, valueOf(field, pair[index])]))
  return { before: side(0), after: side(1) }
}

function valueOf(field: string, value: string | null): string | boolean | null {
  return field === 'excluded' || field === 'deleted' ? value === 'true' : value
}
