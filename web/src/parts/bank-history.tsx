/**
 * A bank's last ninety days: a bar for each day, and its incidents with start, end, duration and reach.
 * The sentence below the bars says the same as the picture and is its name.
 */
import { useQuery } from '@tanstack/react-query'
import { get, type Bank, type BankHistory } from '../api.ts'
import { Chip } from './chip.tsx'
import { Loaded } from './states.tsx'
import { Sentence } from './sentence.tsx'
import { formatDay, Instant } from './time.tsx'

type DayState = BankHistory['days'][number]['state']

/** Told apart by height as well as by colour. */
const LOOK: Record<DayState, string> = {
  working: 'h-6 bg-ok',
  failures: 'h-6 border-2 border-ok',
  disturbed: 'h-4 bg-need',
  down: 'h-2 bg-stop',
  none: 'h-1 bg-line',
}
const WORD: Record<DayState, string> = { working: 'answered every read', failures: 'single reads failed', disturbed: 'a part did not answer', down: 'did not answer', none: 'not read' }

export function History({ bank }: { bank: Bank }) {
  const history = useQuery({ queryKey: ['banks', bank.institutionId, 'health'], queryFn: () => get<BankHistory>(`/institutions/${encodeURIComponent(bank.institutionId)}/health`) })
  return (
    <Loaded query={history}>
      {(data) => (
        <div className="mt-3">
          <Bars history={data} />
          <Incidents history={data} />
        </div>
      )}
    </Loaded>
  )
}

function Bars({ history }: { history: BankHistory }) {
  const name = describe(history)
  return (
    <figure>
      <div className="flex h-6 items-end gap-px" role="img" aria-label={name}>
        {history.days.map(({ day, state, reads, failed }) => (
          <span key={day} title={`${formatDay(day)}: ${WORD[state]}${failed > 0 ? `, ${failed} of ${reads} reads failed` : ''}`} className={`min-w-px flex-1 rounded-[1px] ${LOOK[state]}`} />
        ))}
      </div>
      <figcaption className="meta mt-2">{name}</figcaption>
    </figure>
  )
}

function Incidents({ history: { incidents } }: { history: BankHistory }) {
  if (incidents.length === 0) return null
  return (
    <ul className="mt-3 grid gap-2 border-t border-line pt-3" aria-label="Incidents">
      {incidents.map(({ id, what, startedAt, endedAt, minutes, struck }) => (
        <li key={id} className="min-w-0 [overflow-wrap:anywhere]">
          <p className="flex flex-wrap items-center gap-2"><Chip tone={endedAt === null ? 'stop' : 'off'}>{endedAt === null ? 'Now' : 'Over'}</Chip><span><Sentence parts={what} /></span></p>
          <p className="meta">
            <Instant at={startedAt} />{endedAt === null ? ', not over yet' : <> until <Instant at={endedAt} /></>} · {duration(minutes)} · {struck}
          </p>
        </li>
      ))}
    </ul>
  )
}

/** In words; what is nought is left out. */
function describe({ days, incidents }: BankHistory): string {
  const of = (state: DayState): number => days.filter((day) => day.state === state).length
  const read = days.length - of('none')
  if (read === 0) return 'Nothing was read from this bank in the last 90 days. Its days appear here as they are read.'
  const parts = (['working', 'failures', 'disturbed', 'down'] as const).flatMap((state) => (of(state) === 0 ? [] : [`${count(of(state), 'day')}: ${WORD[state]}`]))
  return `Last ${days.length} days, of which ${read} were read. ${parts.join('; ')}. ${incidents.length === 0 ? 'No outage was seen.' : `${count(incidents.length, 'outage')}.`}`
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

function duration(minutes: number): string {
  if (minutes < 60) return count(Math.max(1, minutes), 'minute')
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${count(hours, 'hour')}${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}` : count(Math.round(hours / 24), 'day')
}
