/** Rules, their dry run and suggestions, as the API gives them. */
import { z } from 'zod'
import { transactionShape } from './shapes.ts'

export const ruleShape = z.object({ id: z.uuid(), contains: z.string(), category: z.string(), accountId: z.uuid().nullable(), createdAt: z.iso.datetime() }).meta({ id: 'CategoryRule' })

/** So many rows show what a rule means. */
export const SAMPLE = 20
const rowsShape = z.object({ count: z.int(), newest: z.array(transactionShape).meta({ description: `At most ${SAMPLE}` }) })

export const dryRunShape = z
  .object({
    fresh: rowsShape.meta({ description: 'Rows without a category: the rule gives it to them' }),
    against: rowsShape.meta({ description: 'Rows for which another category was chosen' }),
    same: z.int().meta({ description: 'Rows that have this category already' }),
    isWhole: z.boolean().meta({ description: 'False: there are more rows than a rule looks at; these are the newest' }),
  })
  .meta({ id: 'RuleDryRun' })

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

export const matchShape = z
  .object({ as: z.enum(['same', 'transfer']), transaction: transactionShape, days: z.int().min(0).meta({ description: 'So far apart' }) })
  .meta({ id: 'Match' })
