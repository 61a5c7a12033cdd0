/** Alerts: where they are told, what and when, for owners; what was told lately, for everybody. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type AlertDestination, type AlertMessage } from '../api.ts'
import { useMay } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { Chip, type Tone } from '../parts/chip.tsx'
import { Once } from '../parts/once.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'
import { DestinationForm, TOPIC_WORDS, type Entered } from './alerts/form.tsx'

type Destinations = { items: AlertDestination[]; page: string | null }

export function AlertsPage() {
  const may = useMay()
  return (
    <div className="grid gap-4">
      <Title>Alerts</Title>
      <p className="max-w-[68ch] text-muted">Relink tells you when something needs you, and when it works again: one message for each problem, however often it fails, and one for an outage of a bank, however many accounts it strikes. No message holds a password or an account’s number.</p>
      {may('oversee') ? <Places /> : <section className="panel grid gap-2" aria-label="Where alerts go"><p>Where alerts go is chosen by an owner.</p><AskOwner /></section>}
      <Told />
    </div>
  )
}

function Places() {
  const act = useAct()
  const destinations = useQuery({ queryKey: ['destinations'], queryFn: () => get<Destinations>('/alerts/destinations') })
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<{ label: string; signing: string } | null>(null)
  const add = (entered: Entered): void =>
    act.send('POST', '/alerts/destinations', entered, (answer) => {
      const { label, signing } = answer as { label: string; signing: string | null }
      setMade(signing === null ? null : { label, signing })
      setAdding(false)
    })
  return (
    <Loaded query={destinations}>
      {({ items, page }) => (
        <>
          <section className="grid gap-3" aria-labelledby="places">
            <h2 id="places">Where alerts go</h2>
            {items.length === 0 && !adding && (
              <div className="panel grid justify-items-start gap-3">
                <p><span className="font-medium">Nobody is told yet.</span> <span className="text-muted">A broken feed is seen only by who opens this page. Mail to yourself is enough; a message to your phone by ntfy can be answered on the way.</span></p>
              </div>
            )}
            {made !== null && <Once title={`The key of the signatures for ${made.label}: give it to the program that receives them`} text={made.signing} />}
            {items.length > 0 && <ul className="grid gap-3" aria-label="Destinations">{items.map((one) => <Place key={one.id} place={one} />)}</ul>}
            {page?.startsWith('http://localhost') === true && <p className="meta max-w-[68ch]">Links in messages lead to {page}, which only this machine can open. For links that open on a phone, set RELINK_ORIGIN to the https address of this server.</p>}
            {page === null && <p className="meta">Messages have no links, because this server does not know its own address: set RELINK_ORIGIN.</p>}
          </section>
          {adding ? (
            <section className="panel grid gap-3" aria-labelledby="add">
              <h2 id="add">A further destination</h2>
              {act.error !== null && <Trouble error={act.error} />}
              <DestinationForm place={null} busy={act.isPending} submit={add} cancel={() => setAdding(false)} />
            </section>
          ) : <button className={`button justify-self-start ${items.length === 0 ? 'button-primary' : ''}`} onClick={() => setAdding(true)}>Add a destination</button>}
        </>
      )}
    </Loaded>
  )
}

const KINDS: Record<AlertDestination['kind'], string> = { email: 'E-mail', webhook: 'Webhook', ntfy: 'ntfy' }

function stateOf({ state, failingSince, lastSentAt }: AlertDestination): { tone: Tone; word: string } {
  if (state === 'paused') return { tone: 'off', word: 'Paused' }
  if (state === 'stopped') return { tone: 'stop', word: 'Stopped' }
  if (failingSince !== null) return { tone: 'need', word: 'Not getting through' }
  return lastSentAt === null ? { tone: 'wait', word: 'Not tried yet' } : { tone: 'ok', word: 'Working' }
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
        <span className="min-w-0"><span className="name font-medium">{place.label}</span><span className="meta block [overflow-wrap:anywhere]">{KINDS[place.kind]} to {place.to}</span></span>
        <Chip tone={tone}>{word}</Chip>
      </div>
      {place.failure !== null && <p className="[overflow-wrap:anywhere]">{place.failure}{place.failingSince !== null && <span className="text-muted"> Since <Instant at={place.failingSince} />.</span>}</p>}
      {place.state === 'stopped' && <p className="text-muted">Nothing more is sent there. Enter it anew under Change, or send a test when the other side is mended; then what still holds is told.</p>}
      <p className="meta">{place.topics.length === 0 ? 'Hears only of changes to the destinations.' : `Hears of: ${place.topics.map((topic) => TOPIC_WORDS[topic].name.toLowerCase()).join(', ')}.`}{place.quiet !== null && ` Quiet from ${place.quiet.from} to ${place.quiet.to} (${place.quiet.timeZone}).`}{place.lastSentAt !== null && <> Last message <Instant at={place.lastSentAt} />.</>}</p>
      {act.error !== null && <Trouble error={act.error} />}
      {signing !== null && <Once title="The new key of the signatures" text={signing} />}
      {result !== null && <p role="status" className={result.sent ? 'text-ok' : 'text-need'}>{result.sent ? '✓ The test was taken. Look whether it has arrived.' : `▲ The test did not get through: ${result.failure}`}</p>}
      {changing ? <DestinationForm place={place} busy={act.isPending} submit={change} cancel={() => setChanging(false)} /> : (
        <div className="flex flex-wrap items-center gap-3">
          <button className="button" disabled={act.isPending} aria-label={`Send a test to ${place.label}`} onClick={() => { setResult(null); act.send('POST', `${path}/test`, undefined, (answer) => setResult(answer as { sent: boolean; failure: string | null })) }}>Send a test</button>
          <button className="button" disabled={act.isPending} aria-label={`Change ${place.label}`} onClick={() => setChanging(true)}>Change</button>
          <button className="button" disabled={act.isPending} aria-label={`${place.state === 'paused' ? 'Resume' : 'Pause'} ${place.label}`} onClick={() => change({ paused: place.state !== 'paused' })}>{place.state === 'paused' ? 'Resume' : 'Pause'}</button>
          {removing ? <><span>Its password or key is deleted.</span><button className="button" onClick={() => act.send('DELETE', path)}>Remove it</button><button className="link" onClick={() => setRemoving(false)}>Keep it</button></> : <button className="link" aria-label={`Remove ${place.label}`} onClick={() => setRemoving(true)}>Remove</button>}
        </div>
      )}
    </li>
  )
}

const STATES: Record<AlertMessage['state'], { tone: Tone; word: string }> = {
  sent: { tone: 'ok', word: 'Sent' }, waiting: { tone: 'wait', word: 'Waiting' }, given_up: { tone: 'stop', word: 'Given up' }, dropped: { tone: 'off', word: 'Over before it was told' },
}

function Told() {
  const messages = useQuery({ queryKey: ['alert-messages'], queryFn: () => get<{ items: AlertMessage[] }>('/alerts/messages') })
  return (
    <section className="grid gap-3" aria-labelledby="told">
      <h2 id="told">Told lately</h2>
      <Loaded query={messages}>
        {({ items }) => items.length === 0 ? <p className="text-muted">Nothing yet. When a feed breaks, what was said of it stands here, with whether it got through.</p> : (
          <ol className="panel grid gap-3" aria-label="Messages, newest first">
            {items.map((message) => (
              <li key={message.id} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 border-t border-line pt-3 first:border-0 first:pt-0">
                <span className="min-w-0 [overflow-wrap:anywhere]">{message.subject ?? 'Not put into words yet'}<span className="meta block">{message.destination !== null && `${message.destination}, `}<Instant at={message.endedAt ?? message.createdAt} />{message.state === 'waiting' && <>; {message.attempts === 0 ? 'goes out' : 'next try'} <Instant at={message.dueAt} /></>}{message.state !== 'sent' && message.failure !== null && `. ${message.failure}`}</span></span>
                <Chip tone={STATES[message.state].tone}>{STATES[message.state].word}</Chip>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </section>
  )
}
