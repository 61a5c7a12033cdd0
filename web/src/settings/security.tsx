/** One's own sign-in: factors, password, where one is signed in; and the language of this browser. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { ask, get, type Me } from '../api.ts'
import { ChooseLanguage } from '../language/choose.tsx'
import { isOfThisTab, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMe } from '../me.ts'
import { Chip } from '../parts/chip.tsx'
import { Form } from '../parts/form.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { ROLE_NAMES, ROLE_WORDS } from '../parts/role.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'
import { forget } from '../offline/keep.ts'
import { startOver } from '../session.ts'
import { METHODS } from './acts.ts'
import { AddPasskey, NotRight, RecoveryCodes, SetUpTotp } from './factors.tsx'
import { ToCome } from '../parts/to-come.tsx'

export function SecurityPage() {
  const me = useMe()
  const [error, setError] = useState<Error | null>(null)
  // What this browser keeps goes in any case; the session ends at the server alone.
  const signOut = (): void => void forget().then(() => ask('POST', '/sign-in/out')).then(() => startOver(), setError)
  return (
    <Loaded query={me}>
      {(person) => (
        <div className="grid gap-4">
          {error !== null && <Trouble error={error} />}
          <div className="flex flex-wrap items-start justify-between gap-3">
            <div><Title>{say('Your sign-in')}</Title><p className="mt-1 text-muted">{person.name}, {person.email}. {say(ROLE_NAMES[person.role])}: {say(ROLE_WORDS[person.role])}</p></div>
            <button className="button" onClick={signOut}>{say('Sign out')}</button>
          </div>
          <NeedsServer>
            <Passkeys me={person} />
            <App me={person} />
            {person.hasPassword && <Password me={person} />}
            <Sessions />
          </NeedsServer>
          <div className="panel grid gap-1">
            <ChooseLanguage />
            <p className="meta">{!isOfThisTab && say('This browser keeps the choice.')} {say('Each destination of alerts has a language of its own.')}</p>
          </div>
        </div>
      )}
    </Loaded>
  )
}

function Passkeys({ me }: { me: Me }) {
  const act = useAct()
  const queries = useQueryClient()
  const [adding, setAdding] = useState(false)
  return (
    <section className="panel grid gap-3" aria-labelledby="passkeys">
      <div className="flex flex-wrap items-center justify-between gap-2"><h2 id="passkeys">{say('Passkeys')}</h2>{me.passkeys.length > 0 && <Chip tone="ok">{say('On')}</Chip>}</div>
      {act.error !== null && <Trouble error={act.error} />}
      {me.passkeys.length === 0 && <p className="text-muted">{say('None yet. A passkey signs you in with this device, your phone or a security key, without a password.')}</p>}
      {me.passkeys.length > 0 && <ul className="grid gap-2">
        {me.passkeys.map((passkey) => (
          <li key={passkey.id} className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-2 first:border-0 first:pt-0">
            <span className="min-w-0"><span className="name font-medium">{passkey.name}</span><span className="meta block">{passkey.createdAt !== null && <Say message="Added {at}" at={<Instant at={passkey.createdAt} />} />}{passkey.isSynced && `, ${say('kept by a password manager')}`}</span></span>
            <button className="button" disabled={act.isPending} aria-label={say('Remove the passkey {name}', { name: passkey.name })} onClick={() => act.send('DELETE', `/account/passkeys/${passkey.id}`)}>{say('Remove')}</button>
          </li>
        ))}
      </ul>}
      {adding ? <AddPasskey done={() => { setAdding(false); void queries.invalidateQueries() }} /> : <button className="button justify-self-start" onClick={() => setAdding(true)}>{say('Add a passkey')}</button>}
    </section>
  )
}

function App({ me }: { me: Me }) {
  const queries = useQueryClient()
  const [open, setOpen] = useState<'set up' | 'remove' | 'codes' | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const close = (): void => setOpen(null)
  return (
    <section className="panel grid gap-3" aria-labelledby="app">
      <div className="flex flex-wrap items-center justify-between gap-2"><h2 id="app">{say('Authenticator app')}</h2>{me.hasTotp ? <Chip tone="ok">{say('On')}</Chip> : <Chip tone="off">{say('Off')}</Chip>}</div>
      {!me.hasPassword && <p className="text-muted">{say('It stands beside a password, and you have none: your passkey or link signs you in.')}</p>}
      {me.hasPassword && !me.hasTotp && open !== 'set up' && <><p className="text-muted">{say('A code of six digits beside the password, and ten recovery codes.')}</p><button className="button justify-self-start" onClick={() => setOpen('set up')}>{say('Set up an app')}</button></>}
      {open === 'set up' && <SetUpTotp done={() => { close(); void queries.invalidateQueries() }} />}
      {codes !== null && <><p>{say('These replace the old ones. Keep them where the phone is not; they are not shown again.')}</p><RecoveryCodes codes={codes} /></>}
      {me.hasTotp && open === null && <div className="flex flex-wrap gap-2"><button className="button" onClick={() => setOpen('codes')}>{say('New recovery codes')}</button><button className="button" onClick={() => setOpen('remove')}>{say('Remove the app')}</button></div>}
      {(open === 'remove' || open === 'codes') && <WithPassword what={open} close={close} made={setCodes} />}
    </section>
  )
}

/** What a password opens alone: that nobody else sits here. */
function WithPassword({ what, close, made }: { what: 'remove' | 'codes'; close: () => void; made: (codes: readonly string[]) => void }) {
  const act = useAct()
  const [password, setPassword] = useState('')
  const send = (): void => {
    if (what === 'remove') return act.send('DELETE', '/account/totp', { password }, close)
    act.send('POST', '/account/recovery-codes', { password }, (answer) => { close(); made((answer as { recoveryCodes: string[] }).recoveryCodes) })
  }
  return (
    <Form className="grid gap-3" submit={() => send()}>
      {act.error !== null && <NotRight error={act.error} words={say('This password is not right. Nothing has changed.')} />}
      <label className="grid gap-1">{say('Your password')}<input className="field sm:max-w-md" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} /></label>
      <div className="flex flex-wrap gap-2"><button className="button button-primary" type="submit" disabled={act.isPending}>{what === 'codes' ? say('Make new codes') : say('Remove the app')}</button><button className="button" type="button" onClick={close}>{say('Keep it')}</button></div>
    </Form>
  )
}

