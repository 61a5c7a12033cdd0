/**
 * Adding an account, one question a page: which bank, how, sign in; the connection's own page asks on (the bank's
 * question, which accounts) and says what came in. The step stands in the address, so that a reload loses nothing.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, ServerProblem, type Connection, type Institution } from '../api.ts'
import { message, say } from '../language/language.ts'
import { useMay, useMe } from '../me.ts'
import { Say } from '../language/say.tsx'
import { AddBank } from '../parts/add-bank.tsx'
import { AskOwner } from '../parts/ask-owner.tsx'
import { brandWords } from '../parts/brand.ts'
import { Chip } from '../parts/chip.tsx'
import { LoginForm, NoSecret, NotSignedIn } from '../parts/login-form.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Point } from '../parts/time.tsx'
import { BANK_HEALTH } from './banks.tsx'
import { ToCome } from '../parts/to-come.tsx'

const route = getRouteApi('/add')

export function AddPage() {
  const { bank, by, find = '' } = route.useSearch()
  const me = useMe()
  const may = useMay()
  return (
    <div className="max-w-xl">
      <div className="mb-4"><Title>{say('Add account')}</Title></div>
      <NeedsServer>{me.data === undefined ? <ToCome heights={[68]} /> : !may('administer') ? <NotYours /> : by === 'address' ? <AddBank key={bank} find={find} bank={bank} /> : bank === undefined ? <FindBank /> : <><Bank key={bank} id={bank} /><OrFile /></>}</NeedsServer>
    </div>
  )
}

/** Asked before a password is typed that would be refused; a file is a way of whoever works here. */
function NotYours() {
  const may = useMay()
  return <div className="panel grid justify-items-start gap-2"><p>{say('Banks are added by an owner.')}</p><AskOwner />{may('review') && <Link className="link alone py-1" to="/import">{say('Import a statement file')}</Link>}</div>
}

/** `text`: what was looked for. */
function OrFile({ text = '' }: { text?: string }) {
  return <p className="meta mt-6"><Say message="Is your bank not here? <a>Import a statement file</a>, also one that another program saved, or <b>add the bank by its address</b>." a={(inside) => <Link to="/import" className="link">{inside}</Link>} b={(inside) => <Link to="/add" search={{ by: 'address', find: text }} className="link">{inside}</Link>} /></p>
}

function FindBank() {
  const navigate = useNavigate()
  const { find = '' } = route.useSearch()
  const [text, setText] = useState(find)
  const found = useQuery({ queryKey: ['institutions', text], queryFn: () => get<{ items: Institution[] }>(`/institutions?query=${encodeURIComponent(text)}`), placeholderData: (previous) => previous })
  const type = (find: string): void => {
    setText(find)
    void navigate({ to: '/add', search: { find }, replace: true })
  }
  return (
    <>
      <label className="grid gap-1">
        {say('Which bank?')}
        <input className="field" type="search" maxLength={200} autoFocus placeholder={say('Name, web address or routing number')} value={text} onChange={(event) => type(event.target.value)} />
      </label>
      {found.error !== null && <Trouble error={found.error} />}
      <ul className="mt-3 grid gap-2" aria-label={say('Banks')}>
        {found.data?.items.map((institution) => (
          <li key={institution.id} className="panel grid gap-1 !p-0">
            <button className="flex w-full cursor-pointer flex-wrap items-center justify-between gap-2 rounded-[10px] p-4 text-left hover:bg-sunken" onClick={() => void navigate({ to: '/add', search: { bank: institution.id, find: text } })}>
              <span className="min-w-0 flex-1 basis-56">
                <span className="font-medium">{institution.name}</span>
                <span className="meta block [overflow-wrap:anywhere]">{brandWords(institution, institution.siblings)}</span>
                <SeenAt institution={institution} />
              </span>
              <Health institution={institution} />
            </button>
            <div className="px-4 pb-3 empty:hidden"><Connected institution={institution} /></div>
          </li>
        ))}
      </ul>
      {found.isPending ? <ToCome className="grid gap-2" heights={BANKS_TO_COME} /> : found.data?.items.length === 0 ? <NotFound text={text} /> : <OrFile text={text} />}
    </>
  )
}

/** As high as most of them are. */
const BANKS_TO_COME = [84, 84, 84, 84, 84, 84]

