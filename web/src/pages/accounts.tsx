/** Accounts: first what waits for the person, then a tile for each account by bank, then totals per currency, never added across. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get, type Account, type Connection } from '../api.ts'
import { Chip, type Tone } from '../parts/chip.tsx'
import { Amount } from '../parts/money.tsx'
import { ProblemCard } from '../parts/problem-card.tsx'
import { Day, Instant } from '../parts/time.tsx'
import { Empty, Trouble, useConnections } from '../shell.tsx'

export function AccountsPage() {
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const connections = useConnections()
  const error = accounts.error ?? connections.error
  if (error !== null) return <Trouble error={error} />
  if (accounts.data === undefined || connections.data === undefined) return null
  const live = connections.data.items.filter((c) => c.state !== 'removed')
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <h1>Accounts</h1>
        <Totals accounts={accounts.data.items} />
        <Link to="/add" className="button button-primary">Add account</Link>
      </div>
      {live.flatMap((c) => c.problems.map((p) => <ProblemCard key={p.id} problem={p} connection={c} brief />))}
      {live.filter((c) => c.challenge !== null).map((c) => <Question key={c.id} connection={c} />)}
      {accounts.data.items.length === 0 ? <NoAccounts /> : <Groups accounts={accounts.data.items} connections={live} />}
    </>
  )
}

function NoAccounts() {
  return (
    <Empty title="Your accounts will be here">
      <p className="mb-4">Connect a bank, or import a statement file that you have.</p>
      <Link to="/add" className="button button-primary">Add account</Link>
    </Empty>
  )
}

function Question({ connection }: { connection: Connection }) {
  return (
    <div className="panel mb-4 flex flex-wrap items-center justify-between gap-3 border-need">
      <div>
        <Chip tone="need">Needs you</Chip> <span className="font-medium">{connection.institutionName} asks a question to know that it is you.</span>
      </div>
      <Link to="/connections/$id" params={{ id: connection.id }} className="button button-primary">Answer now</Link>
    </div>
  )
}

/** One sum for each currency, exact: cents are added as integers. */
function Totals({ accounts }: { accounts: readonly Account[] }) {
  const sums = new Map<string, { units: bigint; decimals: number }>()
  for (const account of accounts) {
    const decimals = account.balance.split('.')[1]?.length ?? 0
    const units = BigInt(account.balance.replace('.', ''))
    const sum = sums.get(account.currency)
    sums.set(account.currency, { units: (sum?.units ?? 0n) + units, decimals })
  }
  return (
    <p className="meta flex flex-wrap gap-x-4">
      {[...sums].map(([currency, { units, decimals }]) => (
        <span key={currency}>{currency} <Amount amount={decimalString(units, decimals)} currency={currency} /></span>
      ))}
    </p>
  )
}

function decimalString(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0')
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return units < 0n ? `-${text}` : text
}

function Groups({ accounts, connections }: { accounts: readonly Account[]; connections: readonly Connection[] }) {
  const banks = Map.groupBy(accounts, (account) => account.institutionName ?? 'Imported files')
  return [...banks].map(([bank, items]) => (
    <section key={bank} className="mb-6" aria-label={bank}>
      <h2 className="mb-2">{bank}</h2>
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {items.map((account) => (
          <Tile key={account.id} account={account} connection={connections.find((c) => account.connectionIds.includes(c.id)) ?? null} />
        ))}
      </div>
    </section>
  ))
}

const HEALTH: Record<Connection['health'], { tone: Tone; word: string }> = {
  working: { tone: 'ok', word: 'Up to date' },
  reading: { tone: 'wait', word: 'Reading now' },
  waiting: { tone: 'wait', word: 'Waiting for the bank' },
  needs_you: { tone: 'need', word: 'Needs you' },
  off: { tone: 'off', word: 'Paused' },
}

function Tile({ account, connection }: { account: Account; connection: Connection | null }) {
  const health = account.state === 'paused' || account.state === 'closed' ? { tone: 'off' as const, word: account.state === 'closed' ? 'Closed' : 'Paused' } : connection === null ? { tone: 'off' as const, word: 'Files only' } : HEALTH[connection.health]
  return (
    <Link to="/accounts/$id" params={{ id: account.id }} className="panel block no-underline hover:bg-sunken">
      <div className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 font-medium break-words">{account.name}</span>
        <span className="text-[17px] font-semibold"><Amount amount={account.balance} currency={account.currency} /></span>
      </div>
      <p className="meta">
        {account.number !== null && <>··{account.number.slice(-4)} · </>}
        {account.balanceIsStated ? 'the bank’s balance' : 'sum of the rows'}
        {account.balanceOn !== null && <>, <Day day={account.balanceOn} /></>}
      </p>
      <div className="mt-3 flex flex-wrap items-center justify-between gap-2">
        <Chip tone={health.tone}>{health.word}</Chip>
        <span className="meta">{account.rows} rows{account.forReview > 0 && <> · {account.forReview} to review</>}</span>
      </div>
      {connection !== null && connection.lastSuccessAt !== null && <p className="meta mt-2">Bank answered <Instant at={connection.lastSuccessAt} /></p>}
    </Link>
  )
}
