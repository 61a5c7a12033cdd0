/**
 * The last 90 days of an account in one picture and one control: proved by balances, read, disagreeing,
 * missing, or missing while the bank was away. One stop of Tab; arrows go by day, PgUp and PgDn by week,
 * Enter opens the day. The sentence below says the same and is the picture's name. On a phone the whole
 * strip is one target that opens the days as a calendar.
 */
import { useId, useState, type KeyboardEvent } from 'react'
import { Link } from '@tanstack/react-router'
import { locale, message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { formatDay } from './time.tsx'

type DayState = 'proved' | 'covered' | 'broken' | 'gap' | 'outage' | 'before'
type StripDay = { day: string; state: DayState; wasOut: boolean }
export type Coverage = { days: StripDay[] }

/** Told apart by height and pattern as well as by colour. */
const LOOK: Record<DayState, string> = {
  proved: 'h-6 bg-ok',
  covered: 'h-3 border border-ok',
  broken: 'h-6 border-2 border-stop',
  gap: 'h-6 strip-gap',
  outage: 'h-6 border border-wait strip-outage',
  before: 'h-px',
}
const WORD: Record<DayState, string> = {
  proved: message('proved by the bank’s balances'),
  covered: message('read, not proved by a balance'),
  broken: message('balance and rows disagree'),
  gap: message('missing: no answer covers it yet'),
  outage: message('missing: the bank was away'),
  before: message('not connected yet'),
}
/** Since the last answer it is known whether the bank was asked. */
const SINCE: Partial<Record<DayState, string>> = { gap: message('missing: asked, no answer'), before: message('not asked for yet') }

/** A source answered for it. */
function isRead({ state }: StripDay): boolean {
  return state === 'proved' || state === 'covered' || state === 'broken'
}

function wordOf(days: readonly StripDay[], index: number): string {
  const state = days[index]?.state ?? 'before'
  return say((index > days.findLastIndex(isRead) && days.some(isRead) ? SINCE[state] : undefined) ?? WORD[state])
}

const MOVES: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, PageUp: -7, PageDown: 7 }

export function Strip({ coverage, accountId }: { coverage: Coverage; accountId: string }) {
  const { days } = coverage
  const id = useId()
  const [at, setAt] = useState(days.length - 1)
  const [opened, setOpened] = useState<number | null>(null)
  const [isMonth, setMonth] = useState(false)
  const name = describe(coverage)
  const move = (event: KeyboardEvent): void => {
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? days.length - 1 : event.key in MOVES ? at + (MOVES[event.key] ?? 0) : null
    if (to !== null) {
      setAt(Math.max(0, Math.min(days.length - 1, to)))
      event.preventDefault()
    } else if (event.key === 'Enter' || event.key === ' ') {
      setOpened(opened === at ? null : at)
      event.preventDefault()
    }
  }
  const open = (index: number): void => {
    setAt(index)
    setOpened(opened === index ? null : index)
  }
  const first = days[0]
  const list = { role: 'listbox', 'aria-label': name, 'aria-orientation': 'horizontal', tabIndex: 0, 'aria-activedescendant': `${id}${at}`, onKeyDown: move } as const
  const option = (index: number, { day, wasOut }: StripDay) => ({
    id: `${id}${index}`, role: 'option', 'aria-selected': index === at, 'aria-label': say(wasOut ? '{day}: {state}; the bank was away on it for a time' : '{day}: {state}', { day: formatDay(day), state: wordOf(days, index) }), onClick: () => open(index),
  }) as const
  if (days.every(({ state }) => state === 'before')) return <p className="panel meta">{name}</p>
  return (
    <figure className="panel">
      {isMonth ? (
        <div {...list} className="grid grid-cols-7 gap-1">
          {days.map((one, index) => (
            <div key={one.day} {...option(index, one)} style={index === 0 && first !== undefined ? { gridColumnStart: weekday(first.day) } : undefined} className={`flex min-h-11 cursor-pointer flex-col items-center justify-end rounded-md pt-1 text-[13px] ${index === at ? 'outline-2 -outline-offset-2 outline-accent' : ''}`}>
              <span aria-hidden="true">{Number(one.day.slice(8))}</span>
              <span aria-hidden="true" className={`mt-0.5 w-full rounded-[2px] ${LOOK[one.state].replace('h-6', 'h-4').replace('h-3', 'h-2')}`} />
            </div>
          ))}
        </div>
      ) : (
        <>
          <button type="button" className="flex h-11 w-full cursor-pointer items-end gap-px sm:hidden" aria-label={`${name} ${say('Show the days as a calendar.')}`} onClick={() => setMonth(true)}>
            {days.map(({ day, state }) => <span key={day} aria-hidden="true" className={`min-w-0 flex-1 ${LOOK[state]}`} />)}
          </button>
          <div {...list} className="hidden h-8 items-end gap-px sm:flex">
            {days.map((one, index) => (
              <div key={one.day} {...option(index, one)} title={say('{day}: {state}', { day: formatDay(one.day), state: wordOf(days, index) })} className="relative flex h-full min-w-0 flex-1 cursor-pointer items-end">
                {one.wasOut && <span aria-hidden="true" className="absolute inset-x-0 top-0 h-1 bg-wait" />}
                <span aria-hidden="true" className={`w-full rounded-[1px] ${LOOK[one.state]} ${index === at ? 'strip-active' : ''}`} />
              </div>
            ))}
          </div>
        </>
      )}
      <figcaption className="meta mt-2" aria-hidden="true">{name}</figcaption>
      {isMonth && <button type="button" className="link mt-1 min-h-6 text-[13px] sm:hidden" onClick={() => setMonth(false)}>{say('Show as a strip')}</button>}
      <OpenedDay day={opened === null ? undefined : days[opened]} word={opened === null ? '' : wordOf(days, opened)} accountId={accountId} />
    </figure>
  )
}

