/** What a switch to another sign-in would do, did, and how it goes back. Sentences come from the server. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useAct } from '../act.ts'
import { get, type Account, type Connection, type Preview, type QuestionPage } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay } from '../me.ts'
import { Questions } from '../review/questions.tsx'
import { AskOwner } from './ask-owner.tsx'
import { ChallengeForm } from './challenge-form.tsx'
import { signInNeeds } from './login-form.tsx'
import { Amount } from './money.tsx'
import { KindOfRow, PreviewBars, type RowKind } from './preview-bars.tsx'
import { Ticked } from './sign.tsx'
import { Trouble } from './states.tsx'
import { Day, Point } from './time.tsx'

export function usePreviews(connectionId: string, enabled = true): UseQueryResult<{ items: Preview[] }> {
  return useQuery({ queryKey: ['previews', connectionId], queryFn: () => get<{ items: Preview[] }>(`/connections/${connectionId}/previews`), enabled })
}

/** The newest look beside a connection that somebody may still go on with, or whose end is worth telling. */
export function usePreview(connectionId: string): Preview | undefined {
  const newest = usePreviews(connectionId).data?.items[0]
  return newest?.state === 'cancelled' ? undefined : newest
}

/** Whether the person may sign in anew for the connection at all; what is switched off, an owner switches on. */
export function useMayReconnect(connection: Connection): boolean {
  const may = useMay()
  return may('administer') || (may(signInNeeds(connection), connection.id) && connection.state !== 'disabled' && connection.state !== 'removed')
}

/** Whether another sign-in may be tried: not while one waits to be decided, nor where another connection took over. */
export function mayTryAnother(connection: Connection, shown: Preview | undefined): boolean {
  return shown?.state !== 'ready' && shown?.state !== 'asked' && connection.state !== 'replaced'
}

export function Reconnect({ connection }: { connection: Connection }) {
  const shown = usePreview(connection.id)
  const mayReconnect = useMayReconnect(connection)
  if (!mayReconnect && shown === undefined) return null
  return (
    <section className="mb-6" aria-label={say('Reconnect')}>
      <h2 className="mb-2">{say('Reconnect')}</h2>
      <div className="panel grid gap-3">
        {shown !== undefined && <Shown preview={shown} connection={connection} />}
        {mayReconnect && mayTryAnother(connection, shown) && (
          <>
            <WhatItIs />
            <Link className="button justify-self-start" to="/connections/$id/reconnect" params={{ id: connection.id }}>{say('Try another sign-in')}</Link>
          </>
        )}
      </div>
    </section>
  )
}

export function WhatItIs() {
  return <p className="text-muted">{say('Another login, way or entry of the bank can take over. It reads beside this one first; you see what would change before anything does.')}</p>
}

/** `kept`: what follows when the person keeps what is. */
export function Shown({ preview, connection, kept }: { preview: Preview; connection: Connection; kept?: () => void }) {
  const act = useAct()
  const may = useMay()
  const isAllowed = may(preview.needs, preview.connectionId)
  const isOpen = preview.state === 'ready' || preview.state === 'asked'
  const backUntil = preview.state === 'switched' && preview.switchRunId !== null ? preview.undoUntil : null
  const went = preview.newConnectionId === connection.id
  return (
    <div className="grid gap-3" aria-live="polite">
      {isOpen && <p className="font-medium">{say('Nothing has changed yet.')}</p>}
      <p><span className="meta">{preview.newLogin}: </span><span className="font-medium">{preview.sentence}</span></p>
      {isCounted(preview) && preview.accounts.length > 1 && <PreviewBars counts={preview.counts} of={preview.counts} />}
      {preview.accounts.map((account) => <MappedAccount key={account.accountId} account={account} total={preview.counts} currency={connection.accounts.find(({ id }) => id === account.accountId)?.currency ?? 'XXX'} />)}
      {preview.unfed.map(({ accountId, name }) => <p key={accountId} className="meta">{say('{account}: the new sign-in does not list it.', { account: name })}</p>)}
      {preview.unknown.map((name) => <p key={name} className="meta">{say('{account}: only the new sign-in lists it; it waits for you after the switch.', { account: name })}</p>)}
      {isAllowed && preview.state === 'asked' && preview.challenge !== null && <ChallengeForm key={preview.challenge.id} challenge={preview.challenge} permits={preview.connectionId} />}
      {preview.state === 'ready' && preview.objection === null && preview.counts.toCheck > 0 && <p>{say('{count, plural, one {One pair} other {# pairs}} to check: the switch keeps both rows of each, and asks here whether they are the same.', { count: preview.counts.toCheck })}</p>}
      {preview.state === 'switched' && preview.counts.toCheck > 0 && <ToCheck accountIds={preview.accounts.map(({ accountId }) => accountId)} />}
      {preview.objection !== null && <p role="alert" className="font-medium">{preview.objection}</p>}
      {act.error !== null && <Trouble error={act.error} />}
      {!isAllowed && (isOpen || backUntil !== null) && <AskOwner />}
      {isAllowed && isOpen && (
        <div className="flex flex-wrap gap-3">
          {preview.state === 'ready' && preview.objection === null && <button className="button button-primary" disabled={act.isPending} onClick={() => act.send('POST', `/previews/${preview.id}/switch`)}>{act.isPending ? say('Switching…') : say('Switch')}</button>}
          <button className="button" disabled={act.isPending} onClick={() => act.send('DELETE', `/previews/${preview.id}`, undefined, kept)}>{say('Keep the old one')}</button>
        </div>
      )}
      {backUntil !== null && (
        <div className="flex flex-wrap items-center gap-3">
          {!went && <Link className="link" to="/connections/$id" params={{ id: preview.newConnectionId }}>{say('Open the connection that reads now')}</Link>}
          {isAllowed && <button className="button" disabled={act.isPending} onClick={() => act.send('POST', `/runs/${preview.switchRunId}/undo`)}>{say('Go back to the old one')}</button>}
          <span className="meta"><Say message="possible until {at}" at={<Point at={backUntil} />} /></span>
        </div>
      )}
    </div>
  )
}