/** What leads on where nothing fits: what else to look for, what works with every bank, and who can add it. */
function NotFound({ text }: { text: string }) {
  return (
    <section className="panel mt-3 grid gap-3" aria-label={say('Not found')}>
      <p className="font-medium [overflow-wrap:anywhere]">{say('No bank with “{text}” is known here.', { text })}</p>
      <ul className="grid list-disc gap-1 pl-5">
        <li>{say('Look for the address in your browser when you sign in at the bank, or for the routing number on a check or statement.')}</li>
        <li>{say('A file works with every bank: save a statement at the bank’s site and import it, as often as you like.')}</li>
        <li>{say('If the bank answers accounting programs directly (OFX Direct Connect), add it by the address that it names for them.')}</li>
      </ul>
      <div className="flex flex-wrap gap-3"><Link className="button" to="/import">{say('Import a statement file')}</Link><Link className="button" to="/add" search={{ by: 'address', find: text }}>{say('Add the bank by its address')}</Link></div>
    </section>
  )
}

const SINCE: Record<Institution['health'], string | null> = { working: message('Working since {at}'), slow: message('Having trouble since {at}'), down: message('Not answering since {at}'), unknown: null }

function Health({ institution: { health, since } }: { institution: Institution }) {
  const { tone, word } = BANK_HEALTH[health]
  const sinceThen = SINCE[health]
  return <Chip tone={tone}>{since === null || sinceThen === null ? say(word) : <span><Say message={sinceThen} at={<Point at={since} />} /></span>}</Chip>
}

/** Whose reads tell its state, where nobody reads it. */
function SeenAt({ institution: { healthSeenAt } }: { institution: Institution }) {
  return healthSeenAt === null ? null : <span className="meta block">{say('Its state is seen at {bank}, on the same server.', { bank: healthSeenAt })}</span>
}

/** The same login twice would read everything twice. */
function Connected({ institution: { logins, name } }: { institution: Institution }) {
  if (logins.length === 0) return null
  if (logins.length > MOST_LOGINS) return <details><summary className="link inline-block py-0.5">{say('Already here with {count} logins', { count: logins.length })}</summary><Logins logins={logins} name={name} /></details>
  return <Logins logins={logins} name={name} />
}

/** More of them push what is searched for out of sight. */
const MOST_LOGINS = 8

