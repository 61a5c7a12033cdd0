/**
 * A bank that is in no list, by the address at which it answers programs. What must be known of it the server says; the bank is
 * asked who it is before it is stored, so nothing secret is typed for an address at which no bank is.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, ServerProblem, type Institution } from '../api.ts'
import { locale, say, understood } from '../language/language.ts'
import { useMay } from '../me.ts'
import { AskOwner } from './ask-owner.tsx'
import { Form } from './form.tsx'
import { Loaded, Trouble } from './states.tsx'

type Way = Pick<Institution['routes'][number], 'connector' | 'name' | 'advice' | 'fields'>

/** Where banks answer programs so, those of most people first. */
const COUNTRIES = ['US', 'CA', 'GB', 'IE', 'AU', 'NZ', 'ZA', 'IN', 'BR', 'MX', 'DE', 'AT', 'CH', 'FR', 'BE', 'NL', 'LU', 'IT', 'ES', 'PT', 'DK', 'SE', 'NO', 'FI', 'PL', 'CZ', 'HU', 'JP', 'SG', 'HK']

export function AddBank({ find }: { find: string }) {
  const may = useMay()
  const ways = useQuery({ queryKey: ['bank-forms'], queryFn: () => get<{ items: Way[] }>('/bank-forms'), enabled: may('administer') })
  if (!may('administer')) return <div className="panel"><AskOwner /></div>
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

function BankForm({ way, name }: { way: Way; name: string }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [bank, setBank] = useState({ name: /^[^./@]*$/.test(name) ? name : '', country: new Intl.Locale(understood(navigator.language, locale)).maximize().region ?? 'US', timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone })
  const add = useMutation({
    mutationFn: () => ask<Institution>('POST', '/institutions', { ...bank, connector: way.connector, form: Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== '')) }),
    onSuccess: async ({ id }) => {
      await navigate({ to: '/add', search: { bank: id, find: bank.name } })
      await queries.invalidateQueries()
    },
  })
  const names = new Intl.DisplayNames([locale], { type: 'region' })
  const countries = [...new Set([bank.country, ...COUNTRIES])].map((code) => ({ code, name: names.of(code) ?? code })).sort((a, b) => a.name.localeCompare(b.name, locale))
  const zones = [...new Set([bank.timeZone, ...Intl.supportedValuesOf('timeZone')])].sort()
  return (
    <>
      <p className="meta">{say('{way}. {advice}', { way: way.name, advice: way.advice })} {say('The bank is asked who it is first: nothing secret is typed before it answered.')}</p>
      <Form className="grid gap-3" autoComplete="off" submit={() => !add.isPending && add.mutate()}>
        <label className="grid gap-1">
          <span>{say('Name of the bank')}</span>
          <input className="field sm:max-w-md" required maxLength={100} value={bank.name} onChange={(event) => setBank({ ...bank, name: event.target.value })} />
        </label>
        {way.fields.map(({ name: field, label, hint, required, kind }) => (
          <label key={field} className="grid gap-1">
            <span>{label}{!required && <span className="text-muted"> {say('(optional)')}</span>}</span>
            <input className="field sm:max-w-md" name={field} required={required} inputMode={kind === 'url' ? 'url' : 'text'} maxLength={500} autoCapitalize="none" spellCheck={false} value={values[field] ?? ''} onChange={(event) => setValues({ ...values, [field]: event.target.value })} />
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
        {add.error !== null && <Refused error={add.error} />}
        <button className="button button-primary justify-self-start" type="submit" aria-disabled={add.isPending}>{say(add.isPending ? 'Asking the bank…' : 'Ask the bank')}</button>
      </Form>
    </>
  )
}

/** One that is here already is led to. */
function Refused({ error }: { error: Error }) {
  const existing = error instanceof ServerProblem ? error.body['bank'] : undefined
  if (typeof existing !== 'string') return <Trouble error={error} />
  return <Trouble error={error}><Link className="button mt-3" to="/add" search={{ bank: existing }}>{say('Open it')}</Link></Trouble>
}
