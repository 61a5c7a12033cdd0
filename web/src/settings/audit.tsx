/** The audit log: who did what, newest first, and whether its chain holds. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { get, type Account, type AuditLine, type Connection, type Member } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Chip } from '../parts/chip.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'

type Verdict = { lines: number; head: { seq: number; hash: string } | null; firstBad: number | null }
const ACTIONS: Readonly<Record<string, string>> = {
  'account.adopted': message('Account adopted'),
  'account.parted': message('Account parted again'),
  'account.exported': message('Account exported'),
  'account.recomputed': message('Account recomputed'),
  'accounts.chosen': message('Accounts chosen'),
  'all.exported': message('Everything exported'),
  'challenge.answered': message('Challenge answered'),
  'connection.added': message('Connection added'),
  'connection.disabled': message('Connection disabled'),
  'connection.enabled': message('Connection enabled'),
  'connection.previewed': message('Connection previewed'),
  'connection.removed': message('Connection removed'),
  'connection.switched': message('Connection switched'),
  'destination.added': message('Destination added'),
  'destination.changed': message('Destination changed'),
  'destination.removed': message('Destination removed'),
  'destination.tested': message('Destination tested'),
  'dates.forgotten': message('Order of dates in files forgotten'),
  'file.imported': message('File imported'),
  'invitation.revoked': message('Invitation revoked'),
  'key.made': message('Key made'),
  'key.revoked': message('Key revoked'),
  'member.changed': message('Member changed'),
  'member.invited': message('Member invited'),
  'member.joined': message('Member joined'),
  'member.removed': message('Member removed'),
  'owner.set_up': message('Owner set up'),
  'passkey.added': message('Passkey added'),
  'passkey.removed': message('Passkey removed'),
  'password.changed': message('Password changed'),
  'password.reset': message('New password by mail'),
  'password.reset_asked': message('New password asked for by mail'),
  'preview.cancelled': message('Preview cancelled'),
  'reading.paused': message('Reading paused'),
  'reading.resumed': message('Reading resumed'),
  'recovery_codes.made': message('Recovery codes made'),
  'run.undone': message('Run undone'),
  'schedule.changed': message('Schedule changed'),
  'secret.lent': message('Secret lent'),
  'secret.once_more': message('Secret once more'),
  'secret.refused': message('Secret refused'),
  'secret.sealed': message('Secret sealed'),
  'secret.set': message('Secret set'),
  'session.ended': message('Session ended'),
  'sign_in.done': message('Sign in done'),
  'sign_in.refused': message('Sign in refused'),
  'tenant.deleted': message('Everything before deleted'),
  'totp.added': message('Authenticator app added'),
  'totp.removed': message('Authenticator app removed'),
  'user.reset': message('User reset'),
}

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
                <p className="flex flex-wrap items-baseline justify-between gap-x-4"><span><span className="font-medium">{wordsOf(line.action)}</span> <span className="text-muted">{say('by {who}', { who: nameOf(line.actor) })}</span></span><span className="meta"><Say message="line {seq}, {at}" seq={line.seq} at={<Instant at={line.at} />} /></span></p>
                {named.has(line.object) && <p><bdi>{named.get(line.object)}</bdi></p>}
                <p className="meta">{[line.object, ...Object.entries(line.codes).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`)].filter((part) => part !== '').join(', ')}</p>
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

/** `member.invited` → `Member invited`; in other languages what this page does not know yet is shown so too. */
function wordsOf(action: string): string {
  const known = ACTIONS[action]
  if (known !== undefined) return say(known)
  const words = action.replaceAll(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
