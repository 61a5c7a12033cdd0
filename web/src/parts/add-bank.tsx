/**
 * A bank that is in no list, by the address at which it answers programs. What must be known of it the server says; the bank is
 * asked who it is before it is stored, so nothing secret is typed for an address at which no bank is.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, ServerProblem, type Institution } from '../api.ts'
import { keepForTab, keptForTab } from '../kept.ts'
import { locale, say, understood } from '../language/language.ts'
import { Form } from './form.tsx'
import { Loaded, Trouble } from './states.tsx'

type Way = Pick<Institution['routes'][number], 'connector' | 'name' | 'advice' | 'fields'>

/** Where banks answer programs so, those of most people first. */
const COUNTRIES = ['US', 'CA', 'GB', 'IE', 'AU', 'NZ', 'ZA', 'IN', 'BR', 'MX', 'DE', 'AT', 'CH', 'FR', 'BE', 'NL', 'LU', 'IT', 'ES', 'PT', 'DK', 'SE', 'NO', 'FI', 'PL', 'CZ', 'HU', 'JP', 'SG', 'HK']

/** With `bank` one that was added so, to be changed or removed. */
export function AddBank({ find, bank }: { find: string; bank?: string | undefined }) {
  const ways = useQuery({ queryKey: ['bank-forms'], queryFn: () => get<{ items: Way[] }>('/bank-forms') })
  if (bank !== undefined) return <Loaded query={ways}>{({ items }) => <ChangeBank ways={items} id={bank} find={find} />}</Loaded>
  return (
    <Loaded query={ways}>
      {({ items }) => (
        <section className="panel grid gap-4" aria-label={say('A bank by its address')}>
          <div className="flex flex-wrap items-baseline justify-between gap-3"><h2>{say('A bank by its address')}</h2><Link className="link" to="/add" search={{ find }}>{say('Look for it again')}</Link></div>
          {items.map((way) => <BankForm key={way.connector} way={way} name={find} />)}
        </section>
      )}
    </Loaded>
  )
}

function ChangeBank({ ways, id, find }: { ways: readonly Way[]; id: string; find: string }) {
  const found = useQuery({ queryKey: ['institution', id], queryFn: () => get<Institution>(`/institutions/${encodeURIComponent(id)}`) })
  return (
    <Loaded query={found}>
      {(bank) => {
        const way = ways.find(({ connector }) => connector === bank.added?.connector)
        return (
          <section className="panel grid gap-4" aria-label={say('Change {place}', { place: bank.name })}>
            <div className="flex flex-wrap items-baseline justify-between gap-3"><h2>{say('Change {place}', { place: bank.name })}</h2><Link className="link" to="/add" search={{ bank: id, find }}>{say('Back')}</Link></div>
            {way === undefined ? <p>{say('This bank is of a list; whoever runs the server can change it.')}</p> : <><BankForm way={way} name={bank.name} old={bank} /><RemoveBank bank={bank} /></>}
          </section>
        )
      }}
    </Loaded>
  )
}

/** Nobody can take it back: what goes is said before. */
function RemoveBank({ bank: { id, name, logins, added } }: { bank: Institution }) {
  const [isAsked, setAsked] = useState(false)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => ask<unknown>('DELETE', `/institutions/${encodeURIComponent(id)}`),
    onSuccess: async () => {
      keepForTab(`relink-bank-${id}`, null)
      await navigate({ to: '/add', search: {} })
      await queries.invalidateQueries()
    },
  })
  return (
    <div className="grid gap-3 border-t border-line pt-4">
      {logins.length > 0 ? <p className="text-muted">{say('It can be removed when no login is of it any more.')}</p> : !isAsked ? (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <span className="text-muted">{say('No login is of it.')}</span>
          <button className="button" type="button" aria-label={say('Remove {bank}…', { bank: name })} onClick={() => setAsked(true)}>{say('Remove…')}</button>
        </div>
      ) : (
        <>
          <p className="[overflow-wrap:anywhere]">{say('What was typed of it goes, for good: {typed}. To add it again that is typed anew, and the bank is asked. Rows that it brought stay.', { typed: Object.values(added?.form ?? {}).join(', ') })}</p>
          {remove.error !== null && <Trouble error={remove.error} />}
          <p className="flex flex-wrap items-center gap-3">
            <button className="button button-primary" type="button" onClick={() => setAsked(false)}>{say('Keep it')}</button>
            <button className="button" type="button" aria-disabled={remove.isPending} onClick={() => !remove.isPending && remove.mutate()}>{say('Remove {bank}', { bank: name })}</button>
          </p>
        </>
      )}
    </div>
  )
}

