/** A statement against the rows, as the API gives it. */
import { z } from 'zod'
import { balanceProofShape, sameAmountShape } from './balance-shapes.ts'
import { partShape } from './connection-shapes.ts'
import { dayShape, money, transactionShape } from './shapes.ts'

const days = z.object({ from: dayShape, to: dayShape })

export const reconciliationShape = z
  .object({
    accountId: z.uuid(),
    currency: z.string(),
    asOf: dayShape,
    stated: money,
    ours: money.meta({ description: 'What the rows come to at the end of this day' }),
    difference: money.meta({ description: 'What the statement counts more than the rows' }),
    agrees: z.boolean(),
    says: z.array(partShape),
    provedTo: dayShape.nullable().meta({ description: 'Up to this day the bank\'s own balances prove the rows' }),
    broken: days.nullable(),
    missing: z.array(days).meta({ description: 'Days before the statement that no answer covers' }),
    explanations: balanceProofShape.shape.breaks.element.shape.explanations,
    sameAmount: z.array(sameAmountShape).meta({ description: 'Rows of the very amount of the difference that no explanation names, and why: a balance of the bank proves them, or none does yet' }),
    rows: z.array(transactionShape).meta({ description: 'The rows that these name' }),
  })
  .meta({ id: 'Reconciliation' })

export const reconciledShape = z
  .object({ id: z.uuid(), accountId: z.uuid(), asOf: dayShape, stated: money, difference: money, note: z.string().nullable(), notedAt: z.iso.datetime() })
  .meta({ id: 'ReconciledStatement' })
