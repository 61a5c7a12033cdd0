/** Rules, suggestions and transfers, as the API gives them. */
import { z } from 'zod'
import type { CategoryRule } from '../domain/review.ts'
import { formatMoney } from '../domain/money.ts'
import type { DryRun } from '../review/rules.ts'
import type { Suggested } from '../review/suggest.ts'
import { isoInstant, transactionResource, transactionShape } from './shapes.ts'

export const ruleShape = z.object({ id: z.uuid(), contains: z.string(), category: z.string(), accountId: z.uuid().nullable(), createdAt: z.iso.datetime() }).meta({ id: 'CategoryRule' })

export function ruleResource({ createdAt, ...rule }: CategoryRule): z.output<typeof ruleShape> {
  return { ...rule, createdAt: isoInstant(createdAt) }
}

const SAMPLE = 20
const rowsShape = z.object({ count: z.int(), newest: z.array(transactionShape).meta({ description: `At most ${SAMPLE}` }) })

export const dryRunShape = z
  .object({
    fresh: rowsShape.meta({ description: 'Rows without a category: the rule gives it to them' }),
    against: rowsShape.meta({ description: 'Rows for which another category was chosen' }),
    same: z.int().meta({ description: 'Rows that have this category already' }),
    isWhole: z.boolean().meta({ description: 'False: there are more rows than a rule looks at; these are the newest' }),
  })
  .meta({ id: 'RuleDryRun' })

export function dryRunResource({ fresh, against, same }: DryRun, isWhole: boolean): z.output<typeof dryRunShape> {
  const rows = (of: DryRun['fresh']) => ({ count: of.length, newest: of.slice(0, SAMPLE).map(transactionResource) })
  return { fresh: rows(fresh), against: rows(against), same: same.length, isWhole }
}

export const suggestedShape = z
  .object({
    transaction: transactionShape,
    category: z.object({ category: z.string(), because: z.enum(['rule', 'before']), times: z.int().meta({ description: 'How often it was chosen for this payee before' }) }).nullable(),
    transfer: z.object({ other: transactionShape, days: z.int().min(0) }).nullable().meta({ description: 'A row of another own account that may be the other side' }),
    unusual: z
      .union([
        z.object({ kind: z.literal('amount'), largest: z.string().meta({ description: 'The largest of the earlier rows of this payee, without sign' }), times: z.int() }),
        z.object({ kind: z.literal('twice'), other: transactionShape }),
      ])
      .nullable(),
  })
  .meta({ id: 'Suggested' })

export function suggestedResource({ row, category, transfer, unusual }: Suggested): z.output<typeof suggestedShape> {
  return {
    transaction: transactionResource(row),
    category,
    transfer: transfer === null ? null : { other: transactionResource(transfer.other), days: transfer.days },
    unusual: unusual === null ? null : unusual.kind === 'twice' ? { kind: 'twice', other: transactionResource(unusual.other) } : { kind: 'amount', largest: formatMoney({ minor: unusual.largest, currency: row.currency }), times: unusual.times },
  }
}
