/** After the first sign-in, before a row is read: which accounts, into which of the books, since when, looked at once more; and after it, what came in. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useAct } from '../act.ts'
import { get, type Account, type Connection } from '../api.ts'
import { say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { keepForTab, keptForTab } from '../kept.ts'
import { NO_CURRENCY } from './money.tsx'
import { Ticked } from './sign.tsx'
import { Arrival, Trouble } from './states.tsx'
import { formatDay } from './time.tsx'

type Choice = { read: boolean; into: string; startOn: string }
type State = { readonly choices: Readonly<Record<string, Choice>>; readonly isChecking: boolean }

/** Its end is enough to know it by. */
function masked(number: string | null): string {
  return number === null ? '' : ` ··${number.slice(-4)}`
}

/** As the server judges it: of one kind and currency, as far as both are known. A table seldom tells either. */
export function isAlike(a: Pick<Account, 'kind' | 'currency'>, b: Pick<Account, 'kind' | 'currency'>): boolean {
  const agree = (x: string, y: string, unknown: string): boolean => x === y || x === unknown || y === unknown
  return agree(a.kind, b.kind, 'other') && agree(a.currency, b.currency, NO_CURRENCY)
}

export function ChooseAccounts({ connection }: { connection: Connection }) {
  const act = useAct()
  const all = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const listed = connection.accounts.filter(({ state }) => state === 'open' || state === 'paused')
  const keptAs = `relink-choice-${connection.id}`
  const [{ choices, isChecking }, setState] = useState<State>(() => parsed(keptForTab(keptAs)))
  const go = (state: State): void => {
    keepForTab(keptAs, JSON.stringify(state))
    setState(state)
  }
  const of = (id: string): Choice => choices[id] ?? { read: true, into: '', startOn: '' }
  const set = (id: string, change: Partial<Choice>): void => go({ choices: { ...choices, [id]: { ...of(id), ...change } }, isChecking: false })
  const chosen = listed.filter(({ id }) => of(id).read)
  const send = (): void => {
    if (chosen.length > 0) act.send('PUT', `/connections/${connection.id}/accounts`, { accounts: chosen.map(({ id, rows }) => ({ accountId: id, into: of(id).into === '' ? null : of(id).into, startOn: of(id).startOn === '' || rows > 0 || of(id).into !== '' ? null : of(id).startOn })) }, () => keepForTab(keptAs, null))
  }
  if (isChecking && chosen.length > 0) return <Check bank={connection.institutionName} listed={listed} of={of} books={all.data?.items ?? []} error={act.error} isPending={act.isPending} read={send} change={() => go({ choices, isChecking: false })} />
  return (
    <form className="panel mb-6 grid gap-4 border-need" aria-label={say('Choose accounts')} onSubmit={(event) => { event.preventDefault(); go({ choices, isChecking: true }) }}>
      <Arrival>{say('{bank} lets us in. Which accounts?', { bank: connection.institutionName })}</Arrival>
      <p className="text-muted">{say('Nothing was read yet. What is left out here can be read later.')}</p>
      <ul className="grid gap-4">
        {listed.map((account) => {
          const { read, into, startOn } = of(account.id)
          const others = (all.data?.items ?? []).filter((one) => one.id !== account.id && isAlike(one, account) && one.state !== 'closed' && !connection.accounts.some(({ id }) => id === one.id))
          const name = `${account.name}${masked(account.number)}`
          return (
            <li key={account.id} className="grid gap-2 border-t border-line pt-3 first:border-0 first:pt-0">
              <label className="flex min-h-10 items-center gap-2 font-medium"><input type="checkbox" checked={read} onChange={() => set(account.id, { read: !read })} /> <span className="name">{name}</span></label>
              {read && account.rows > 0 && <p className="text-muted">{say('Goes on with {account}, which holds {rows, plural, one {# row} other {# rows}} already: its number or its rows are the same.', { account: account.name, rows: account.rows })}</p>}
              {read && account.rows === 0 && (
                <div className="flex flex-wrap gap-3">
                  <label className="grid gap-1">{say('Into')}<select className="field sm:w-96" aria-label={say('Into which account goes {account}', { account: name })} value={into} onChange={(event) => set(account.id, { into: event.target.value })}>
                    <option value="">{say('A new account')}</option>
                    {others.map((one) => <option key={one.id} value={one.id} disabled={one.connectionIds.length > 0}>{optionOf(one)}</option>)}
                  </select></label>
                  {into === '' && <label className="grid gap-1">{say('From (empty: as far back as the bank goes)')}<input className="field" type="date" aria-label={say('From which day: {account}', { account: name })} value={startOn} onChange={(event) => set(account.id, { startOn: event.target.value })} /></label>}
                </div>
              )}
            </li>
          )
        })}
      </ul>
      {chosen.length === 0 && <p role="alert" className="font-medium">{say('Choose one account at least, or discard all of it below.')}</p>}
      <button className="button button-primary justify-self-start" type="submit">{say('Continue')}</button>
    </form>
  )
}

