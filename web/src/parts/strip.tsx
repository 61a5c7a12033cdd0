/**
 * The last 90 days of an account in one picture: proved by balances, read from the bank, or a gap.
 * A day shows its final truth; neighbours in the same state are one span. The sentence below says
 * the same, and is the picture's name.
 */
import { formatDay } from './time.tsx'

type DayState = 'proved' | 'covered' | 'broken' | 'gap' | 'before'
export type Coverage = { days: { day: string; state: DayState }[] }

const LOOK: Record<DayState, string> = {
  proved: 'h-6 bg-ok',
  covered: 'h-3 border border-ok',
  broken: 'h-6 border-2 border-stop',
  gap: 'h-1 bg-need',
  before: 'h-0',
}

export function Strip({ coverage }: { coverage: Coverage }) {
  const name = describe(coverage)
  return (
    <figure className="panel">
      <div className="flex h-6 items-end gap-0.5" role="img" aria-label={name}>
        {spansOf(coverage).map(({ from, state, days }) => (
          <span key={from} style={{ flexGrow: days }} className={`min-w-[2px] basis-0 rounded-[2px] ${LOOK[state]}`} />
        ))}
      </div>
      <figcaption className="meta mt-2">{name}</figcaption>
    </figure>
  )
}

/** In words; what is nought is left out, except that nothing is proved yet. */
export function describe({ days }: Coverage): string {
  const of = (state: DayState): number => days.filter((d) => d.state === state).length
  const gaps = days.filter((d) => d.state === 'gap')
  const [first, last] = [gaps[0], gaps.at(-1)]
  const parts = [
    of('proved') > 0 ? `${count(of('proved'))} proved by the bank’s balances` : null,
    of('covered') > 0 ? `${count(of('covered'))} read${of('proved') === 0 ? '; the first balance to prove them against comes with a later read' : ', not proved'}` : null,
    of('broken') > 0 ? `${count(of('broken'))} where balance and rows disagree` : null,
    first !== undefined && last !== undefined ? `${count(gaps.length)} missing (${formatDay(first.day)}${first === last ? '' : ` to ${formatDay(last.day)}`})` : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? `Nothing was read of the last ${days.length} days yet.` : `Last ${days.length} days: ${parts.join(', ')}.`
}

function count(days: number): string {
  return days === 1 ? '1 day' : `${days} days`
}

function spansOf({ days }: Coverage): { from: string; state: DayState; days: number }[] {
  const spans: { from: string; state: DayState; days: number }[] = []
  for (const { day, state } of days) {
    const last = spans.at(-1)
    if (last?.state === state) last.days += 1
    else spans.push({ from: day, state, days: 1 })
  }
  return spans
}
