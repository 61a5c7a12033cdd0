/** The accounts of a connection: whether each is read, pausing one alone, and what only a person can say of one that the bank no longer lists: under which number it goes on. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type Account, type Connection } from '../api.ts'
import { say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { Chip } from './chip.tsx'
import { isAlike, optionOf } from './choose-accounts.tsx'
import { STATE_WORDS } from './freshness.tsx'
import { NO_CURRENCY } from './money.tsx'
import { Trouble } from './states.tsx'

type Fed = Connection['accounts'][number]

export function Feeds({ connection }: { connection: Connection }) {
  // What was only the new number of another one holds nothing.
  const shown = connection.accounts.filter(({ state, rows }) => state !== 'closed' || rows > 0)
  if (shown.length === 0) return null
  return (
    <section className="mb-6">
      <h2 className="mb-2">{say('Accounts')}</h2>
      <ul className="panel grid gap-2">
        {shown.map((account) => <Feed key={account.id} account={account} connection={connection} />)}
      </ul>
    </section>
  )
}


function Feed({ account, connection }: { account: Fed; connection: Connection }) {
  const act = useAct()
  const may = useMay()
  const { id, name, state, rows, formerNumber } = account
  const word = STATE_WORDS[state]
  const mayChange = may('administer') && (connection.state === 'active' || connection.state === 'disabled')
  const candidates = candidatesFor(account, connection)
  const isAsked = connection.problems.some((problem) => problem.cause === 'account_not_found' && problem.accountId === id)
  return (
    <li className="grid gap-1">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <Link className="link name min-h-6 min-w-0" to="/accounts/$id" params={{ id }}>{name}</Link>
        {word !== null && <Chip tone={state === 'missing' ? 'need' : 'off'}>{say(word)}</Chip>}
        {/* One beside the other where all of it has room, else together below. */}
        <span className="ml-auto flex items-baseline gap-x-3">
          <span className="meta">{say('{count, plural, one {# row} other {# rows}}', { count: rows })}</span>
          {mayChange && state === 'open' && <button type="button" className="link min-h-6 text-[13px]" disabled={act.isPending} aria-label={say('Pause {account}', { account: name })} onClick={() => act.send('PATCH', `/accounts/${id}`, { state: 'paused' })}>{say('Pause')}</button>}
          {mayChange && state === 'paused' && <button type="button" className="link min-h-6 text-[13px]" disabled={act.isPending} aria-label={say('Read {account}', { account: name })} onClick={() => act.send('PATCH', `/accounts/${id}`, { state: 'open' })}>{say('Read')}</button>}
        </span>
      </div>
      {act.error !== null && <Trouble error={act.error} />}
      {mayChange && !isAsked && candidates.length > 0 && <GoesOn account={account} candidates={candidates} connectionId={connection.id} />}
      {mayChange && connection.state === 'active' && state === 'paused' && rows === 0 && <GoesOnWith account={account} connection={connection} />}
      {formerNumber !== null && (
        <p className="meta flex flex-wrap items-baseline gap-x-3">
          <span>{say('Goes on under ··{now}; before it was ··{before}.', { now: account.number?.slice(-4) ?? '', before: formerNumber.slice(-4) })}</span>
          {mayChange && <button type="button" className="link min-h-6" disabled={act.isPending} aria-label={say('Take back that {account} goes on under another number', { account: name })} onClick={() => act.send('POST', `/connections/${connection.id}/accounts/part`, { accountId: id })}>{say('Take back')}</button>}
        </p>
      )}
    </li>
  )
}

/** One of which nothing was read yet, because it was left out or came later, may be one of the books: only a person tells, before its rows come a second time. */
function GoesOnWith({ account, connection }: { account: Fed; connection: Connection }) {
  const act = useAct()
  const [chosen, setChosen] = useState('')
  const all = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const books = (all.data?.items ?? []).filter((one) => one.id !== account.id && one.rows > 0 && one.state !== 'closed' && one.connectionIds.length === 0 && isAlike(one, account))
  const [first] = books
  if (first === undefined) return null
  const into = chosen === '' ? first.id : chosen
  const read = connection.accounts.filter(({ state }) => state === 'open' || state === 'missing').map(({ id, rows, startOn }) => ({ accountId: id, into: null, startOn: rows > 0 ? null : startOn }))
  return (
    <div className="grid gap-1">
      <p className="text-muted">{say('Is it one that files brought here already? Then its rows stay, and the bank’s come to them.')}</p>
      <div className="flex flex-wrap items-center gap-3">
        <select className="field min-w-0 flex-1 basis-56" aria-label={say('With which account {account} goes on', { account: account.name })} value={into} onChange={(event) => setChosen(event.target.value)}>
          {books.map((one) => <option key={one.id} value={one.id}>{optionOf(one)}</option>)}
        </select>
        <button type="button" className="button" disabled={act.isPending} onClick={() => act.send('PUT', `/connections/${connection.id}/accounts`, { accounts: [...read, { accountId: account.id, into, startOn: null }] })}>{say(act.isPending ? 'Reading…' : 'It goes on with this one')}</button>
      </div>
      {act.error !== null && <Trouble error={act.error} />}
    </div>
  )
}

/** What one that is not listed any more may go on as, as the server judges it: one that was never read, of the same kind, in the same currency as far as that is known. */
export function candidatesFor(missing: Fed, { accounts }: Connection): readonly Fed[] {
  if (missing.state !== 'missing') return []
  return accounts.filter(({ id, rows, state, kind, currency }) => id !== missing.id && rows === 0 && (state === 'paused' || state === 'open') && kind === missing.kind && [missing.currency, NO_CURRENCY].includes(currency))
}

type GoesOnProps = { account: Fed; candidates: readonly Fed[]; connectionId: string; first?: boolean }

/** `first`: it is the next thing to do. */
export function GoesOn({ account, candidates, connectionId, first = false }: GoesOnProps) {
  const act = useAct()
  const [chosen, setChosen] = useState('')
  const newAccountId = chosen === '' ? candidates[0]!.id : chosen
  return (
    <div className="grid gap-1">
      <p className="text-muted">{say('The bank lists it under a new number? Then its rows stay, and it goes on there.')}</p>
      <div className="flex flex-wrap items-center gap-3">
        <select className="field min-w-0 flex-1 basis-56" aria-label={say('As what {account} goes on', { account: account.name })} value={newAccountId} onChange={(event) => setChosen(event.target.value)}>
          {candidates.map(({ id, name, number }) => <option key={id} value={id}>{name}{number === null ? '' : ` ··${number.slice(-4)}`}</option>)}
        </select>
        <button type="button" className={`button ${first ? 'button-primary' : ''}`} disabled={act.isPending} onClick={() => act.send('POST', `/connections/${connectionId}/accounts/adopt`, { missingAccountId: account.id, newAccountId })}>{say(act.isPending ? 'Reading…' : 'It goes on as this one')}</button>
      </div>
      {act.error !== null && <Trouble error={act.error} />}
    </div>
  )
}
