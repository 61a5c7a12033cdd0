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
          <table className="panel block w-full border-separate border-spacing-0 overflow-x-auto sm:table">
            <caption className="sr-only">Acts, newest first</caption>
            <thead className="sr-only"><tr><th scope="col">Line</th><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th></tr></thead>
            <tbody>
              {all.map((line) => (
                <tr key={line.seq} className="align-top">
                  <td className="meta amount py-1.5 pr-3 text-right">{line.seq}</td>
                  <td className="meta py-1.5 pr-3 whitespace-nowrap"><Instant at={line.at} /></td>
                  <td className="py-1.5 pr-3">{nameOf(line.actor)}</td>
                  <td className="w-full py-1.5 [overflow-wrap:anywhere]">{wordsOf(line.action)}<span className="meta block">{[line.object, ...Object.entries(line.codes).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`)].filter((part) => part !== '').join(', ')}</span></td>
                </tr>
              ))}
            </tbody>
          </table>
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
  const words = action.replaceAll(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