function Password({ me }: { me: Me }) {
  const [open, setOpen] = useState(false)
  return (
    <section className="panel grid gap-3" aria-labelledby="password">
      <h2 id="password">{say('Password')}</h2>
      {open ? <ChangePassword me={me} close={() => setOpen(false)} /> : <button className="button justify-self-start" onClick={() => setOpen(true)}>{say('Change the password')}</button>}
    </section>
  )
}

function ChangePassword({ me, close }: { me: Me; close: () => void }) {
  const act = useAct()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  return (
    <Form className="grid gap-3 sm:max-w-md" submit={() => act.send('POST', '/account/password', { current, next }, close)}>
      {act.error !== null && <NotRight error={act.error} words={say('This password is not right. Nothing has changed.')} />}
      <label className="grid gap-1">{say('Present password')}<input className="field" type="password" autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.target.value)} /></label>
      <PasswordField label={say('New password')} value={next} set={setNext} about={[...me.name.split(/\s+/), ...me.email.split(/[@.]/)]} />
      <p className="meta">{say('All other sessions end.')}</p>
      <div className="flex flex-wrap gap-2"><button className="button button-primary" type="submit" disabled={act.isPending}>{say('Change the password')}</button><button className="button" type="button" onClick={close}>{say('Keep it')}</button></div>
    </Form>
  )
}

type Session = { id: string; isThis: boolean; method: string; signedInAt: string; seenAt: string; address: string; userAgent: string }

function Sessions() {
  const act = useAct()
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: () => get<{ items: Session[] }>('/account/sessions') })
  return (
    <section className="panel grid gap-3" aria-labelledby="sessions">
      <h2 id="sessions">{say('Where you are signed in')}</h2>
      {act.error !== null && <Trouble error={act.error} />}
      <Loaded query={sessions} toCome={<ToCome heights={[74]} />}>
        {({ items }) => (
          <ul className="grid gap-2">
            {items.map((session) => (
              <li key={session.id} className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-2 first:border-0 first:pt-0">
                <span className="min-w-0"><span className="font-medium">{browserOf(session.userAgent)}</span> {session.isThis && <Chip tone="ok">{say('This one')}</Chip>}
                  <span className="meta block [overflow-wrap:anywhere]"><Say message="Signed in {at} by {method}, from {address}; last seen {seen}" at={<Instant at={session.signedInAt} />} method={say(METHODS[session.method] ?? session.method)} address={session.address} seen={<Instant at={session.seenAt} />} /></span></span>
                {!session.isThis && <button className="button" disabled={act.isPending} aria-label={say('End the session in {browser} from {address}', { browser: browserOf(session.userAgent), address: session.address })} onClick={() => act.send('DELETE', `/account/sessions/${session.id}`)}>{say('End')}</button>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  )
}

/** The names that people know, in the order in which one contains the other. */
function browserOf(userAgent: string): string {
  const browser = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']].find(([mark]) => userAgent.includes(mark ?? ''))?.[1]
  const system = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS', 'Mac'], ['Linux', 'Linux']].find(([mark]) => userAgent.includes(mark ?? ''))?.[1]
  return system === undefined ? (browser ?? say('A browser')) : say('{browser} on {system}', { browser: browser ?? say('A browser'), system })
}
