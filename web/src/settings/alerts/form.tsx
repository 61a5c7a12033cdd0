/** Entering or changing a destination: where, what it hears, when it is left alone. Secrets live only in this form and are sent once. */
import { useState } from 'react'
import type { AlertDestination } from '../../api.ts'
import { language, LANGUAGES, message, say, type Language } from '../../language/language.ts'
import { Form } from '../../parts/form.tsx'

type Topic = AlertDestination['topics'][number]
type Kind = AlertDestination['kind']

/** `within`: as one of several in a sentence. */
export const TOPIC_WORDS: Record<Topic, { name: string; within: string; words: string }> = {
  needs_you: { name: message('Something needs you'), within: message('something needs you'), words: message('a feed broke, and only a person can go on: why, and the one next step') },
  question: { name: message('Questions of a bank'), within: message('questions of a bank'), words: message('it asks who is there: a link to answer on a phone') },
  outage: { name: message('Outages'), within: message('outages'), words: message('a bank is away, and when it is back; nothing for you to do') },
  mended: { name: message('Mended'), within: message('mended'), words: message('a feed works again, with the rows that came and the proof') },
  warning: { name: message('Before the next break'), within: message('before the next break'), words: message('a permission, password or key ends soon: 14, 7 and 1 days before') },
  balance: { name: message('Balances'), within: message('balances'), words: message('a bank’s balance and the rows disagree') },
}
const TOPICS = Object.keys(TOPIC_WORDS) as Topic[]
const KINDS: Record<Kind, { name: string; words: string }> = {
  email: { name: message('E-mail'), words: message('through your mail server (SMTP)') },
  ntfy: { name: message('ntfy'), words: message('to a phone, by the app ntfy') },
  webhook: { name: message('Webhook'), words: message('signed JSON to a program') },
}

/** As the server takes it; a place is left out where it stays as it is. */
export type Entered = Record<string, unknown>

type Filled = {
  label: string; kind: Kind; host: string; port: string; security: 'tls' | 'starttls' | 'none'; user: string; password: string; from: string; to: string
  url: string; server: string; topic: string; token: string; topics: readonly Topic[]; isQuiet: boolean; quietFrom: string; quietTo: string; language: Language; amounts: boolean
}

const here = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

function initial(place: AlertDestination | null): Filled {
  const server = place?.server
  return {
    label: place?.label ?? '', kind: place?.kind ?? 'email', host: server?.host ?? '', port: String(server?.port ?? 587), security: server?.security ?? 'starttls', user: server?.user ?? '', password: '', from: server?.from ?? '', to: server?.to.join(', ') ?? '',
    url: '', server: place?.kind === 'ntfy' ? place.to : 'https://ntfy.sh', topic: '', token: '', topics: place?.topics ?? TOPICS, isQuiet: place?.quiet != null, quietFrom: place?.quiet?.from ?? '22:00', quietTo: place?.quiet?.to ?? '07:00', language: place?.language ?? language, amounts: place?.amounts ?? false,
  }
}

function placeOf(form: Filled): object {
  if (form.kind === 'webhook') return { kind: 'webhook', url: form.url.trim() }
  if (form.kind === 'ntfy') return { kind: 'ntfy', server: form.server.trim(), topic: form.topic.trim(), ...(form.token === '' ? {} : { token: form.token }) }
  const server = { host: form.host.trim(), port: Number(form.port), security: form.security, user: form.user === '' ? null : form.user, from: form.from.trim(), to: form.to.split(/[,;\s]+/).filter((one) => one !== '') }
  return { kind: 'email', server, ...(form.password === '' ? {} : { password: form.password }) }
}

