/** How many rows another sign-in would leave the same, bring, lose, bring twice and leave to check: each number with its bar. */
import { Fragment } from 'react'
import type { Preview } from '../api.ts'
import { message, say } from '../language/language.ts'

type Counts = Preview['counts']
export type RowKind = Preview['accounts'][number]['rows'][number]['kind']

/** Told apart by fill and pattern as well as by colour. */
const LOOKS: Record<'same' | RowKind, string> = { same: 'bg-ok', new: 'border-2 border-accent', lost: 'bar-lost border border-stop', double: 'border-y-4 border-need', to_check: 'bar-check border border-wait' }
const WORDS: readonly { readonly kind: 'same' | RowKind; readonly count: keyof Counts; readonly words: string }[] = [
  { kind: 'same', count: 'same', words: message('{count} the same') },
  { kind: 'new', count: 'new', words: message('{count} new') },
  { kind: 'lost', count: 'lost', words: message('{count} lost') },
  { kind: 'double', count: 'double', words: message('{count} double') },
  { kind: 'to_check', count: 'toCheck', words: message('{count} to check') },
]
/** Of the largest number; one row is still seen. */
const LONGEST_PX = 120
const SHORTEST_PX = 10

/** `of`: what the longest bar stands for, one scale for all pictures of a preview. What is nought has no bar. */
export function PreviewBars({ counts, of }: { counts: Counts; of: Counts }) {
  const most = Math.max(1, ...Object.values(of))
  const told = WORDS.map(({ kind, count, words }) => ({ kind, count: counts[count], words: say(words, { count: counts[count] }) }))
  return (
    <div role="img" aria-label={told.map(({ words }) => words).join(', ')} className="grid grid-cols-[minmax(6.5rem,max-content)_minmax(0,1fr)] items-center gap-x-3">
      {told.filter(({ count }) => count > 0).map(({ kind, count, words }) => (
        <Fragment key={kind}>
          <span>{words}</span>
          <span data-bar={kind} className={`h-3 rounded-[1px] ${LOOKS[kind]}`} style={{ width: Math.max(SHORTEST_PX, Math.round((LONGEST_PX * count) / most)) }} />
        </Fragment>
      ))}
      <span className="col-span-2 text-muted">{told.filter(({ count }) => count === 0).map(({ words }) => words).join(', ')}</span>
    </div>
  )
}

/** The look of a kind, beside its word. */
export function KindOfRow({ kind }: { kind: RowKind }) {
  return <span aria-hidden="true" className={`mr-2 inline-block h-3 w-3 rounded-[1px] align-[-1px] ${LOOKS[kind]}`} />
}
