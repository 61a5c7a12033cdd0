/** The currency of an account whose files name none: said by a person, right after an import or on the account's page, where another can be said and it can be taken back. */
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useAct } from '../act.ts'
import { get, type Account } from '../api.ts'
import { locale, say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { Form } from './form.tsx'
import { NO_CURRENCY } from './money.tsx'
import { NeedsServer } from './needs-server.tsx'
import { Trouble } from './states.tsx'

const CURRENCIES = Intl.supportedValuesOf('currency').filter((code) => code !== NO_CURRENCY)

/** Those of other accounts come first: it is mostly one of them. `beside`: what else may be done instead. */
export function ChooseCurrency({ label, choose, isBusy, beside }: { label: string; choose: (currency: string) => void; isBusy: boolean; beside?: ReactNode }) {
  const [currency, setCurrency] = useState('')
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const known = [...new Set((accounts.data?.items ?? []).map((account) => account.currency))].filter((code) => CURRENCIES.includes(code)).toSorted()
  const names = new Intl.DisplayNames(locale, { type: 'currency' })
  const options = (codes: readonly string[]): ReactNode => codes.map((code) => <option key={code} value={code}>{code} {names.of(code)}</option>)
  return (
    <Form className="mt-2 flex flex-wrap items-end gap-2" submit={() => choose(currency)}>
      <label className="grid min-w-0 gap-1">
        <span>{label}</span>
        <select className="field max-w-xs" required value={currency} onChange={(event) => setCurrency(event.target.value)}>
          <option value="">{say('Choose a currency')}</option>
          {known.length > 0 && <optgroup label={say('Of other accounts')}>{options(known)}</optgroup>}
          <optgroup label={say(known.length > 0 ? 'All others' : 'All')}>{options(CURRENCIES.filter((code) => !known.includes(code)))}</optgroup>
        </select>
      </label>
      <button type="submit" className="button" disabled={isBusy}>{say('This is its currency')}</button>
      {beside}
    </Form>
  )
}

/** Nothing where the bank or a file named it. */
export function CurrencyOf({ account: { id, currency, currencyIsSaid } }: { account: Account }) {
  const act = useAct()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const isUnknown = currency === NO_CURRENCY
  if (!isUnknown && !currencyIsSaid) return null
  const tell = (said: string | null): void => act.send('PUT', `/accounts/${id}/currency`, { currency: said }, () => setOpen(false))
  return (
    <section className={isUnknown ? 'panel mb-4' : 'mb-3'} aria-labelledby="currency">
      <h2 id="currency" className={isUnknown ? '' : 'sr-only'}>{say(isUnknown ? 'The currency is not known' : 'Currency')}</h2>
      <p className={isUnknown ? '' : 'meta'}>
        {isUnknown ? say('No file named it. Until somebody says it, this account is in no total.') : say('Somebody said that the currency is {currency}; no file names it.', { currency })}{' '}
        {!isUnknown && may('review') && !isOpen && <NeedsServer><button type="button" className="link" aria-label={say('Change the currency')} onClick={() => setOpen(true)}>{say('Change')}</button></NeedsServer>}
      </p>
      {act.error !== null && <Trouble error={act.error} />}
      {may('review') && (isUnknown || isOpen) && (
        <NeedsServer>
          <ChooseCurrency label={say('Which is it?')} choose={tell} isBusy={act.isPending}
            beside={!isUnknown && <><button type="button" className="button" disabled={act.isPending} onClick={() => tell(null)}>{say('It is not known')}</button><button type="button" className="link min-h-10" onClick={() => setOpen(false)}>{say('Keep it')}</button></>} />
        </NeedsServer>
      )}
    </section>
  )
}
