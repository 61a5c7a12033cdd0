/**
 * Rows on paper: all that the filters let through, not only those that are loaded or near the window, with what
 * a sheet needs to be understood without this page. Printing by the browser's own command takes what is loaded.
 */
import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { get, type Account, type Mark, type Transaction } from '../api.ts'
import { locale, message, say } from '../language/language.ts'
import { Amount, formatForeign } from '../parts/money.tsx'
import { Day, formatDay } from '../parts/time.tsx'
import { Trouble } from '../parts/states.tsx'
import { addressOf, type Page, type RowFilter } from './load.ts'

/** More than these nobody reads on paper; a file holds them all. */
export const MOST_ROWS = 5_000

type Sheet = { readonly rows: readonly Transaction[]; readonly isWhole: boolean }
/** `account` null: of all, whose names are given. */
type PrintedProps = { readonly account: Account | null; readonly names: ReadonlyMap<string, string>; readonly filter: RowFilter; readonly loaded: Sheet }

export function Printed({ account, names, filter, loaded }: PrintedProps) {
  const [sheet, setSheet] = useState<Sheet | null>(null)
  const [state, setState] = useState<'idle' | 'loading' | Error>('idle')
  useEffect(() => {
    const before = (): void => flushSync(() => setSheet((own) => own ?? loaded))
    const after = (): void => setSheet(null)
    addEventListener('beforeprint', before)
    addEventListener('afterprint', after)
    return () => {
      removeEventListener('beforeprint', before)
      removeEventListener('afterprint', after)
    }
  }, [loaded])
  const printAll = async (): Promise<void> => {
    setState('loading')
    try {
      const all = await loadAll(filter)
      flushSync(() => setSheet(all))
      setState('idle')
      print()
    } catch (error) {
      setState(error as Error)
    }
  }
  return (
    <>
      <button type="button" className="link min-h-8 text-[13px] print:hidden" disabled={state === 'loading'} onClick={() => void printAll()}>{say(state === 'loading' ? 'Loading…' : 'Print')}</button>
      {state instanceof Error && <Trouble error={state} />}
      {sheet !== null && <Paper account={account} names={names} filter={filter} sheet={sheet} />}
    </>
  )
}

async function loadAll(filter: RowFilter): Promise<Sheet> {
  const rows: Transaction[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = await get<Page>(addressOf(filter, cursor))
    rows.push(...page.items)
    cursor = page.next
    if (rows.length >= MOST_ROWS && cursor !== null) return { rows: rows.slice(0, MOST_ROWS), isWhole: false }
  }
  return { rows, isWhole: true }
}

const STATE_WORDS: Readonly<Record<Transaction['state'], string | null>> = { posted: null, pending: message('pending'), withdrawn: message('withdrawn') }

function Paper({ account, names, filter, sheet: { rows, isWhole } }: Omit<PrintedProps, 'loaded'> & { sheet: Sheet }) {
  const days = rows.map(({ postedOn }) => postedOn).sort()
  const [first, last] = [filter.from ?? days[0], filter.to ?? days.at(-1)]
  const sentences = [
    account === null ? null : `${account.institutionName ?? say('From files')}.`,
    first === undefined || last === undefined ? null : say('{from} to {to}.', { from: formatDay(first), to: formatDay(last) }),
    say(isWhole ? '{count, plural, one {# row} other {# rows}}.' : '{count, plural, one {# row} other {# rows}}, not all: print by the button on the page, narrow the days, or save a file to have the rest.', { count: rows.length }),
    filtersInWords(filter),
    say('Printed {at} ({zone}); booking days are the bank’s.', { at: new Date().toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' }), zone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
  ]
  return (
    <section className="hidden w-full basis-full text-[12px] leading-4 print:block" aria-label={say('Printed rows')}>
      <h2>{account === null ? say('All accounts') : `${account.name}${account.number === null ? '' : ` ··${account.number.slice(-4)}`}`}</h2>
      <p className="my-1">{sentences.filter((one) => one !== null).join(' ')}</p>
      <table className="w-full border-collapse">
        <thead><tr className="border-b border-edge text-left"><th scope="col" className="pr-3">{say('Booked')}</th>{account === null && <th scope="col" className="pr-3">{say('Account')}</th>}<th scope="col" className="pr-3">{say('Description')}</th><th scope="col" className="pr-3">{say('Category')}</th><th scope="col" className="text-right">{say('Amount')}</th></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} className="break-inside-avoid border-b border-line align-top">
              <td className="pr-3 whitespace-nowrap"><Day day={row.postedOn} /></td>
              {account === null && <td className="pr-3"><bdi>{names.get(row.accountId)}</bdi></td>}
              <td className="pr-3"><bdi className={row.state === 'withdrawn' ? 'line-through' : ''}>{row.description}</bdi><StateWord state={row.state} /></td>
              <td className="pr-3">{row.category}{row.transfer !== null && <> {say('transfer between own accounts')}</>}{row.excluded && <> {say('excluded')}</>}</td>
              <td className="text-right"><Amount amount={row.amount} currency={row.currency} signed />{row.foreignAmount !== null && row.foreignCurrency !== null && <span className="block">{formatForeign(row.foreignAmount, row.foreignCurrency)}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function StateWord({ state }: { state: Transaction['state'] }) {
  const word = STATE_WORDS[state]
  return word === null ? null : ` (${say(word)})`
}

const ONLY: Readonly<Record<Transaction['state'] | Transaction['review'], string>> = {
  posted: message('only booked'), pending: message('only pending'), withdrawn: message('only withdrawn'), accepted: message('only accepted'), for_review: message('only to review'),
}

const MARKED: Readonly<Record<Mark, string>> = { excluded: message('only excluded'), included: message('without those that are excluded'), paired: message('only transfers between own accounts'), unpaired: message('without transfers between own accounts'), noted: message('only with a note'), deleted: message('only deleted') }

function filtersInWords({ text, state, review, category, mark }: RowFilter): string | null {
  const words = [
    ...(text === undefined ? [] : [say('with “{text}”', { text })]),
    ...(state === undefined ? [] : [say(ONLY[state])]),
    ...(review === undefined ? [] : [say(ONLY[review])]),
    ...(category === undefined ? [] : [category === '' ? say('without a category') : say('category {category}', { category })]),
    ...(mark === undefined ? [] : [say(MARKED[mark])]),
  ]
  return words.length === 0 ? null : say('Filtered: {filters}.', { filters: words.join(', ') })
}