/** Whether its sentence tells numbers. */
function isCounted({ state }: Preview): boolean {
  return state === 'ready' || state === 'switched'
}

const KINDS: Record<RowKind, string> = { new: message('New'), lost: message('Would be lost'), double: message('Would be there twice'), to_check: message('To check') }

function MappedAccount({ account, total, currency }: { account: Preview['accounts'][number]; total: Preview['counts']; currency: string }) {
  return (
    <div className="rounded-md bg-sunken p-3">
      <p className="name"><bdi>{account.name}</bdi> ← <bdi>{account.listedName}</bdi> <span className="meta whitespace-nowrap">··{account.listedNumber.slice(-4)}</span></p>
      {account.counts === null ? <p>{account.sentence}</p> : <div className="mt-1"><PreviewBars counts={account.counts} of={total} /></div>}
      {account.rows.length > 0 && (
        <details>
          <summary className="link min-h-6 cursor-pointer">{say('See the rows')}</summary>
          <ul className="mt-2 grid gap-1 text-[13px]">
            {account.rows.map((row, index) => (
              <li key={index} className="grid gap-x-3 @lg:grid-cols-[auto_minmax(0,1fr)]">
                <span className="font-medium whitespace-nowrap"><KindOfRow kind={row.kind} />{say(KINDS[row.kind])}</span>
                <span className="grid min-w-0 gap-x-4 @lg:grid-flow-col @lg:auto-cols-fr">{[row, ...(row.other === null ? [] : [row.other])].map((side, at) => <span key={at} className="grid min-w-0 grid-cols-[1fr_auto] content-start gap-x-3"><Day day={side.on} /><Amount amount={side.amount} currency={currency} signed /><bdi className="name col-span-2">{side.text}</bdi></span>)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}

/** What the switch left to a person, answered where it was announced; the same questions wait on Review. */
function ToCheck({ accountIds }: { accountIds: readonly string[] }) {
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const questions = useQuery({ queryKey: ['questions', ...accountIds], queryFn: () => Promise.all(accountIds.map((id) => get<QuestionPage>(`/questions?accountId=${id}`))) })
  if (questions.data === undefined || accounts.data === undefined) return null
  const items = questions.data.flatMap((page) => page.items)
  if (items.length === 0) return <p><Ticked>{say('All pairs are checked. An answer is taken back on Review, under Recent changes.')}</Ticked></p>
  return (
    <section className="grid gap-3" aria-label={say('To check')}>
      <p><Say message="{count, plural, one {One question} other {# questions}} about rows of these accounts; they wait on <a>Review</a>, too." count={questions.data.flatMap(({ counts }) => counts).reduce((sum, { open }) => sum + open, 0)} a={(inside) => <Link className="link" to="/review">{inside}</Link>} /></p>
      <Questions questions={items} accounts={accounts.data.items} />
    </section>
  )
}