function Logins({ logins, name }: Pick<Institution, 'logins' | 'name'>) {
  return (
    <ul className="grid gap-1">
      {logins.map(({ id, loginLabel, isConnected, isElsewhere }) => <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-3"><span className="text-muted [overflow-wrap:anywhere]">{say(isConnected ? 'Already connected: login {login}' : 'Begun, and not finished: login {login}', { login: loginLabel })}{isElsewhere && <> · {say('still read at the address before; sign in anew to change that')}</>}</span><Link className="link alone py-0.5" to="/connections/$id" params={{ id }} aria-label={say(isConnected ? 'Open it: {bank}, login {login}' : 'Continue: {bank}, login {login}', { bank: name, login: loginLabel })}>{say(isConnected ? 'Open it' : 'Continue')}</Link></li>)}
    </ul>
  )
}

function Bank({ id }: { id: string }) {
  const { way, find } = route.useSearch()
  const institution = useQuery({ queryKey: ['institution', id], queryFn: () => get<Institution>(`/institutions/${encodeURIComponent(id)}`) })
  return (
    <Loaded query={institution} toCome={<ToCome heights={[320]} />}>
      {(bank) => {
        const chosen = bank.routes.find(({ connector }) => connector === way) ?? (bank.routes.length === 1 ? bank.routes[0] : undefined)
        return (
          <section className="panel grid gap-4" aria-label={say('Sign in at {bank}', { bank: bank.name })}>
            <div className="flex flex-wrap items-baseline justify-between gap-3">
              <h2>{bank.name}</h2>
              <Link className="link" to="/add" search={{ find }}>{say('Another bank')}</Link>
            </div>
            <div className="flex flex-wrap items-center gap-3"><span className="[overflow-wrap:anywhere]">{bank.website === null && <>{say('Its address is not verified')} · </>}{brandWords(bank, bank.siblings)}</span><Health institution={bank} /></div>
            <SeenAt institution={bank} />
            <Added bank={bank} />
            <Siblings bank={bank} />
            <Connected institution={bank} />
            {bank.routes.length === 0 ? <p>{say('This bank has no way to connect yet. Import a file instead.')}</p> : !bank.takesSecrets ? <NoSecret bank={bank.name} />
              : chosen === undefined ? <Ways bank={bank} /> : <SignIn key={chosen.goesTo.join()} bank={bank} way={chosen} />}
          </section>
        )
      }}
    </Loaded>
  )
}

/** One that an owner added by its address: where what is typed goes, and how it is changed. */
function Added({ bank: { id, name, added, routes } }: { bank: Institution }) {
  const may = useMay()
  if (added === null) return null
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-3">
      <p className="min-w-0 flex-1 basis-56 text-muted [overflow-wrap:anywhere]">{say('What is typed here goes to {host}.', { host: routes.flatMap(({ goesTo }) => goesTo).join(', ') })}{!added.isProved && <> {say('It did not say who it is: an owner took it for this bank.')}</>}</p>
      {may('administer') && <Link className="link alone py-0.5" to="/add" search={{ bank: id, by: 'address', find: name }} aria-label={say('Change {place}', { place: name })}>{say('Change')}</Link>}
    </div>
  )
}

/** Each with what tells it apart, and the way to it: whoever sees the difference here has chosen the wrong one. */
function Siblings({ bank }: { bank: Institution }) {
  const { siblings } = bank
  if (siblings.length === 0) return null
  return (
    <div className="text-muted">
      <p>{say('Easily confused with these: compare the address above with the one in your browser when you sign in there.')}</p>
      <ul className="grid">
        {siblings.map((one) => <li key={one.id} className="min-w-0 py-0.5 [overflow-wrap:anywhere]"><Link className="link" to="/add" search={{ bank: one.id, find: one.name }}>{one.name}</Link> {brandWords(one, [bank, ...bank.siblings])}</li>)}
      </ul>
    </div>
  )
}

/** The first way is the advised one; a file is always a way. */
function Ways({ bank }: { bank: Institution }) {
  return (
    <div className="grid gap-2">
      <h3 className="font-medium">{say('How?')}</h3>
      <ul className="grid gap-2">
        {bank.routes.map(({ connector, name, advice }, at) => (
          <li key={connector}><Link className="panel block no-underline hover:bg-sunken" to="/add" search={{ bank: bank.id, way: connector }}><span className="font-medium text-text">{at === 0 ? say('{way}, advised', { way: name }) : name}</span><span className="block text-muted">{advice}</span></Link></li>
        ))}
        <li><Link className="panel block no-underline hover:bg-sunken" to="/import"><span className="font-medium text-text">{say('File')}</span><span className="block text-muted">{say('No sign-in: you save statements at the bank and import them here, as often as you like.')}</span></Link></li>
      </ul>
    </div>
  )
}

/** Drawn anew where it goes elsewhere: a password that was typed for one host stands in no form for another. */
function SignIn({ bank, way }: { bank: Institution; way: Institution['routes'][number] }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const connect = useMutation({
    mutationFn: ({ form, onceMore }: { form: Record<string, string>; onceMore: boolean }) => ask<Connection>('POST', '/connections', { institutionId: bank.id, connector: way.connector, form, goesTo: way.goesTo, onceMore, choosesAccounts: true }),
    onSuccess: async (connection) => {
      await navigate({ to: '/connections/$id', params: { id: connection.id } })
      await queries.invalidateQueries()
    },
  })
  return (
    <>
      <p className="meta">{way.advice}{bank.requestsPerDay !== null && <> {say('It may be asked {count, plural, one {once} other {# times}} a day.', { count: bank.requestsPerDay })}</>}{bank.routes.length === 1 && <> <Say message="Or <a>import a file</a>." a={(inside) => <Link className="link" to="/import">{inside}</Link>} /></>}</p>
      <LoginForm keptAs={`relink-login-${bank.id}-${way.connector}`} fields={way.fields} submit={(form) => connect.mutate({ form, onceMore: false })} label={say('Sign in')} busy={connect.isPending} />
      {connect.error !== null && <Refused error={connect.error} busy={connect.isPending} onceMore={() => connect.mutate({ form: connect.variables?.form ?? {}, onceMore: true })} />}
    </>
  )
}

type Cause = { name: string; likelihood: string }

/** The failure of a first sign-in carries the likely cause; the same login twice leads to the first. */
function Refused({ error, onceMore, busy }: { error: Error; onceMore: () => void; busy: boolean }) {
  const body = error instanceof ServerProblem ? error.body : {}
  const existing = body['existing']
  if (typeof existing === 'string') {
    return (
      <div role="alert" className="panel">
        <p className="font-medium">{say('This login is connected already.')}</p>
        <Link className="button mt-3" to="/connections/$id" params={{ id: existing }}>{say('Open it')}</Link>
      </div>
    )
  }
  const cause = (body['diagnosis'] as { causes?: readonly Cause[] } | undefined)?.causes?.[0]
  if (cause === undefined) return <NotSignedIn error={error} onceMore={onceMore} busy={busy} />
  return (
    <div role="alert" className="panel border-need">
      <p className="font-medium">{cause.name}</p>
      <p className="text-muted">{cause.likelihood}. {say('Nothing was stored.')}</p>
      <p className="meta mt-1">{say('What the server saw: {message}', { message: error.message })}</p>
    </div>
  )
}
