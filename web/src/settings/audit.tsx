/** The audit log: who did what, newest first, by kind, person and day, and whether its chain holds. What is looked for stands in the address. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { get, type Account, type ApiKey, type AuditLine, type Connection, type Member } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Chip } from '../parts/chip.tsx'
import { Bound, Select } from '../parts/filter.tsx'
import type { AuditSearch } from '../rows/search.ts'
import { Empty, Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'
import { actOf, codeOf, factsOf, hasWords, isGone, KINDS, thingOf } from './acts.ts'
import { ToCome } from '../parts/to-come.tsx'

const route = getRouteApi('/settings/audit')

type Verdict = { lines: number; head: { seq: number; hash: string } | null; firstBad: number | null }
type Page = { items: AuditLine[]; next: string | null }

export function AuditPage() {
  const search = route.useSearch()
  const lines = useInfiniteQuery({ queryKey: ['audit', 'lines', search], initialPageParam: '', queryFn: ({ pageParam }) => get<Page>(`/audit?${addressOf(search, pageParam)}`), getNextPageParam: (last) => last.next, placeholderData: (previous) => previous })
  const verdict = useQuery({ queryKey: ['audit', 'verify'], queryFn: () => get<Verdict>('/audit/verify') })
  const members = useQuery({ queryKey: ['members'], queryFn: () => get<{ items: Member[] }>('/members') })
  const nameOf = (actor: string): string => {
    const [kind, id = ''] = actor.split(':', 2)
    if (kind === 'user') return members.data === undefined ? endOf(id) : (members.data.items.find(({ userId }) => userId === id)?.name ?? say('a former member'))
    return kind === 'key' ? say('key {key}', { key: `rl_${id}_…` }) : kind === 'host' ? say('who runs this server') : kind === 'nobody' ? say('somebody unknown') : 'Relink'
  }
  const keys = useQuery({ queryKey: ['keys'], queryFn: () => get<{ items: ApiKey[] }>('/keys') })
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  // They come with the lines, so that none of them moves.
  const isNamed = [members, keys, connections, accounts].every(({ isPending }) => !isPending)
  // What is there still has a name; the log itself holds ids alone.
  const named = new Map([
    ...(connections.data?.items ?? []).map(({ id, institutionName, loginLabel }) => [id, say('{bank}, login {login}', { bank: institutionName, login: loginLabel })] as const),
    ...(accounts.data?.items ?? []).map(({ id, name }) => [id, name] as const), ...(members.data?.items ?? []).map(({ userId, name }) => [userId, name] as const), ...(keys.data?.items ?? []).map(({ id, label }) => [id, label] as const),
  ])
  // Where names cannot be read, nothing is gone for want of one.
  const isKnown = [members, keys, connections, accounts].every(({ data }) => data !== undefined)
  const banks = new Map(connections.data?.items.map(({ institutionId, institutionName }) => [institutionId, institutionName]))
  const all = lines.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3"><Title>{say('Audit log')}</Title><span className="min-h-6 max-sm:w-full">{verdict.data !== undefined && <Unbroken verdict={verdict.data} />}</span></div>
      {(verdict.isPending || verdict.data?.head != null) && <p className="meta min-h-20 [overflow-wrap:anywhere] sm:min-h-15">{verdict.data?.head != null && say('Newest line {seq}, seal {hash}. Note it elsewhere: lines cut off after it show only so.', verdict.data.head)}</p>}
      {isNamed && <Filters search={search} actors={[...(members.data?.items ?? []).map(({ userId }) => `user:${userId}`), ...(keys.data?.items ?? []).map(({ id }) => `key:${id}`), ...OTHERS]} nameOf={nameOf} />}
      {lines.error !== null && lines.data !== undefined && <Trouble error={lines.error} />}
      <Loaded query={lines} toCome={<ToCome rows heights={[800]} />}>
        {() => isNamed && (all.length === 0 ? <Empty title={say('Nothing found')}>{say('No line of the log fits all filters.')}</Empty> : (
          <ol className="panel grid gap-3" aria-label={say('Acts, newest first')}>
            {all.map((line) => (
              <li key={line.seq} className="border-t border-line pt-3 [overflow-wrap:anywhere] first:border-0 first:pt-0">
                <p className="flex flex-wrap items-baseline justify-between gap-x-4"><span><span className="font-medium">{actOf(line)}</span> <span className="text-muted">{say('by {who}', { who: nameOf(line.actor) })}</span></span><span className="meta"><Say message="line {seq}, {at}" seq={line.seq} at={<Instant at={line.at} />} /></span></p>
                <Told line={line} name={named.get(line.object)} bankOf={(id) => banks.get(id)} isKnown={isKnown} />
                {!hasWords(line) && <p className="meta"><code>{codeOf(line)}</code></p>}
              </li>
            ))}
          </ol>
        ))}
      </Loaded>
      {isNamed && lines.hasNextPage && <button className="button justify-self-start" disabled={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>{say('Older lines')}</button>}
    </div>
  )
}

/** Who acts and is no member and no key. */
const OTHERS = ['host', 'relink', 'nobody']

