/** Alerts: where they are told, what and when, for owners; what was told lately, for everybody. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type AlertDestination, type AlertMessage } from '../api.ts'
import { LANGUAGES, message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { Chip, type Tone } from '../parts/chip.tsx'
import { Once } from '../parts/once.tsx'
import { Sign } from '../parts/sign.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant, Point } from '../parts/time.tsx'
import { DestinationForm, TOPIC_WORDS, type Entered } from './alerts/form.tsx'
import { ToCome } from '../parts/to-come.tsx'

type Destinations = { items: AlertDestination[]; page: string | null }

export function AlertsPage() {
  const may = useMay()
  const destinations = useQuery({ queryKey: ['destinations'], queryFn: () => get<Destinations>('/alerts/destinations'), enabled: may('manage') })
  return (
    <div className="grid gap-4">
      <Title>{say('Alerts')}</Title>
      <p className=" text-muted">{say('Relink tells you when something needs you, and when it works again: one message for each problem, however often it fails, and one for an outage of a bank, however many accounts it strikes. No message holds a password or an account’s number.')}</p>
      {may('manage') ? <Places destinations={destinations} /> : <section className="panel grid gap-2" aria-label={say('Where alerts go')}><p>{say('Where alerts go is chosen by an owner.')}</p><AskOwner /></section>}
      {/* How high the places are nobody knows before; what stands below them comes after them, and does not move. */}
      {(!may('manage') || !destinations.isPending) && <Told />}
    </div>
  )
}

function Places({ destinations }: { destinations: UseQueryResult<Destinations> }) {
  const act = useAct()
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<{ label: string; signing: string } | null>(null)
  const add = (entered: Entered): void =>
    act.send('POST', '/alerts/destinations', entered, (answer) => {
      const { label, signing } = answer as { label: string; signing: string | null }
      setMade(signing === null ? null : { label, signing })
      setAdding(false)
    })
  return (
    <Loaded query={destinations} toCome={<ToCome heights={[176]} />}>
      {({ items, page }) => (
        <>
          <section className="grid gap-3" aria-labelledby="places">
            <h2 id="places">{say('Where alerts go')}</h2>
            {items.length === 0 && !adding && (
              <div className="panel grid justify-items-start gap-3">
                <p><span className="font-medium">{say('Nobody is told yet.')}</span> <span className="text-muted">{say('A broken feed is seen only by who opens this page. Mail to yourself is enough; a message to your phone by ntfy can be answered on the way.')}</span></p>
              </div>
            )}
            {made !== null && <Once title={say('The key of the signatures for {place}: give it to the program that receives them', { place: made.label })} text={made.signing} />}
            {items.length > 0 && <ul className="grid gap-3" aria-label={say('Destinations')}>{items.map((one) => <Place key={one.id} place={one} />)}</ul>}
            {page?.startsWith('http://localhost') === true && <p className="meta">{say('Links in messages lead to {page}, which only this machine can open. For links that open on a phone, set RELINK_ORIGIN to the https address of this server.', { page })}</p>}
            {page === null && <p className="meta">{say('Messages have no links, because this server does not know its own address: set RELINK_ORIGIN.')}</p>}
          </section>
          {adding ? (
            <section className="panel grid gap-3" aria-labelledby="add">
              <h2 id="add">{say('A further destination')}</h2>
              {act.error !== null && <Trouble error={act.error} />}
              <DestinationForm place={null} busy={act.isPending} submit={add} cancel={() => setAdding(false)} />
            </section>
          ) : <button className={`button justify-self-start ${items.length === 0 ? 'button-primary' : ''}`} onClick={() => setAdding(true)}>{say('Add a destination')}</button>}
        </>
      )}
    </Loaded>
  )
}

const KINDS: Record<AlertDestination['kind'], string> = { email: message('E-mail'), webhook: message('Webhook'), ntfy: message('ntfy') }

function stateOf({ state, failingSince, lastSentAt }: AlertDestination): { tone: Tone; word: string } {
  if (state === 'paused') return { tone: 'off', word: message('Paused') }
  if (state === 'stopped') return { tone: 'stop', word: message('Stopped') }
  if (failingSince !== null) return { tone: 'need', word: message('Not getting through') }
  return lastSentAt === null ? { tone: 'wait', word: message('Not tried yet') } : { tone: 'ok', word: message('Working') }
}

