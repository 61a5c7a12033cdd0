/**
 * A bank's last ninety days: a bar for each day, and its incidents with start, end, duration and reach.
 * The sentence below the bars says the same as the picture and is its name.
 */
import { useQuery } from '@tanstack/react-query'
import { get, type Bank, type BankHistory } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Chip } from './chip.tsx'
import { Loaded } from './states.tsx'
import { Sentence } from './sentence.tsx'
import { formatDay, Point } from './time.tsx'
import { ToCome } from './to-come.tsx'

type DayState = BankHistory['days'][number]['state']

/** Told apart by height as well as by colour. */
const LOOK: Record<DayState, string> = {
  working: 'h-6 bg-ok',
  failures: 'h-6 border-2 border-ok',
  disturbed: 'h-4 bg-need',
  down: 'h-2 bg-stop',
  none: 'h-1 bg-line',
}
const WORD: Record<DayState, string> = { working: message('answered every read'), failures: message('single reads failed'), disturbed: message('a part did not answer'), down: message('did not answer'), none: message('not read') }

/** `most`: so many incidents, the newest first. */
export function History({ bank, most = Infinity }: { bank: Bank; most?: number }) {
  const history = useQuery({ queryKey: ['banks', bank.institutionId, 'health'], queryFn: () => get<BankHistory>(`/institutions/${encodeURIComponent(bank.institutionId)}/health`) })
  return (
    <Loaded query={history} toCome={<ToCome bare heights={[84]} />}>
      {(data) => (
        <div className="mt-3">
          <Bars history={data} />
          <Incidents incidents={data.incidents.slice(0, most)} />
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
          <span key={day} title={failed > 0 ? say('{day}: {state}, {failed} of {reads} reads failed', { day: formatDay(day), state: say(WORD[state]), failed, reads }) : say('{day}: {state}', { day: formatDay(day), state: say(WORD[state]) })} className={`min-w-px flex-1 rounded-[1px] ${LOOK[state]}`} />
        ))}
      </div>
      <figcaption className="meta mt-2">{name}</figcaption>
    </figure>
  )
}

function Incidents({ incidents }: Pick<BankHistory, 'incidents'>) {
  if (incidents.length === 0) return null
  return (
    <ul className="mt-3 grid gap-2 border-t border-line pt-3" aria-label={say('Incidents')}>
      {incidents.map(({ id, what, startedAt, endedAt, minutes, struck }) => (
        <li key={id} className="min-w-0 [overflow-wrap:anywhere]">
          <p className="flex flex-wrap items-center gap-2"><Chip tone={endedAt === null ? 'stop' : 'off'}>{endedAt === null ? say('Now') : say('Over')}</Chip><span><Sentence parts={what} /></span></p>
          <p className="meta">
            {endedAt === null ? <Say message="{from}, not over yet" from={<Point at={startedAt} />} /> : <Say message="{from} until {to}" from={<Point at={startedAt} />} to={<Point at={endedAt} />} />} · {duration(minutes)} · {struck}
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
  if (read === 0) return say('Nothing was read from this bank in the last 90 days. Its days appear here as they are read.')
  const parts = (['working', 'failures', 'disturbed', 'down'] as const).flatMap((state) => (of(state) === 0 ? [] : [say('{count, plural, one {# day} other {# days}}: {state}', { count: of(state), state: say(WORD[state]) })]))
  return [
    say('Last {days} days, of which {read, plural, one {# was read} other {# were read}}.', { days: days.length, read }), `${parts.join('; ')}.`,
    incidents.length === 0 ? say('No outage was seen.') : say('{count, plural, one {# outage} other {# outages}}.', { count: incidents.length }),
  ].join(' ')
}

function duration(minutes: number): string {
  if (minutes < 60) return say('{minutes, plural, one {# minute} other {# minutes}}', { minutes: Math.max(1, minutes) })
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return say('{days, plural, one {# day} other {# days}}', { days: Math.round(hours / 24) })
  return minutes % 60 === 0 ? say('{hours, plural, one {# hour} other {# hours}}', { hours }) : say('{hours, plural, one {# hour} other {# hours}} {minutes} min', { hours, minutes: minutes % 60 })
}