/** Days begin and end where the reader is. */
function addressOf({ kind, actor, from, to }: AuditSearch, cursor: string): string {
  const midnight = (day: string, daysLater: number): string => {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
    return new Date(year, month - 1, date + daysLater).toISOString()
  }
  const values = { limit: '50', cursor, kinds: kind === undefined ? '' : (KINDS[kind]?.words ?? [kind]).join(','), actor: actor ?? '', since: from === undefined ? '' : midnight(from, 0), until: to === undefined ? '' : midnight(to, 1) }
  return String(new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')))
}

function Filters({ search, actors, nameOf }: { search: AuditSearch; actors: readonly string[]; nameOf: (actor: string) => string }) {
  const navigate = useNavigate()
  const set = (change: AuditSearch): void => void navigate({ to: '/settings/audit', search: Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== '')), replace: true, resetScroll: false })
  // Who is no member any more is found by a link to their lines.
  const known = search.actor === undefined || actors.includes(search.actor) ? actors : [...actors, search.actor]
  return (
    <form role="search" aria-label={say('Filter the log')} className="grid grid-cols-2 gap-2 @5xl:grid-cols-4" onSubmit={(event) => event.preventDefault()}>
      <Select label={say('Kind of act')} value={search.kind ?? ''} options={[{ value: '', label: say('All acts') }, ...Object.entries(KINDS).map(([value, { name }]) => ({ value, label: say(name) }))]} set={(kind) => set({ kind })} />
      <Select label={say('By whom')} value={search.actor ?? ''} options={[{ value: '', label: say('By anybody') }, ...known.map((value) => ({ value, label: say('by {who}', { who: nameOf(value) }) }))]} set={(actor) => set({ actor })} />
      <Bound label={say('From')} day={search.from} set={(from) => set({ from })} />
      <Bound label={say('to')} day={search.to} set={(to) => set({ to })} />
    </form>
  )
}

function Unbroken({ verdict }: { verdict: Verdict }) {
  return verdict.firstBad === null ? <Chip tone="ok">{say('All {lines} lines hold together', { lines: verdict.lines })}</Chip> : <Chip tone="stop">{say('Line {seq} was changed, or lines are missing there', { seq: verdict.firstBad })}</Chip>
}

/** Where there is no name, the end of its id tells one from another, as with numbers of accounts. */
function endOf(id: string): string {
  return `··${id.slice(-4)}`
}

/** What it was done to and what else is told of it. `isKnown`: the names of all that is here are. */
function Told({ line, name, bankOf, isKnown }: { line: AuditLine; name: string | undefined; bankOf: (id: string) => string | undefined; isKnown: boolean }) {
  const thing = thingOf(line)
  const unnamed = isKnown ? say('not here any more ({end})', { end: endOf(line.object) }) : endOf(line.object)
  const called = name ?? (isGone(line) ? unnamed : undefined)
  const facts = [...(thing === null || called === undefined ? [] : [{ name: thing, value: called }]), ...factsOf(line, bankOf).filter(({ value }) => called?.startsWith(`${value}, `) !== true)]
  return facts.length === 0 ? null : <p className="flex flex-wrap gap-x-4">{facts.map((fact, at) => <span key={at}><span className="text-muted">{fact.name}: </span><bdi>{fact.value}</bdi></span>)}</p>
}
