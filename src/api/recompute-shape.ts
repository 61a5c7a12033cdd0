/** What recomputing an account would change, or changed, as the API and the command line tell it. */
import { z } from 'zod'
import { formatMoney } from '../domain/money.ts'
import type { RowContent } from '../domain/transaction.ts'
import type { Language } from '../language/language.ts'
import type { Recomputation } from '../sync/recompute.ts'
import { dayShape, money, runResource, runShape } from './shapes.ts'

const shownRow = z.object({ on: dayShape, amount: money, text: z.string(), status: z.enum(['posted', 'pending']) })

export const recomputeShape = z
  .object({
    accountId: z.uuid(),
    name: z.string(),
    different: z.boolean().meta({ description: 'Whether applying changes anything' }),
    counts: z
      .object({ same: z.int(), joined: z.int(), parted: z.int(), changed: z.int(), withdrawn: z.int(), restored: z.int(), questions: z.int(), closed: z.int(), moved: z.int(), kept: z.int() })
      .meta({ description: '`moved`: reports that belong to another transaction; `closed`: open questions that are none any more; `kept`: transactions that stay because a person decided about them' }),
    rows: z.array(
      z.object({
        kind: z.enum(['joined', 'parted', 'changed', 'withdrawn', 'restored', 'question']),
        transactionId: z.uuid().nullable().meta({ description: 'Null: a new transaction' }),
        otherId: z.uuid().nullable().meta({ description: 'What it is one with, was parted from, or is asked about' }),
        before: shownRow.nullable(),
        after: shownRow,
      }),
    ),
    rowsLeftOff: z.int().meta({ description: 'Rows of the difference beyond those that are listed' }),
    run: runShape.nullable().meta({ description: 'The run that applied it; undo it to go back. Null: nothing was applied' }),
  })
  .meta({ id: 'Recomputation' })

export type RecomputeResource = z.infer<typeof recomputeShape>

const SHOWN_ROWS = 1_000

export function recomputeResource(language: Language, { account, counts, rows, isDifferent, run }: Recomputation): RecomputeResource {
  const listed = rows.slice(0, SHOWN_ROWS)
  return {
    accountId: account.id, name: account.name, different: isDifferent, counts: { ...counts },
    rows: listed.map(({ kind, transactionId, otherId, before, after }) => ({ kind, transactionId, otherId, before: before === null ? null : shown(before), after: shown(after) })),
    rowsLeftOff: rows.length - listed.length, run: run === null ? null : runResource(language, run),
  }
}

function shown({ postedOn, amount, currency, name, memo, status }: RowContent): z.infer<typeof shownRow> {
  return { on: postedOn, amount: formatMoney({ minor: amount, currency }), text: [name, memo].filter((part) => part !== null).join(' '), status }
}
