/** Test support: reads a statement stream to its end and sums it up. Not imported by the product. */
import { DecimalSum } from '../../domain/money.ts'
import type { FormatFailure, StatedBalance, StatementHead, StatementRow, StatementStream } from '../../domain/statement.ts'

export type Collected = {
  readonly head: StatementHead
  readonly rows: StatementRow[]
  readonly balances: StatedBalance[]
  readonly notices: string[]
  covers: StatementHead['covers']
}

export type Outcome = { readonly statements: readonly Collected[]; readonly failure: FormatFailure | null }

/** Everything in the stream; checks on the way that parts come in the promised order and nothing follows a failure. */
export async function collect(stream: StatementStream): Promise<Outcome> {
  const statements: Collected[] = []
  let open: Collected | null = null
  let failure: FormatFailure | null = null
  for await (const item of stream) {
    if (failure !== null) throw new Error('a part after the failure')
    if (!item.ok) {
      failure = item.failure
      continue
    }
    const part = item.value
    if (part.part === 'start') {
      if (open !== null) throw new Error('a start before the end')
      open = { head: part.head, rows: [], balances: [], notices: [], covers: part.head.covers }
      statements.push(open)
      continue
    }
    if (open === null) throw new Error(`${part.part} outside a statement`)
    if (part.part === 'rows') open.rows.push(...part.rows)
    if (part.part === 'balance') open.balances.push(part.balance)
    if (part.part === 'notice') open.notices.push(part.message ?? part.code)
    if (part.part === 'end') {
      open.covers = part.covers
      open = null
    }
  }
  if (open !== null && failure === null) throw new Error('a statement without end')
  return { statements, failure }
}

/** `rows sum first last opening closing`, with `-` for what there is none of: the form of expectation tables. */
export function summary({ rows, balances }: Collected): string {
  const sum = new DecimalSum()
  for (const { amount } of rows) sum.add(amount)
  const days = rows.map(({ postedOn }) => postedOn).sort()
  const balance = (kind: StatedBalance['kind']): string => balances.find((stated) => stated.kind === kind)?.amount ?? '-'
  return [rows.length, sum.toDecimal(), days[0] ?? '-', days.at(-1) ?? '-', balance('opening'), balance('closing')].join(' ')
}

/** One chunk, or chunks of `size` bytes. */
export async function* bytes(content: string | Uint8Array, size = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  const all = typeof content === 'string' ? new TextEncoder().encode(content) : content
  if (size >= all.length) yield all
  else for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}
