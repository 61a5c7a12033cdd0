/**
 * A bank that is in no list, by the address at which it answers programs. What must be known of it the server says; the bank is
 * asked who it is before it is stored, so nothing secret is typed for an address at which no bank is.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, ServerProblem, type Institution } from '../api.ts'
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

function RemoveBank({ bank: { id, name, logins } }: { bank: Institution }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => ask<unknown>('DELETE', `/institutions/${encodeURIComponent(id)}`),
    onSuccess: async () => {
      await navigate({ to: '/add', search: {} })
      await queries.invalidateQueries()
    },
  })
  return (
    <div className="grid gap-3 border-t border-line pt-4">
      <p className="text-muted">{logins.length === 0 ? say('No login is of it.') : say('It can be removed when no login is of it any more.')}</p>
      {remove.error !== null && <Trouble error={remove.error} />}
      <button className="button justify-self-start" type="button" aria-disabled={remove.isPending} onClick={() => !remove.isPending && remove.mutate()}>{say('Remove {bank}', { bank: name })}</button>
    </div>
  )
}

/** `old`: the bank that is changed. */
function BankForm({ way, name, old }: { way: Way; name: string; old?: Institution }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [values, setValues] = useState<Readonly<Record<string, string>>>(old?.added?.form ?? {})
  const [bank, setBank] = useState({
    name: old !== undefined || /^[^./@]*$/.test(name) ? name : '', country: old?.country ?? new Intl.Locale(understood(navigator.language, locale)).maximize().region ?? 'US',
    timeZone: old?.added?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
  const send = useMutation({
    mutationFn: (trustedHost: string | null) => {
      const entry = { ...bank, form: Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== '')), ...(trustedHost === null ? {} : { trustedHost }) }
      return old === undefined ? ask<Institution>('POST', '/institutions', { ...entry, connector: way.connector }) : ask<Institution>('PUT', `/institutions/${encodeURIComponent(old.id)}`, entry)
    },
    onSuccess: async ({ id }) => {
      await navigate({ to: '/add', search: { bank: id, find: bank.name } })
      await queries.invalidateQueries()
    },
  })
  const names = new Intl.DisplayNames([locale], { type: 'region' })
  const countries = [...new Set([bank.country, ...COUNTRIES])].map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) => a.name.localeCompare(b.name, locale))
  const zones = [...new Set([bank.timeZone, ...Intl.supportedValuesOf('timeZone')])].sort()
  const isElsewhere = way.fields.some(({ name: field }) => (values[field] ?? '').trim() !== (old?.added?.form[field] ?? ''))
  const type = (field: string, value: string): void => {
    setValues({ ...values, [field]: value })
    send.reset()
  }
  return (
    <>
      <p className="meta">{say('{way}. {advice}', { way: way.name, advice: way.advice })} {say('The bank is asked who it is first: nothing secret is typed before it answered.')}</p>
      {old !== undefined && old.logins.length > 0 && <p className="meta">{say('A login goes where it was typed for: at another host it is read once it is signed in anew.')}</p>}
      <Form className="grid gap-3" autoComplete="off" submit={() => !send.isPending && send.mutate(null)}>
        <label className="grid gap-1">
          <span>{say('Name of the bank')}</span>
          <input className="field sm:max-w-md" required maxLength={100} value={bank.name} onChange={(event) => setBank({ ...bank, name: event.target.value })} />
        </label>
        {way.fields.map(({ name: field, label, hint, required, kind }) => (
          <label key={field} className="grid gap-1">
            <span>{label}{!required && <span className="text-muted"> {say('(optional)')}</span>}</span>
            <input className="field sm:max-w-md" name={field} required={required} inputMode={kind === 'url' ? 'url' : 'text'} maxLength={500} autoCapitalize="none" spellCheck={false} value={values[field] ?? ''} onChange={(event) => type(field, event.target.value)} />
            {hint !== null && <span className="meta">{hint}</span>}
          </label>
        ))}
        <label className="grid gap-1">
          <span>{say('Country')}</span>
          <select className="field sm:max-w-md" value={bank.country} onChange={(event) => setBank({ ...bank, country: event.target.value })}>{countries.map((one) => <option key={one.code} value={one.code}>{one.name}</option>)}</select>
        </label>
        <label className="grid gap-1">
          <span>{say('Time zone')}</span>
          <select className="field sm:max-w-md" value={bank.timeZone} onChange={(event) => setBank({ ...bank, timeZone: event.target.value })}>{zones.map((zone) => <option key={zone}>{zone}</option>)}</select>
          <span className="meta">{say('Where the bank keeps its books: a balance is of the day that it is there.')}</span>
        </label>
        {send.error !== null && <Refused error={send.error} trust={(host) => !send.isPending && send.mutate(host)} />}
        <button className="button button-primary justify-self-start" type="submit" aria-disabled={send.isPending}>{say(send.isPending ? 'Asking the bank…' : isElsewhere ? 'Ask the bank' : 'Save')}</button>
      </Form>
    </>
  )
}

/** One that is here already is led to; what answered and did not say who it is can be trusted, once its host was seen. */
function Refused({ error, trust }: { error: Error; trust: (host: string) => void }) {
  const { bank: existing, host } = error instanceof ServerProblem ? error.body : {}
  if (typeof existing === 'string') return <Trouble error={error}><Link className="button mt-3" to="/add" search={{ bank: existing }}>{say('Open it')}</Link></Trouble>
  if (typeof host !== 'string') return <Trouble error={error} />
  return (
    <Trouble error={error}>
      <p className="mt-3">{say('Some banks say who they are to nobody who is not signed in. It can be added all the same; user name and password will then be sent to {host}. Do that only if the bank itself named this host.', { host })}</p>
      <button className="button mt-3" type="button" onClick={() => trust(host)}>{say('Take {host} for the bank', { host })}</button>
    </Trouble>
  )
}