export function DestinationForm({ place, busy, submit, cancel }: { place: AlertDestination | null; busy: boolean; submit: (entered: Entered) => void; cancel: () => void }) {
  const [form, setForm] = useState(() => initial(place))
  const [moving, setMoving] = useState(place === null)
  const set = (change: Partial<Filled>): void => setForm({ ...form, ...change })
  const send = (): void => {
    const timeZone = place?.timeZone ?? here()
    const { label, topics, language, amounts } = form
    const quiet = form.isQuiet ? { from: form.quietFrom, to: form.quietTo, timeZone: place?.quiet?.timeZone ?? timeZone } : null
    submit({ label, topics, language, amounts, quiet, timeZone, ...(moving ? { place: placeOf(form) } : {}) })
  }
  return (
    <Form className="grid gap-4" autoComplete="off" submit={() => send()}>
      {place === null && (
        <fieldset className="grid gap-1">
          <legend className="mb-1">{say('By')}</legend>
          {(Object.keys(KINDS) as Kind[]).map((kind) => (
            <label key={kind} className="flex min-h-10 items-center gap-2"><input type="radio" name="kind" checked={form.kind === kind} onChange={() => set({ kind })} /> <span><span className="font-medium">{say(KINDS[kind].name)}</span> <span className="text-muted">{say(KINDS[kind].words)}</span></span></label>
          ))}
        </fieldset>
      )}
      <Text label={say('What you call it')} value={form.label} set={(label) => set({ label })} max={100} />
      {moving ? <Where form={form} set={set} isNew={place === null} /> : <button className="link justify-self-start" type="button" onClick={() => setMoving(true)}>{place?.kind === 'webhook' ? say('Change the address') : say('Change the address or password')}</button>}
      <fieldset className="grid gap-1">
        <legend className="mb-1">{say('It hears of')}</legend>
        {TOPICS.map((topic) => (
          <label key={topic} className="flex min-h-10 items-start gap-2 py-1"><input type="checkbox" className="mt-1" checked={form.topics.includes(topic)} onChange={() => set({ topics: TOPICS.filter((one) => form.topics.includes(one) !== (one === topic)) })} /> <span><span className="font-medium">{say(TOPIC_WORDS[topic].name)}:</span> <span className="text-muted">{say(TOPIC_WORDS[topic].words)}</span></span></label>
        ))}
      </fieldset>
      <fieldset className="grid gap-2">
        <legend className="mb-1">{say('When')}</legend>
        <label className="flex min-h-10 items-center gap-2"><input type="checkbox" checked={form.isQuiet} onChange={() => set({ isQuiet: !form.isQuiet })} /> {say('Quiet hours: what happens in them is told together at their end')}</label>
        {form.isQuiet && (
          <div className="flex flex-wrap items-end gap-3">
            <label className="grid gap-1">{say('From')}<input className="field" type="time" required value={form.quietFrom} onChange={(event) => set({ quietFrom: event.target.value })} /></label>
            <label className="grid gap-1">{say('To')}<input className="field" type="time" required value={form.quietTo} onChange={(event) => set({ quietTo: event.target.value })} /></label>
            <span className="meta">{say('by the clock of {timeZone}', { timeZone: place?.quiet?.timeZone ?? here() })}</span>
          </div>
        )}
      </fieldset>
      <label className="grid justify-items-start gap-1">{say('Its messages are in')}<select className="field !w-auto" value={form.language} onChange={(event) => set({ language: event.target.value as Language })}>{Object.entries(LANGUAGES).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}</select></label>
      <label className="flex min-h-10 items-center gap-2"><input type="checkbox" checked={form.amounts} onChange={() => set({ amounts: !form.amounts })} /> {say('Amounts may stand in its messages')}</label>
      <div className="flex flex-wrap items-center gap-3">
        <button className="button button-primary" type="submit" disabled={busy}>{place === null ? say('Add it') : say('Save')}</button>
        <button className="link" type="button" onClick={cancel}>{say('Cancel')}</button>
      </div>
    </Form>
  )
}

function Where({ form, set, isNew }: { form: Filled; set: (change: Partial<Filled>) => void; isNew: boolean }) {
  if (form.kind === 'webhook') return <Text label={say('Address')} type="url" value={form.url} set={(url) => set({ url })} hint={say('https. Each message is signed (Standard Webhooks); the key is shown once.')} />
  if (form.kind === 'ntfy') {
    return (
      <>
        <Text label={say('Server')} type="url" value={form.server} set={(server) => set({ server })} />
        <Text label={say('Topic')} value={form.topic} set={(topic) => set({ topic })} hint={say('Whoever knows it can read along, so choose one that nobody guesses. Subscribe to it in the app.')} max={64} />
        <Text label={isNew ? say('Access token, if the server wants one') : say('Access token, if the server wants one (left empty: as before, while the address stays)')} type="password" value={form.token} set={(token) => set({ token })} optional />
      </>
    )
  }
  return (
    <>
      <Text label={say('{of, select, mail {To} other {To}}', { of: 'mail' })} value={form.to} set={(to) => set({ to })} hint={say('One or several addresses, with commas between.')} />
      <Text label={say('From')} type="email" value={form.from} set={(from) => set({ from })} />
      <div className="grid gap-3 sm:grid-cols-[minmax(0,28rem)_6rem_12rem]">
        <Text label={say('Mail server')} value={form.host} set={(host) => set({ host })} />
        <Text label={say('Port')} value={form.port} set={(port) => set({ port })} numeric />
        <label className="grid gap-1">{say('Secured by')}<select className="field" value={form.security} onChange={(event) => set({ security: event.target.value as Filled['security'], port: event.target.value === 'tls' ? '465' : event.target.value === 'starttls' ? '587' : '25' })}><option value="starttls">{say('STARTTLS')}</option><option value="tls">{say('TLS from the start')}</option><option value="none">{say('Nothing (own network)')}</option></select></label>
      </div>
      {form.security === 'none' && <p className="meta">{say('Only to hosts that the operator’s network file permits (RELINK_NETWORK).')}</p>}
      <Text label={say('User name')} value={form.user} set={(user) => set({ user })} optional />
      <Text label={isNew ? say('Password') : say('Password (left empty: as before, while the address stays)')} type="password" value={form.password} set={(password) => set({ password })} optional />
    </>
  )
}

function Text({ label, value, set, type = 'text', hint, optional = false, numeric = false, max }: { label: string; value: string; set: (value: string) => void; type?: 'text' | 'url' | 'email' | 'password'; hint?: string; optional?: boolean; numeric?: boolean; max?: number }) {
  return (
    <label className="grid gap-1">
      <span>{label}{optional && type !== 'password' && <span className="text-muted"> {say('(optional)')}</span>}</span>
      <input className="field sm:max-w-md" type={type} required={!optional} value={value} autoComplete={type === 'password' ? 'new-password' : 'off'} {...(numeric ? { inputMode: 'numeric', pattern: '[0-9]{1,5}' } : {})} {...(max === undefined ? {} : { maxLength: max })} onChange={(event) => set(event.target.value)} />
      {hint !== undefined && <span className="meta">{hint}</span>}
    </label>
  )
}
