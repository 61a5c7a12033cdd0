/** Accounts: first what waits for the person, then a tile for each account by connection, then totals per currency, never added across. */
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { get, type Account, type Connection, type Noticed, type QuestionPage } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay, useOffline } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { Chip } from '../parts/chip.tsx'
import { ConnectionChip, UpdateNow } from '../parts/connection-state.tsx'
import { AccountChip, isUnread, NoticedChips, useFreshness } from '../parts/freshness.tsx'
import { asksToBeGoneOnWith, HalfAdded, isHalfAdded } from '../parts/half-added.tsx'
import { Amount, NO_CURRENCY } from '../parts/money.tsx'
import { ProblemCard } from '../parts/problem-card.tsx'
import { Sign } from '../parts/sign.tsx'
import { ListTitle, Split, useOpening } from '../parts/split.tsx'
import { Empty, FirstBank, Loaded } from '../parts/states.tsx'
import { MiniStrip, provedWords, type Coverage } from '../parts/strip.tsx'
import { Day, Instant } from '../parts/time.tsx'
import { kindWords } from '../parts/kinds.ts'
import { ToCome } from '../parts/to-come.tsx'

const TILES = 'grid gap-3 @2xl:grid-cols-2 @4xl:grid-cols-3'

export function AccountsPage() {
  const { id } = useParams({ strict: false })
  return <Split label={say('Accounts')} longer="detail" isPage={id !== undefined} list={<AccountList beside={id !== undefined} />} detail={id === undefined ? null : <Outlet />} />
}

/** `beside`: as the list of what is shown next to it, where a problem is told and mended. */
function AccountList({ beside }: { beside: boolean }) {
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
  const may = useMay()
  const offline = useOffline()
  // Where there is nothing the way to the first account stands where the accounts will be; until that is known, nowhere.
  const counts = [accounts.data?.items.length, connections.data?.items.length]
  const isKnown = counts.every((count) => count !== undefined)
  const hasSome = isKnown && counts.some((count) => count > 0)
  return (
    <>
      <div className="mb-4 flex min-h-10 flex-wrap items-center justify-between gap-3">
        <div className="flex flex-wrap items-baseline gap-x-4">
          <ListTitle beside={beside}>{say('Accounts')}</ListTitle>
          {/* With what stands below, so that nothing moves where this takes a further line. */}
          {isKnown && <Totals accounts={accounts.data?.items ?? []} />}
        </div>
        {!offline && hasSome && (
          <div className="flex flex-wrap items-center gap-3">
            {may('review') && <Link to="/import" className="link alone py-1">{say('Import a file')}</Link>}
            {may('administer') && <Link to="/add" className={beside || connections.data?.items.some(needsPerson) === true ? 'button' : 'button button-primary'}>{say('Add account')}</Link>}
          </div>
        )}
      </div>
      <Loaded query={connections} toCome={<TilesToCome />}>
        {({ items: live }) => (
          <Loaded query={accounts} toCome={<TilesToCome />}>{({ items }) => (
            <>
              {!beside && <Problems connections={live} />}
              {items.length === 0 && live.length === 0 ? <NoAccounts /> : <Groups accounts={items} connections={live} beside={beside} />}
            </>
          )}</Loaded>
        )}
      </Loaded>
    </>
  )
}

/** As the tiles of a bank will stand. */
function TilesToCome() {
  return <ToCome className={TILES} heights={[176, 176, 176, 176, 176]} />
}

function needsPerson(connection: Connection): boolean {
  return connection.health === 'needs_you'
}

/** A bank that is away is one thing, also where several logins that were read at once each found it. */
function brokenThing({ id, accountId, cause, card }: Connection['problems'][number], { institutionId }: Connection): string {
  return OF_BANK.has(cause) && card.next === null && accountId === null ? `${institutionId} ${JSON.stringify(card.what)}` : id
}

const OF_BANK: ReadonlySet<string> = new Set(['institution_down', 'scheduled_maintenance'])