/** The picture alone, for a tile; the words beside it say the same. */
export function MiniStrip({ coverage: { days } }: { coverage: Coverage }) {
  return (
    <span aria-hidden="true" className="flex h-4 items-end gap-px">
      {days.map(({ day, state }) => <span key={day} className={`min-w-0 flex-1 ${LOOK[state].replace('h-6', 'h-4').replace('h-3', 'h-2')}`} />)}
    </span>
  )
}

/** `84 of 90 days proved`, or how far it is from that. */
export function provedWords({ days }: Coverage): string {
  const asked = days.filter(({ state }) => state !== 'before')
  if (asked.length === 0) return say('Nothing of the last {count} days', { count: days.length })
  const proved = asked.filter(({ state }) => state === 'proved').length
  if (proved === 0) return say('{count, plural, one {# day} other {# days}} read', { count: asked.filter(({ state }) => state === 'covered').length })
  return say('{proved} of {count, plural, one {# day} other {# days}} proved', { proved, count: asked.length })
}

function OpenedDay({ day, word, accountId }: { day: StripDay | undefined; word: string; accountId: string }) {
  if (day === undefined) return <p className="sr-only" role="status" />
  const said = { day: <span className="font-medium">{formatDay(day.day)}</span>, state: word }
  return (
    <p role="status" className="mt-2 border-t border-line pt-2">
      {day.wasOut ? <Say message="{day}: {state}; the bank was away on it for a time, its rows came later." {...said} /> : <Say message="{day}: {state}." {...said} />}{' '}
      <Link className="link" to="/transactions" search={{ account: accountId, from: day.day, to: day.day }}>{say('Rows of this day')}</Link>
    </p>
  )
}

/** 1: Monday. */
function weekday(day: string): number {
  return ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1
}

/** In words; what is nought is left out, except that nothing is proved yet. */
function describe({ days }: Coverage): string {
  const of = (state: DayState): StripDay[] => days.filter((day) => day.state === state)
  const count = (state: DayState): number => of(state).length
  // Before the first that was ever asked for.
  const early = days.findIndex(({ state }) => state !== 'before')
  if (early === -1) return say('Nothing was read of the last {count} days yet.', { count: days.length })
  const parts = [
    count('proved') > 0 ? say('{count, plural, one {# day} other {# days}} proved by the bank’s balances', { count: count('proved') }) : null,
    count('covered') === 0 ? null : count('proved') > 0 ? say('{count, plural, one {# day} other {# days}} read, not proved', { count: count('covered') })
      : say('{count, plural, one {# day} other {# days}} read; no balance proves them yet', { count: count('covered') }),
    count('broken') > 0 ? say('{count, plural, one {# day} other {# days}} where balance and rows disagree', { count: count('broken') }) : null,
    count('gap') > 0 ? say('{count} missing ({days})', { count: count('gap'), days: rangesOf(of('gap')) }) : null,
    count('outage') > 0 ? say('{count} missing while the bank was away ({days})', { count: count('outage'), days: rangesOf(of('outage')) }) : null,
    early > 0 ? say('{count} not connected yet', { count: early }) : null,
    count('before') > early ? say('{count} not asked for yet', { count: count('before') - early }) : null,
  ].filter((part) => part !== null)
  return say('Last {count} days: {states}.', { count: days.length, states: parts.join(', ') })
}

/** `3–4 Oct, 9 Oct`; many are counted. */
function rangesOf(days: readonly StripDay[]): string {
  const ranges: [string, string][] = []
  for (const { day } of days) {
    const last = ranges.at(-1)
    if (last !== undefined && Date.parse(day) - Date.parse(last[1]) === 86_400_000) last[1] = day
    else ranges.push([day, day])
  }
  if (ranges.length > 3) return say('in {count} stretches', { count: ranges.length })
  return ranges.map(([from, to]) => range.formatRange(new Date(`${from}T00:00:00Z`), new Date(`${to}T00:00:00Z`))).join(', ')
}

const range = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' })
