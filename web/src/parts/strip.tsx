/**
 * The last 90 days of an account in one picture: proved by balances, covered by an answer, or a
 * gap. A day shows its final truth. The sentence below says the same, and is the picture's name.
 */
import { formatDay } from './time.tsx'

export type Coverage = { days: { day: string; state: 'proved' | 'covered' | 'broken' | 'gap' | 'before' }[] }

const LOOK: Record<Coverage['days'][number]['state'], string> = {
  proved: 'h-6 bg-ok',
  covered: 'h-3 border border-ok',
  broken: 'h-6 border-2 border-stop',
  gap: 'h-1 bg-need',
  before: 'h-0',
}

export function Strip({ coverage }: { coverage: Coverage }) {
  const count = (state: string): number => coverage.days.filter((d) => d.state === state).length
  const gaps = coverage.days.filter((d) => d.state === 'gap')
  const first = gaps[0]
  const last = gaps.at(-1)
  const parts = [
    `${count('proved')} days proved by balances`,
    count('covered') > 0 ? `${count('covered')} covered` : null,
    count('broken') > 0 ? `${count('broken')} where balance and rows disagree` : null,
    first !== undefined && last !== undefined ? `${gaps.length} missing (${formatDay(first.day)}${first === last ? '' : ` to ${formatDay(last.day)}`})` : null,
  ].filter((part) => part !== null)
  const name = `Last ${coverage.days.length} days: ${parts.join(', ')}.`
  return (
    <figure className="panel">
      <div className="flex h-6 items-end gap-px" role="img" aria-label={name}>
        {coverage.days.map((d) => (
          <span key={d.day} title={`${formatDay(d.day)}: ${d.state}`} className={`min-w-0 flex-1 rounded-[1px] ${LOOK[d.state]}`} />
        ))}
      </div>
      <figcaption className="meta mt-2">{name}</figcaption>
    </figure>
  )
}