/** `old`: the bank that is changed. */
function BankForm({ way, name, old }: { way: Way; name: string; old?: Institution }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const keptAs = `relink-bank-${old?.id ?? way.connector}`
  const [begun] = useState((): Begun => begunBefore(keptForTab(keptAs)) ?? {
    from: old === undefined ? null : shownOf(old),
    bank: {
      name: old?.name ?? (/^[^./@]*$/.test(name) ? name : ''), country: old?.country ?? new Intl.Locale(understood(navigator.language, locale)).maximize().region ?? 'US',
      timeZone: old?.added?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, form: old?.added?.form ?? {},
    },
  })
  const [bank, setBank] = useState(begun.bank)
  const [from, setFrom] = useState(begun.from)
  const change = (some: Partial<Shown>): void => {
    const now = { ...bank, ...some }
    setBank(now)
    keepForTab(keptAs, JSON.stringify({ bank: now, from }))
  }
  const send = useMutation({
    mutationFn: ({ trustedHost, over = from }: { trustedHost: string | null; over?: Shown | null }) => {
      const entry = { ...bank, form: Object.fromEntries(Object.entries(bank.form).filter(([, value]) => value.trim() !== '')), ...(trustedHost === null ? {} : { trustedHost }) }
      return old === undefined ? ask<Institution>('POST', '/institutions', { ...entry, connector: way.connector }) : ask<Institution>('PUT', `/institutions/${encodeURIComponent(old.id)}`, { ...entry, from: over })
    },
    onSuccess: async ({ id }) => {
      keepForTab(keptAs, null)
      await navigate({ to: '/add', search: { bank: id, find: bank.name } })
      await queries.invalidateQueries()
    },
  })
  const names = new Intl.DisplayNames([locale], { type: 'region' })
  const countries = [...new Set([bank.country, ...COUNTRIES])].map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) => a.name.localeCompare(b.name, locale))
  const zones = [...new Set([bank.timeZone, ...Intl.supportedValuesOf('timeZone')])].sort()
  const isAsked = old === undefined || way.fields.some(({ name: field }) => (bank.form[field] ?? '').trim() !== (old.added?.form[field] ?? ''))
  const type = (field: string, value: string): void => {
    change({ form: { ...bank.form, [field]: value } })
    if (!send.isPending) send.reset()
  }
  return (
    <>
      <p className="meta">{say('{way}. {advice}', { way: way.name, advice: way.advice })} {say('The bank is asked who it is first: nothing secret is typed before it answered.')}</p>
      {old !== undefined && old.logins.length > 0 && <p className="meta">{say('A login goes where it was typed for: at another host it is read once it is signed in anew.')}</p>}
      <Form className="grid gap-3" autoComplete="off" submit={() => !send.isPending && send.mutate({ trustedHost: null })}>
        <label className="grid gap-1">
          <span>{say('Name of the bank')}</span>
          <input className="field sm:max-w-md" required maxLength={100} value={bank.name} onChange={(event) => change({ name: event.target.value })} />
        </label>
        {way.fields.map(({ name: field, label, hint, required, kind }) => (
          <label key={field} className="grid gap-1">
            <span>{label}{!required && <span className="text-muted"> {say('(optional)')}</span>}</span>
            <input className="field sm:max-w-md" name={field} required={required} inputMode={kind === 'url' ? 'url' : 'text'} maxLength={500} autoCapitalize="none" spellCheck={false} value={bank.form[field] ?? ''} onChange={(event) => type(field, event.target.value)} />
            {hint !== null && <span className="meta">{hint}</span>}
          </label>
        ))}
        <label className="grid gap-1">
          <span>{say('Country')}</span>
          <select className="field sm:max-w-md" value={bank.country} onChange={(event) => change({ country: event.target.value })}>{countries.map((one) => <option key={one.code} value={one.code}>{one.name}</option>)}</select>
        </label>
        <label className="grid gap-1">
          <span>{say('Time zone')}</span>
          <select className="field sm:max-w-md" value={bank.timeZone} onChange={(event) => change({ timeZone: event.target.value })}>{zones.map((zone) => <option key={zone}>{zone}</option>)}</select>
          <span className="meta">{say('Where the bank keeps its books: a balance is of the day that it is there.')}</span>
        </label>
        {send.error !== null && <Refused error={send.error} trust={(trustedHost) => !send.isPending && send.mutate({ trustedHost })} keep={() => { keepForTab(keptAs, null); void navigate({ to: '/add', search: { bank: old?.id, find: name } }) }} replace={(now) => { setFrom(now); send.mutate({ trustedHost: null, over: now }) }} />}
        <button className="button button-primary justify-self-start" type="submit" aria-disabled={send.isPending}>{say(send.isPending ? 'Asking the bank…' : isAsked ? 'Ask the bank' : 'Save')}</button>
      </Form>
    </>
  )
}