type CheckProps = { bank: string; listed: Connection['accounts']; of: (id: string) => Choice; books: readonly Account[]; error: Error | null; isPending: boolean; read: () => void; change: () => void }

/** What will be read, since when and into what, before it is. */
function Check({ bank, listed, of, books, error, isPending, read, change }: CheckProps) {
  const chosen = listed.filter(({ id }) => of(id).read)
  const left = listed.filter(({ id }) => !of(id).read)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="panel mb-6 grid gap-4 border-need" aria-labelledby="check">
      <h2 id="check" tabIndex={-1} ref={heading}>{say('Is this right?')}</h2>
      <dl className="grid gap-3">
        {chosen.map((account) => (
          <div key={account.id} className="grid gap-x-6 border-t border-line pt-3 first:border-0 first:pt-0 @xl:grid-cols-2">
            <dt className="name font-medium">{account.name}{masked(account.number)}</dt>
            <dd className="[overflow-wrap:anywhere]">{intoWords(account, of(account.id), books)}</dd>
          </div>
        ))}
      </dl>
      {left.length > 0 && <p className="text-muted [overflow-wrap:anywhere]">{say('Not read: {accounts}.', { accounts: left.map(({ name, number }) => `${name}${masked(number)}`).join(', ') })}</p>}
      {error !== null && <Trouble error={error} />}
      <p className="flex flex-wrap items-center gap-3">
        <button className="button button-primary" aria-disabled={isPending} onClick={() => !isPending && read()}>{isPending ? say('Reading…') : say('Read {count, plural, one {# account} other {# accounts}}', { count: chosen.length })}</button>
        <button className="button" disabled={isPending} aria-label={say('Change what is read from {bank}', { bank })} onClick={change}>{say('Change')}</button>
      </p>
    </section>
  )
}

function intoWords({ rows }: Connection['accounts'][number], { into, startOn }: Choice, books: readonly Account[]): string {
  if (rows > 0) return say('goes on where it is, after {rows, plural, one {# row} other {# rows}}', { rows })
  const book = books.find(({ id }) => id === into)
  if (book !== undefined) return say('into {account}, which holds {rows, plural, one {# row} other {# rows}}', { account: `${book.name}${masked(book.number)}`, rows: book.rows })
  if (into !== '') return say('Loading…')
  return startOn === '' ? say('into a new account, as far back as the bank goes') : say('into a new account, from {day}', { day: formatDay(startOn) })
}

/** What was kept may be of an earlier version of this page. */
function parsed(kept: string | null): State {
  try {
    const { choices, isChecking } = JSON.parse(kept ?? '') as State
    return { choices: { ...choices }, isChecking: isChecking === true }
  } catch {
    return { choices: {}, isChecking: false }
  }
}

export function optionOf({ name, number, rows, connectionIds }: Account): string {
  const values = { account: `${name}${masked(number)}`, rows }
  if (connectionIds.length === 0) return say('{account}, {rows, plural, one {# row} other {# rows}}', values)
  return say('{account}, {rows, plural, one {# row} other {# rows}} (read from a bank already)', values)
}

/** What the first read brought. */
export function FirstResult({ connection }: { connection: Connection }) {
  const may = useMay()
  const run = connection.lastRun
  if (run === null || run.outcome !== 'succeeded' || run.accounts.length === 0) return null
  const added = run.accounts.reduce((sum, one) => sum + one.added, 0)
  const questions = run.accounts.reduce((sum, one) => sum + one.questions, 0)
  return (
    <section className="panel mb-6 grid gap-2 border-ok" aria-label={say('Result')}>
      <Arrival><Ticked>{questions === 0 ? say('Connected: {added, plural, one {# row} other {# rows}} came in.', { added }) : say('Connected: {added, plural, one {# row} other {# rows}} came in, {questions} to check.', { added, questions })}</Ticked></Arrival>
      <p className="flex flex-wrap gap-x-4 gap-y-1"><Link className="link" to="/accounts">{say('See the accounts')}</Link>{added > 0 && may('review') && <Link className="link" to="/review">{say('Review them')}</Link>}{may('manage') && <Link className="link" to="/settings/alerts">{say('Be told when it breaks')}</Link>}</p>
    </section>
  )
}
