/** Reconnecting with a look before it: sign in beside, see what a switch would do, switch, and go back. Sentences come from the server. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type Connection, type Institution, type Preview } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { brandWords } from './brand.ts'
import { ChallengeForm } from './challenge-form.tsx'
import { LoginForm, NoSecret } from './login-form.tsx'
import { Amount } from './money.tsx'
import { Trouble } from './states.tsx'
import { Day, Point } from './time.tsx'

export function usePreviews(connectionId: string, enabled = true): UseQueryResult<{ items: Preview[] }> {
  return useQuery({ queryKey: ['previews', connectionId], queryFn: () => get<{ items: Preview[] }>(`/connections/${connectionId}/previews`), enabled })
}

export function Reconnect({ connection }: { connection: Connection }) {
  const [open, setOpen] = useState(false)
  const previews = usePreviews(connection.id)
  const newest = previews.data?.items[0]
  const shown = newest !== undefined && newest.state !== 'cancelled' ? newest : undefined
  return (
    <section className="mb-6" aria-label={say('Reconnect')}>
      <h2 className="mb-2">{say('Reconnect')}</h2>
      <div className="panel grid gap-3">
        {shown !== undefined && <Shown preview={shown} connection={connection} />}
        {shown?.state !== 'ready' && shown?.state !== 'asked' && connection.state !== 'replaced' && (
          <>
            <p className="text-muted">{say('Another login, way or entry of the bank can take over. It reads beside this one first; you see what would change before anything does.')}</p>
            {open ? <Begin connection={connection} done={() => setOpen(false)} /> : <button className="button justify-self-start" onClick={() => setOpen(true)}>{say('Try another sign-in')}</button>}
          </>
        )}
      </div>
    </section>
  )
}

function Begin({ connection, done }: { connection: Connection; done: () => void }) {
  const [text, setText] = useState(connection.institutionName)
  const [chosen, setChosen] = useState('')
  const act = useAct()
  const found = useQuery({ queryKey: ['institutions', text], queryFn: () => get<{ items: Institution[] }>(`/institutions?query=${encodeURIComponent(text)}`), placeholderData: (previous) => previous })
  const ways = (found.data?.items ?? []).flatMap((institution) => institution.routes.map((route) => ({ key: `${institution.id} ${route.connector}`, institution, route })))
  const way = ways.find(({ key }) => key === chosen) ?? ways.find(({ institution }) => institution.id === connection.institutionId) ?? ways[0]
  return (
    <div className="grid gap-3">
      <label className="grid gap-1">{say('Which bank?')}<input className="field sm:max-w-md" type="search" value={text} onChange={(event) => setText(event.target.value)} /></label>
      {ways.length > 1 && (
        <label className="grid gap-1">
          {say('How?')}
          <select className="field sm:max-w-md" value={way?.key ?? ''} onChange={(event) => setChosen(event.target.value)}>
            {ways.map(({ key, institution, route }) => <option key={key} value={key}>{institution.name} ({brandWords(institution)}), {route.name}</option>)}
          </select>
        </label>
      )}
      {way !== undefined && !way.institution.takesSecrets && <NoSecret bank={way.institution.name} />}
      {way !== undefined && way.institution.takesSecrets && (
        <LoginForm key={way.key} fields={way.route.fields} label={say('Sign in beside and look')} busy={act.isPending}
          submit={(form) => act.send('POST', `/connections/${connection.id}/previews`, { institutionId: way.institution.id, connector: way.route.connector, form }, done)} />
      )}
      {act.error !== null && <Trouble error={act.error} />}
    </div>
  )
}

function Shown({ preview, connection }: { preview: Preview; connection: Connection }) {
  const act = useAct()
  const went = preview.newConnectionId === connection.id
  return (
    <div className="grid gap-3" aria-live="polite">
      {(preview.state === 'ready' || preview.state === 'asked') && <p className="font-medium">{say('Nothing has changed yet.')}</p>}
      <p><span className="meta">{preview.newLogin}: </span><span className="font-medium">{preview.sentence}</span></p>
      {preview.accounts.map((account) => <MappedAccount key={account.accountId} account={account} currency={connection.accounts.find(({ id }) => id === account.accountId)?.currency ?? 'XXX'} />)}
      {preview.unfed.map(({ accountId, name }) => <p key={accountId} className="meta">{say('{account}: the new sign-in does not list it.', { account: name })}</p>)}
      {preview.unknown.map((name) => <p key={name} className="meta">{say('{account}: only the new sign-in lists it; it waits for you after the switch.', { account: name })}</p>)}
      {preview.state === 'asked' && preview.challenge !== null && <ChallengeForm key={preview.challenge.id} challenge={preview.challenge} />}
      {preview.objection !== null && <p role="alert" className="font-medium">{preview.objection}</p>}
      {act.error !== null && <Trouble error={act.error} />}
      {(preview.state === 'ready' || preview.state === 'asked') && (
        <div className="flex flex-wrap gap-3">
          {preview.state === 'ready' && preview.objection === null && <button className="button button-primary" disabled={act.isPending} onClick={() => act.send('POST', `/previews/${preview.id}/switch`)}>{act.isPending ? say('Switching…') : say('Switch')}</button>}
          <button className="button" disabled={act.isPending} onClick={() => act.send('DELETE', `/previews/${preview.id}`)}>{say('Keep the old one')}</button>
        </div>
      )}
      {preview.state === 'switched' && preview.undoUntil !== null && preview.switchRunId !== null && (
        <div className="flex flex-wrap items-center gap-3">
          {!went && <Link className="link" to="/connections/$id" params={{ id: preview.newConnectionId }}>{say('Open the connection that reads now')}</Link>}
          <button className="button" disabled={act.isPending} onClick={() => act.send('POST', `/runs/${preview.switchRunId}/undo`)}>{say('Go back to the old one')}</button>
          <span className="meta"><Say message="possible until {at}" at={<Point at={preview.undoUntil} />} /></span>
        </div>
      )}
    </div>
  )
}

const KINDS: Record<Preview['accounts'][number]['rows'][number]['kind'], string> = { new: message('New'), lost: message('Would be lost'), double: message('Would be there twice'), to_check: message('To check') }

function MappedAccount({ account, currency }: { account: Preview['accounts'][number]; currency: string }) {
  return (
    <div className="rounded-md bg-sunken p-3">
      <p className="name"><bdi>{account.name}</bdi> ← <bdi>{account.listedName}</bdi> <span className="meta whitespace-nowrap">··{account.listedNumber.slice(-4)}</span></p>
      <p>{account.sentence}</p>
      {account.rows.length > 0 && (
        <details>
          <summary className="link min-h-6 cursor-pointer">{say('See the rows')}</summary>
          <ul className="mt-2 grid gap-1 text-[13px]">
            {account.rows.map((row, index) => (
              <li key={index} className="flex flex-wrap gap-x-3"><span className="font-medium">{say(KINDS[row.kind])}</span><Day day={row.on} /><bdi className="grow">{row.text}</bdi><Amount amount={row.amount} currency={currency} signed /></li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
