/** What balances prove of an account, as the API gives it: a sentence on how it stands, and each failure with its explanations. */
import { z } from 'zod'
import { partShape } from './connection-shapes.ts'
import { dayShape, money } from './shapes.ts'

const sentence = z.array(partShape)

export const balanceFaultShape = z.object({
  kind: z.enum(['missing', 'doubled', 'extra', 'flipped', 'misdated', 'amount', 'late', 'statement', 'inverted']),
  transactionId: z.uuid().nullable().meta({ description: 'The row that is wrong; for a missing row, one that shows why it is expected' }),
  twinId: z.uuid().nullable().meta({ description: 'For a doubled row: the one that stays' }),
  amount: money.nullable().meta({ description: 'Missing: the amount of the row. Amount: what it should be. Statement: by how much the balance was off.' }),
  after: dayShape.nullable().meta({ description: 'Missing or misdated: the row belongs after this day' }),
  upTo: dayShape.nullable(),
  says: sentence,
})

export const sameAmountShape = z.object({ transactionId: z.uuid(), provedOn: dayShape.nullable().meta({ description: 'The day of the bank\'s balance that proves that the row belongs here' }), says: sentence })

export const balanceProofShape = z
  .object({
    state: z.enum(['proved', 'broken', 'unknown', 'none']).meta({ description: 'unknown: balance and rows disagree, but may do so for the usual delays of a bank. none: no two balances to compare yet.' }),
    coveredDays: z.int().meta({ description: 'Of the last 90 days, those that a source answered for' }),
    provedDays: z.int(),
    says: sentence,
    breaks: z.array(
      z.object({
        from: dayShape.meta({ description: 'The difference arose after this day' }),
        to: dayShape,
        difference: money.meta({ description: 'What the bank counts more than the rows' }),
        status: z.enum(['broken', 'unknown']),
        says: sentence,
        explanations: z.array(z.object({ p: z.number(), faults: z.array(balanceFaultShape), mend: sentence })),
      }),
    ),
  })
  .meta({ id: 'BalanceProof' })