/** One card for each broken thing, however many connections it strikes. */
export function Problems({ connections }: { connections: readonly Connection[] }) {
  const shown = new Set<string>()
  return (
    <>
      {connections.flatMap((connection) =>
        connection.problems.filter((problem) => !shown.has(brokenThing(problem, connection)) && shown.add(brokenThing(problem, connection))).map((problem) => <ProblemCard key={problem.id} problem={problem} connection={connection} brief />),
      )}
      {connections.filter(asksToBeGoneOnWith).map((c) => <HalfAdded key={c.id} connection={c} />)}
      {connections.filter((c) => c.challenge !== null && c.problems.length === 0 && !isHalfAdded(c)).map((c) => <Asked key={c.id} connection={c} />)}
    </>
  )
}

function NoAccounts() {
  const may = useMay()
  if (!may('review')) return <Empty title={say('Your accounts will be here')}>{say('Nothing is connected yet.')} <AskOwner /></Empty>
  return (
    <Empty title={say('Your accounts will be here')}>
      <p className="mb-4"><Say message="Connect a bank, or <a>import a statement file</a> that you have." a={(inside) => <Link to="/import" className="link">{inside}</Link>} /></p>
      <FirstBank />
      {!may('administer') && <div className="mt-3"><AskOwner /></div>}
    </Empty>
  )
}

function Asked({ connection }: { connection: Connection }) {
  const may = useMay()
  const offline = useOffline()
  return (
    <section className="panel mb-4 border-need" aria-label={say('Question of {bank}', { bank: say('{bank}, login {login}', { bank: connection.institutionName, login: connection.loginLabel }) })}>
      <Chip tone="need">{say('Needs you')}</Chip>
      <h2 className="mt-2">{say('{bank} asks a question to know that it is you.', { bank: connection.institutionName })}</h2>
      <p className="meta">{say('Login {login}', { login: connection.loginLabel })}</p>
      {offline ? null : may('sync') ? <Link to="/connections/$id" params={{ id: connection.id }} className="button button-primary mt-3">{say('Answer now')}</Link> : <div className="mt-3"><AskOwner /></div>}
    </section>
  )
}

/** One sum for each currency, exact: the smallest units are added as integers. */
function Totals({ accounts }: { accounts: readonly Account[] }) {
  const sums = new Map<string, { units: bigint; decimals: number }>()
  // One that was never read has nothing to add; what has no currency may be of several.
  for (const { balance, currency } of accounts.filter((account) => !isUnread(account) && account.currency !== NO_CURRENCY)) {
    const decimals = balance.split('.')[1]?.length ?? 0
    sums.set(currency, { units: (sums.get(currency)?.units ?? 0n) + BigInt(balance.replace('.', '')), decimals })
  }
  const left = accounts.filter((account) => !isUnread(account) && account.currency === NO_CURRENCY).length
  if (sums.size === 0 && left === 0) return null
  return (
    <p className="meta flex flex-wrap gap-x-3">
      {sums.size > 0 && <span>{say('In all')}</span>}
      {[...sums].map(([currency, { units, decimals }]) => <Amount key={currency} amount={decimalString(units, decimals)} currency={currency} />)}
      {left > 0 && <span>{say('without {count, plural, one {# account} other {# accounts}} whose currency is not known', { count: left })}</span>}
    </p>
  )
}

function decimalString(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0')
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return units < 0n ? `-${text}` : text
}

type Group = { connection: Connection | null; name: string; accounts: Account[] }

/** By the connection that reads them now; what nothing reads stands under the name of its bank, or of files. */
function groupsOf(accounts: readonly Account[], connections: readonly Connection[]): readonly Group[] {
  const groups = new Map<string, Group>(connections.map((connection) => [connection.id, { connection, name: connection.institutionName, accounts: [] }]))
  for (const account of accounts) {
    const reading = connections.find((c) => account.connectionIds.includes(c.id))
    // Listed by a sign-in that was given up before anything was read: it holds nothing.
    if (reading === undefined && isUnread(account) && account.institutionName !== null) continue
    const name = account.institutionName ?? say('Imported files')
    const key = reading?.id ?? name
    const group = groups.get(key) ?? { connection: null, name, accounts: [] }
    group.accounts.push(account)
    groups.set(key, group)
  }
  return inOrder([...groups.values()])
}

