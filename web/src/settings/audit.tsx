/** The audit log: who did what, newest first, and whether its chain holds. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { get, type AuditLine, type Member } from '../api.ts'
import { Chip } from '../parts/chip.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'

type Verdict = { lines: number; head: { seq: number; hash: string } | null; firstBad: number | null }
type Page = { items: AuditLine[]; next: string | null }

export function AuditPage() {
  const lines = useInfiniteQuery({ queryKey: ['audit'], initialPageParam: '', queryFn: ({ pageParam }) => get<Page>(`/audit?limit=50${pageParam === '' ? '' : `&cursor=${pageParam}`}`), getNextPageParam: (last) => last.next })
  const verdict = useQuery({ queryKey: ['audit', 'verify'], queryFn: () => get<Verdict>('/audit/verify') })
  const members = useQuery({ queryKey: ['members'], queryFn: () => get<{ items: Member[] }>('/members') })
  const nameOf = (actor: string): string => {
    const [kind, id] = actor.split(':', 2)
    if (kind === 'user') return members.data?.items.find(({ userId }) => userId === id)?.name ?? 'a former member'
    return kind === 'key' ? `key rl_${id}_…` : kind === 'host' ? 'who runs this server' : kind === 'nobody' ? 'somebody unknown' : 'Relink'
  }
  const all = lines.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3"><Title>Audit log</Title>{verdict.data !== undefined && <Unbroken verdict={verdict.data} />}</div>
      {verdict.data?.head != null && <p className="meta [overflow-wrap:anywhere]">Newest line {verdict.data.head.seq}, seal {verdict.data.head.hash}. Note it elsewhere: lines cut off after it show only so.</p>}
      {lines.error !== null && <Trouble error={lines.error} />}
      <Loaded query={lines}>
        {() => (
          <ol className="panel grid gap-3" aria-label="Acts, newest first">
            {all.map((line) => (
              <li key={line.seq} className="border-t border-line pt-3 [overflow-wrap:anywhere] first:border-0 first:pt-0">
                <p className="flex flex-wrap items-baseline justify-between gap-x-4"><span><span className="font-medium">{wordsOf(line.action)}</span> <span className="text-muted">by {nameOf(line.actor)}</span></span><span className="meta">line {line.seq}, <Instant at={line.at} /></span></p>
                <p className="meta">{[line.object, ...Object.entries(line.codes).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`)].filter((part) => part !== '').join(', ')}</p>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
      {lines.hasNextPage && <button className="button justify-self-start" disabled={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>Older lines</button>}
    </div>
  )
}

function Unbroken({ verdict }: { verdict: Verdict }) {
  return verdict.firstBad === null ? <Chip tone="ok">{`All ${verdict.lines} lines hold together`}</Chip> : <Chip tone="stop">{`Line ${verdict.firstBad} was changed, or lines are missing there`}</Chip>
}

/** `member.invited` → `Member invited`. */
function wordsOf(action: string): string {
  const words = action.replace(/^totp/, 'authenticator app').replaceAll(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