type Shown = { name: string; country: string; timeZone: string; form: Readonly<Record<string, string>> }
/** `from`: what the bank was when the form was opened. */
type Begun = { readonly bank: Shown; readonly from: Shown | null }

function shownOf({ name, country, added }: Institution): Shown {
  return { name, country, timeZone: added?.timeZone ?? '', form: added?.form ?? {} }
}

function begunBefore(kept: string | null): Begun | null {
  try {
    return JSON.parse(kept ?? 'null') as Begun | null
  } catch {
    return null
  }
}

/** One that is here already is led to; what somebody else made of it meanwhile is shown, and stays until it is replaced; what answered and did not say who it is can be trusted, once its host was seen. */
function Refused({ error, trust, keep, replace }: { error: Error; trust: (host: string) => void; keep: () => void; replace: (now: Shown) => void }) {
  const { bank: existing, host, now } = error instanceof ServerProblem ? error.body : {}
  if (typeof existing === 'string') return <Trouble error={error}><Link className="button mt-3" to="/add" search={{ bank: existing }}>{say('Open it')}</Link></Trouble>
  if (isShown(now)) {
    return (
      <Trouble error={error}>
        <p className="mt-3 [overflow-wrap:anywhere]">{say('It is now: {what}', { what: [now.name, now.country, now.timeZone, ...Object.values(now.form)].join(' · ') })}</p>
        <p className="mt-3 flex flex-wrap gap-3"><button className="button" type="button" onClick={keep}>{say('Keep it')}</button><button className="button" type="button" onClick={() => replace(now)}>{say('Use mine')}</button></p>
      </Trouble>
    )
  }
  if (typeof host !== 'string') return <Trouble error={error} />
  return (
    <Trouble error={error}>
      <p className="mt-3">{say('Some banks say who they are to nobody who is not signed in. It can be added all the same; user name and password will then be sent to {host}. Do that only if the bank itself named this host.', { host })}</p>
      <button className="button mt-3" type="button" onClick={() => trust(host)}>{say('Take {host} for the bank', { host })}</button>
    </Trouble>
  )
}

function isShown(told: unknown): told is Shown {
  return typeof told === 'object' && told !== null && 'form' in told
}
