/** Schedule: how often, and at what hours, each connection is read by itself; all of it can be paused. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type Schedule, type Scheduled } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay, useMe } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { Chip } from '../parts/chip.tsx'
import { Form } from '../parts/form.tsx'
import { Empty, FirstBank, Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant, Point } from '../parts/time.tsx'
import { ToCome } from '../parts/to-come.tsx'

const CHOICES = [60, 180, 360, 720, 1_440] as const

function every(minutes: number): string {
  if (minutes === 1_440) return say('once a day')
  if (minutes % 60 !== 0) return say('every {minutes} minutes', { minutes })
  return say('{hours, plural, one {every hour} other {every # hours}}', { hours: minutes / 60 })
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function SchedulePage() {
  const act = useAct()
  const me = useMe()
  const may = useMay()
  const schedule = useQuery({ queryKey: ['schedule'], queryFn: () => get<Schedule>('/schedule') })
  return (
    <div className="grid gap-4">
      <Title>{say('Schedule')}</Title>
      <p className=" text-muted">{say('Relink reads each bank by itself, spread by chance so that not all ask at the same minute, and never more often than the bank allows.')}{(me.data === undefined || may('sync')) && <> {say('“Update now” on Accounts reads at any time.')}</>}</p>
      <Loaded query={schedule} toCome={<ToCome heights={[418]} />}>
        {({ pausedSince, items }) => (
          <>
            <section className="panel flex flex-wrap items-center justify-between gap-3" aria-label={say('Reading by itself')}>
              <p className="min-w-0">{pausedSince === null ? <Chip tone="ok">{say('Reading by itself')}</Chip> : <><Chip tone="off">{say('Paused')}</Chip> <span className="text-muted"><Say message="since {at}. All rows stay; what was missed is read afterwards." at={<Point at={pausedSince} />} /></span></>}</p>
              {may('administer') ? <button className="button" disabled={act.isPending} onClick={() => act.send('PUT', '/schedule/pause', { paused: pausedSince === null })}>{pausedSince === null ? say('Pause all') : say('Read again')}</button> : <AskOwner />}
            </section>
            {act.error !== null && <Trouble error={act.error} />}
            {items.length === 0 ? <Empty title={say('No bank is connected')}><p>{say('When one is, it is read four times a day, and you choose here when.')}</p><p className="mt-3"><FirstBank /></p></Empty> : (
              <ul className="grid gap-3" aria-label={say('Connections')}>{items.map((one) => <Row key={one.connectionId} one={one} isPaused={pausedSince !== null} />)}</ul>
            )}
          </>
        )}
      </Loaded>
    </div>
  )
}

function Row({ one, isPaused }: { one: Scheduled; isPaused: boolean }) {
  const may = useMay()
  const [changing, setChanging] = useState(false)
  const chosen = one.everyMinutes ?? one.usualMinutes
  const often = capital(every(Math.max(chosen, one.leastMinutes)))
  const isUsual = one.everyMinutes === null
  const when = one.hours === null
    ? (isUsual ? say('{often}, as is usual, at any hour.', { often }) : say('{often}, at any hour.', { often }))
    : (isUsual ? say('{often}, as is usual, from {from} to {to} ({timeZone}).', { often, ...one.hours }) : say('{often}, from {from} to {to} ({timeZone}).', { often, ...one.hours }))
  return (
    <li className="panel grid gap-2" aria-label={say('{bank}, login {login}', { bank: one.institutionName, login: one.loginLabel })}>
      <div className="flex flex-wrap items-baseline justify-between gap-3"><span className="min-w-0"><span className="name font-medium">{one.institutionName}</span> <span className="meta">{say('Login {login}', { login: one.loginLabel })}</span></span><Next one={one} isPaused={isPaused} /></div>
      <p>{when}</p>
      {one.leastMinutes > 0 && <p className="meta">{one.requestsPerDay === null ? say('The bank asks for a pause: {often} at most.', { often: every(one.leastMinutes) }) : say('The bank allows {requests} requests a day: {often} at most.', { requests: one.requestsPerDay, often: every(one.leastMinutes) })}</p>}
      {changing ? <Plan one={one} done={() => setChanging(false)} /> : may('administer') && one.state !== 'disabled' && <button className="button justify-self-start" aria-label={say('Change when {bank}, login {login}, is read', { bank: one.institutionName, login: one.loginLabel })} onClick={() => setChanging(true)}>{say('Change')}</button>}
    </li>
  )
}

/** When the next read is, or why there is none. */
function Next({ one, isPaused }: { one: Scheduled; isPaused: boolean }) {
  if (one.state === 'disabled') return <span className="meta">{say('Switched off')}</span>
  if (isPaused) return <span className="meta">{say('Paused with all others')}</span>
  if (one.nextReadAt === null && one.awaitsChoice) return <Link className="link alone py-0.5" to="/connections/$id" params={{ id: one.connectionId }} aria-label={say('Waits for you to choose accounts: {bank}, login {login}', { bank: one.institutionName, login: one.loginLabel })}>{say('Waits for you to choose accounts')}</Link>
  if (one.nextReadAt === null) return <Link className="link alone py-0.5" to="/connections/$id" params={{ id: one.connectionId }} aria-label={say('Needs you first: {bank}, login {login}', { bank: one.institutionName, login: one.loginLabel })}>{say('Needs you first')}</Link>
  return <span><Say message={one.isRetrying ? 'Next try {at}' : 'Next read {at}'} at={<Instant at={one.nextReadAt} />} /></span>
}

function Plan({ one, done }: { one: Scheduled; done: () => void }) {
  const act = useAct()
  const [often, setOften] = useState(String(one.everyMinutes ?? ''))
  const [isLimited, setLimited] = useState(one.hours !== null)
  const [from, setFrom] = useState(one.hours?.from ?? '07:00')
  const [to, setTo] = useState(one.hours?.to ?? '19:00')
  const timeZone = one.hours?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  const save = (): void => act.send('PUT', `/connections/${one.connectionId}/schedule`, { everyMinutes: often === '' ? null : Number(often), hours: isLimited ? { from, to, timeZone } : null }, done)
  return (
    <Form className="grid gap-3 border-t border-line pt-3" submit={() => save()}>
      {act.error !== null && <Trouble error={act.error} />}
      <label className="grid gap-1">{say('How often')}<select className="field sm:max-w-md" value={often} onChange={(event) => setOften(event.target.value)}><option value="">{say('As is usual: {often}', { often: every(one.usualMinutes) })}</option>{CHOICES.filter((minutes) => minutes >= one.leastMinutes).map((minutes) => <option key={minutes} value={minutes}>{capital(every(minutes))}</option>)}</select></label>
      <label className="flex min-h-10 items-center gap-2"><input type="checkbox" checked={isLimited} onChange={() => setLimited(!isLimited)} /> {say('Only at some hours')}</label>
      {isLimited && (
        <div className="flex flex-wrap items-end gap-3">
          <label className="grid gap-1">{say('From')}<input className="field" type="time" required value={from} onChange={(event) => setFrom(event.target.value)} /></label>
          <label className="grid gap-1">{say('To')}<input className="field" type="time" required value={to} onChange={(event) => setTo(event.target.value)} /></label>
          <span className="meta">{say('by the clock of {timeZone}', { timeZone })}</span>
        </div>
      )}
      <div className="flex flex-wrap items-center gap-3"><button className="button button-primary" type="submit" disabled={act.isPending}>{say('Save')}</button><button className="link" type="button" onClick={done}>{say('Cancel')}</button></div>
    </Form>
  )
}