/** What waits for somebody before what is well, the logins of a bank together; what nothing reads last. */
function inOrder(groups: readonly Group[]): readonly Group[] {
  const rank = ({ connection }: Group): number => (connection === null ? 3 : connection.health === 'needs_you' ? 0 : connection.health === 'waiting' ? 1 : 2)
  return [...Map.groupBy([...groups].sort((a, b) => rank(a) - rank(b)), (group) => `${rank(group)} ${group.name}`).values()].flat()
}

/** So many logins are shown whole. */
const MOST_WHOLE = 6

function Groups({ accounts, connections, beside }: { accounts: readonly Account[]; connections: readonly Connection[]; beside: boolean }) {
  const questions = useQuery({ queryKey: ['questions'], queryFn: () => get<QuestionPage>('/questions?limit=1') })
  const toDecide = (id: string): number => questions.data?.counts.find(({ accountId }) => accountId === id)?.open ?? 0
  const { id } = useParams({ strict: false })
  const frame = useRef<HTMLDivElement>(null)
  // What is chosen is in sight, though the list begins anew at another width.
  useEffect(() => void frame.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest' }), [id])
  // Beside a page no card tells of what is half added.
  const groups = groupsOf(accounts, connections).filter((group) => beside || !isToldByCard(group))
  const hasMany = groups.filter(({ connection }) => connection !== null).length > MOST_WHOLE
  // Of all at once: the tiles, which would say it, are not asked for.
  const noticed = useQuery({ queryKey: ['noticed'], queryFn: () => get<{ items: Noticed[] }>('/accounts/noticed'), enabled: hasMany })
  return <div ref={frame}>{groups.map((group) => {
    const inside = (
      <>
        <GroupHead group={group} beside={beside} />
        <div className={TILES}>
          {group.accounts.map((account) => <Tile key={account.id} account={account} toDecide={toDecide(account.id)} />)}
        </div>
      </>
    )
    const isFolded = hasMany && isWell(group) && !group.accounts.some((account) => toDecide(account.id) > 0)
    return (
      <section key={group.connection?.id ?? group.name} className={isFolded ? 'mb-2' : 'mb-8'} aria-label={group.connection === null ? group.name : say('{bank}, login {login}', { bank: group.name, login: group.connection.loginLabel })}>
        {isFolded ? <Folded group={group} noticed={noticed.data?.items ?? []} hasChosen={id !== undefined && (group.connection?.id === id || group.accounts.some((account) => account.id === id))}>{inside}</Folded> : inside}
      </section>
    )
  })}</div>
}

/** Read as it should be, or switched off by a person: nothing of it has to be seen. */
function isWell({ connection }: Group): boolean {
  return connection !== null && connection.problems.length === 0 && connection.challenge === null && !connection.awaitsChoice && (connection.health === 'working' || connection.health === 'off' || connection.health === 'reading')
}

/** One of many logins that are well: a line, which opens. Its accounts are asked for then; what is wrong with one of them the line says. */
function Folded({ group: { connection, name, accounts }, noticed, hasChosen, children }: { group: Group; noticed: readonly Noticed[]; hasChosen: boolean; children: ReactNode }) {
  const [opened, setOpened] = useState(false)
  const isOpen = opened || hasChosen
  const own = noticed.filter(({ accountId }) => accounts.some(({ id }) => id === accountId))
  return (
    <>
      <button type="button" className="panel flex w-full cursor-pointer flex-wrap items-center gap-x-3 gap-y-1 !py-2 text-left hover:bg-sunken" aria-expanded={isOpen} onClick={() => setOpened(!isOpen)}>
        <span className="flex max-w-full min-w-0 items-baseline gap-x-3">
          <span className="w-4 shrink-0 text-[11px] text-muted"><Sign of="now" className={isOpen ? 'rotate-90' : ''} /></span>
          <span className="flex min-w-0 flex-wrap items-baseline gap-x-2"><bdi className="name font-medium">{name}</bdi><span className="meta">{say('login {login}', { login: connection!.loginLabel })}</span></span>
        </span>
        {/* That the sign-in works is no news of accounts that are not as they should be. */}
        {(own.length === 0 || connection!.health !== 'working') && <ConnectionChip connection={connection!} />}
        <NoticedChips noticed={own} />
        <span className="meta w-full min-w-0 truncate pl-7 @2xl:ml-auto @2xl:w-auto @2xl:pl-0">{accounts.map((account) => account.name).join(', ')}</span>
      </button>
      {isOpen && <div className="mt-3 mb-6">{children}</div>}
    </>
  )
}

/** Half added, with nothing read: its card says all there is to say. */
function isToldByCard({ connection, accounts }: Group): boolean {
  return connection !== null && asksToBeGoneOnWith(connection) && accounts.every(isUnread)
}

function GroupHead({ group: { connection, name }, beside }: { group: Group; beside: boolean }) {
  const may = useMay()
  const opening = useOpening('detail')
  if (connection === null) return <h2 className="mb-2">{name}</h2>
  const link = { to: '/connections/$id', params: { id: connection.id }, ...opening } as const
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
      <h2 className="name"><Link {...link} aria-label={say('{bank}, login {login}', { bank: name, login: connection.loginLabel })} className="py-0.5 underline-offset-4 hover:underline" activeProps={{ className: 'underline decoration-2' }}>{name}</Link></h2>
      <ConnectionChip connection={connection} />
      <span className="meta min-w-0 flex-1 basis-48">
        {say('Login {login}', { login: connection.loginLabel })} · {connection.lastSuccessAt === null || connection.awaitsChoice ? say('not read in full yet') : <Say message="answered in full {at}" at={<Instant at={connection.lastSuccessAt} />} />}
      </span>
      {/* As wide, whether it holds the button or the stages in its place. */}
      {!beside && <div className={`flex w-full items-center gap-3 @4xl:justify-end ${needsPerson(connection) || !may('sync') ? '@4xl:w-auto' : '@4xl:w-[30rem]'}`}>
        <UpdateNow connection={connection} />
        <Link {...link} className="button"><Say message={may('sync') ? 'Manage<unseen> {bank}, login {login}</unseen>' : 'Open<unseen> {bank}, login {login}</unseen>'} bank={name} login={connection.loginLabel} unseen={(inside) => <span className="sr-only">{inside}</span>} /></Link>
      </div>}
    </div>
  )
}

