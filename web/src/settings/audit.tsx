/** The audit log: who did what, newest first, and whether its chain holds. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { get, type Account, type AuditLine, type Connection, type Member } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Chip } from '../parts/chip.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'
import { actOf, codeOf, factsOf, thingOf } from './acts.ts'

type Verdict = { lines: number; head: { seq: number; hash: string } | null; firstBad: number | null }
type Page = { items: AuditLine[]; next: string | null }

export function AuditPage() {
  const lines = useInfiniteQuery({ queryKey: ['audit'], initialPageParam: '', queryFn: ({ pageParam }) => get<Page>(`/audit?limit=50${pageParam === '' ? '' : `&cursor=${pageParam}`}`), getNextPageParam: (last) => last.next })
  const verdict = useQuery({ queryKey: ['audit', 'verify'], queryFn: () => get<Verdict>('/audit/verify') })
  const members = useQuery({ queryKey: ['members'], queryFn: () => get<{ items: Member[] }>('/members') })
  const nameOf = (actor: string): string => {
    const [kind, id] = actor.split(':', 2)
    if (kind === 'user') return members.data?.items.find(({ userId }) => userId === id)?.name ?? say('a former member')
    return kind === 'key' ? say('key {key}', { key: `rl_${id}_…` }) : kind === 'host' ? say('who runs this server') : kind === 'nobody' ? say('somebody unknown') : 'Relink'
  }
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  // They come with the lines, so that none of them moves.
  const isNamed = [members, connections, accounts].every(({ isPending }) => !isPending)
  // What is there still has a name; the log itself holds ids alone.
  const named = new Map([
    ...(connections.data?.items ?? []).map(({ id, institutionName, loginLabel }) => [id, say('{bank}, login {login}', { bank: institutionName, login: loginLabel })] as const),
    ...(accounts.data?.items ?? []).map(({ id, name }) => [id, name] as const), ...(members.data?.items ?? []).map(({ userId, name }) => [userId, name] as const),
  ])
  const all = lines.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3"><Title>{say('Audit log')}</Title>{verdict.data !== undefined && <Unbroken verdict={verdict.data} />}</div>
      {(verdict.isPending || verdict.data?.head != null) && <p className="meta min-h-10 [overflow-wrap:anywhere] sm:min-h-5">{verdict.data?.head != null && say('Newest line {seq}, seal {hash}. Note it elsewhere: lines cut off after it show only so.', verdict.data.head)}</p>}
      {lines.error !== null && lines.data !== undefined && <Trouble error={lines.error} />}
      <Loaded query={lines}>
        {() => isNamed && (
          <ol className="panel grid gap-3" aria-label={say('Acts, newest first')}>
            {all.map((line) => (
              <li key={line.seq} className="border-t border-line pt-3 [overflow-wrap:anywhere] first:border-0 first:pt-0">
                <p className="flex flex-wrap items-baseline justify-between gap-x-4"><span><span className="font-medium">{actOf(line)}</span> <span className="text-muted">{say('by {who}', { who: nameOf(line.actor) })}</span></span><span className="meta"><Say message="line {seq}, {at}" seq={line.seq} at={<Instant at={line.at} />} /></span></p>
                <Told line={line} name={named.get(line.object)} />
                <p className="meta"><code>{codeOf(line)}</code></p>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
      {isNamed && lines.hasNextPage && <button className="button justify-self-start" disabled={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>{say('Older lines')}</button>}
    </div>
  )
}

function Unbroken({ verdict }: { verdict: Verdict }) {
  return verdict.firstBad === null ? <Chip tone="ok">{say('All {lines} lines hold together', { lines: verdict.lines })}</Chip> : <Chip tone="stop">{say('Line {seq} was changed, or lines are missing there', { seq: verdict.firstBad })}</Chip>
}

/** What it was done to, where that still has a name, and what else is told of it. */
function Told({ line, name }: { line: AuditLine; name: string | undefined }) {
  const facts = [...(name === undefined ? [] : [{ name: thingOf(line), value: name }]), ...factsOf(line)]
  return facts.length === 0 ? null : <p className="flex flex-wrap gap-x-4">{facts.map((fact, at) => <span key={at}>{fact.name !== null && <span className="text-muted">{fact.name}: </span>}<bdi>{fact.value}</bdi></span>)}</p>
}