function Place({ place }: { place: AlertDestination }) {
  const act = useAct()
  const [changing, setChanging] = useState(false)
  const [removing, setRemoving] = useState(false)
  const [result, setResult] = useState<{ sent: boolean; failure: string | null } | null>(null)
  const [signing, setSigning] = useState<string | null>(null)
  const { tone, word } = stateOf(place)
  const path = `/alerts/destinations/${place.id}`
  const change = (body: object): void =>
    act.send('PATCH', path, body, (answer) => {
      setChanging(false)
      setSigning((answer as { signing: string | null }).signing)
    })
  return (
    <li className="panel grid gap-3" aria-label={place.label}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span className="min-w-0"><span className="name font-medium">{place.label}</span><span className="meta block [overflow-wrap:anywhere]">{say('{kind} to {to}', { kind: say(KINDS[place.kind]), to: place.to })}</span></span>
        <Chip tone={tone}>{say(word)}</Chip>
      </div>
      {place.failure !== null && <p className="[overflow-wrap:anywhere]">{place.failure}{place.failingSince !== null && <span className="text-muted"> <Say message="Since {at}." at={<Point at={place.failingSince} />} /></span>}</p>}
      {place.state === 'stopped' && <p className="text-muted">{say('Nothing more is sent there. Enter it anew under Change, or send a test when the other side is mended; then what still holds is told.')}</p>}
      <p className="meta">{place.topics.length === 0 ? say('Hears only of changes to the destinations.') : say('Hears of: {topics}.', { topics: place.topics.map((topic) => say(TOPIC_WORDS[topic].within)).join(', ') })} {say('In {language}.', { language: LANGUAGES[place.language] })}{place.quiet !== null && ` ${say('Quiet from {from} to {to} ({timeZone}).', place.quiet)}`}{place.lastSentAt !== null && <> <Say message="Last message {at}." at={<Instant at={place.lastSentAt} />} /></>}</p>
      {act.error !== null && <Trouble error={act.error} />}
      {signing !== null && <Once title={say('The new key of the signatures')} text={signing} />}
      {result !== null && <p role="status" className={result.sent ? 'text-ok' : 'text-need'}><Sign of={result.sent ? 'done' : 'need'} className="mr-1.5" />{result.sent ? say('The test was taken. Look whether it has arrived.') : say('The test did not get through: {failure}', { failure: result.failure ?? '' })}</p>}
      {changing ? <DestinationForm place={place} busy={act.isPending} submit={change} cancel={() => setChanging(false)} /> : (
        <div className="flex flex-wrap items-center gap-3">
          <button className="button" disabled={act.isPending} aria-label={say('Send a test to {place}', { place: place.label })} onClick={() => { setResult(null); act.send('POST', `${path}/test`, undefined, (answer) => setResult(answer as { sent: boolean; failure: string | null })) }}>{say('Send a test')}</button>
          <button className="button" disabled={act.isPending} aria-label={say('Change {place}', { place: place.label })} onClick={() => setChanging(true)}>{say('Change')}</button>
          <button className="button" disabled={act.isPending} aria-label={place.state === 'paused' ? say('Resume {place}', { place: place.label }) : say('Pause {place}', { place: place.label })} onClick={() => change({ paused: place.state !== 'paused' })}>{place.state === 'paused' ? say('Resume') : say('Pause')}</button>
          {removing ? <><span>{say('Its password or key is deleted.')}</span><button className="button" onClick={() => setRemoving(false)}>{say('Keep it')}</button><button className="button" onClick={() => act.send('DELETE', path)}>{say('Remove it')}</button></> : <button className="link" aria-label={say('Remove {place}', { place: place.label })} onClick={() => setRemoving(true)}>{say('Remove')}</button>}
        </div>
      )}
    </li>
  )
}

const STATES: Record<AlertMessage['state'], { tone: Tone; word: string }> = {
  sent: { tone: 'ok', word: message('Sent') }, waiting: { tone: 'wait', word: message('Waiting') }, given_up: { tone: 'stop', word: message('Given up') }, dropped: { tone: 'off', word: message('Over before it was told') },
}

function Told() {
  const messages = useQuery({ queryKey: ['alert-messages'], queryFn: () => get<{ items: AlertMessage[] }>('/alerts/messages') })
  return (
    <section className="grid gap-3" aria-labelledby="told">
      <h2 id="told">{say('Told lately')}</h2>
      <Loaded query={messages} toCome={<ToCome heights={[46]} />}>
        {({ items }) => items.length === 0 ? <p className="text-muted">{say('Nothing yet. When a feed breaks, what was said of it stands here, with whether it got through.')}</p> : (
          <ol className="panel grid gap-3" aria-label={say('Messages, newest first')}>
            {items.map((sent) => (
              <li key={sent.id} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 border-t border-line pt-3 first:border-0 first:pt-0">
                <span className="min-w-0 [overflow-wrap:anywhere]">{sent.subject === null ? say('Not put into words yet') : <span lang={sent.language}>{sent.subject}</span>}<span className="meta block">{sent.destination !== null && `${sent.destination}, `}<Instant at={sent.endedAt ?? sent.createdAt} />{sent.state === 'waiting' && <>; <Say message={sent.attempts === 0 ? 'goes out {at}' : 'next try {at}'} at={<Instant at={sent.dueAt} />} /></>}{sent.state !== 'sent' && sent.failure !== null && `. ${sent.failure}`}</span></span>
                <Chip tone={STATES[sent.state].tone}>{say(STATES[sent.state].word)}</Chip>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </section>
  )
}