function Tile({ account, toDecide }: { account: Account; toDecide: number }) {
  const unread = isUnread(account)
  const opening = useOpening('detail')
  const freshness = useFreshness(account.id)
  const coverage = useQuery({ queryKey: ['coverage', account.id], queryFn: () => get<Coverage>(`/accounts/${account.id}/coverage`) })
  return (
    <Link to="/accounts/$id" params={{ id: account.id }} {...opening} className="panel block min-w-0 no-underline hover:bg-sunken" activeProps={{ className: '!border-accent bg-sunken' }}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="min-w-0 font-medium"><bdi className="name">{account.name}</bdi></span>
        <span className="ml-auto text-[17px] font-semibold">{unread ? '–' : <Amount amount={account.balance} currency={account.currency} />}</span>
      </div>
      <p className="meta flex flex-wrap justify-between gap-x-3">
        <span className="whitespace-nowrap">{account.number === null ? kindWords(account.kind) : `··${account.number.slice(-4)}`}</span>
        <span>{unread ? '' : !account.balanceIsStated ? say('sum of the rows') : account.balanceOn === null ? say('bank’s balance') : <Say message="bank’s balance of {day}" day={<Day day={account.balanceOn} />} />}</span>
      </p>
      <div className="mt-2 flex min-h-6 flex-wrap items-center gap-2">
        <AccountChip account={account} freshness={freshness.data} />
        {freshness.data?.word === 'bank_is_behind' && freshness.data.bankDataOn !== null && <span className="meta"><Say message="data of {day}" day={<Day day={freshness.data.bankDataOn} />} /></span>}
        {toDecide > 0 && <Chip tone="need">{say('{count} to decide', { count: toDecide })}</Chip>}
        {!unread && account.currency === NO_CURRENCY && <Chip tone="need">{say('No currency')}</Chip>}
      </div>
      <div className="mt-2 h-4">{coverage.data !== undefined && <MiniStrip coverage={coverage.data} />}</div>
      <p className="meta mt-1 min-h-5">{coverage.data !== undefined && provedWords(coverage.data)}</p>
      <p className="meta">{say('{count, plural, one {# row} other {# rows}}', { count: account.rows })}{account.newestRowOn !== null && <>, <Say message="newest {day}" day={<Day day={account.newestRowOn} />} /></>}</p>
    </Link>
  )
}
