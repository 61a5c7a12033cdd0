/** Reconnecting with a look before it, at an address of its own, so that a reload or the way back loses nothing: sign in beside, see what a switch would do, switch, go back. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type Connection, type Institution } from '../api.ts'
import { say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { brandWords } from '../parts/brand.ts'
import { LoginForm, NoSecret, NotSignedIn } from '../parts/login-form.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { mayTryAnother, Shown, useMayReconnect, usePreview, usePreviews, WhatItIs } from '../parts/reconnect.tsx'
import { Loaded, LoadedPage, Title } from '../parts/states.tsx'
import { ToCome } from '../parts/to-come.tsx'

const route = getRouteApi('/accounts/connections/$id/reconnect')

export function ReconnectPage() {
  const { id } = route.useParams()
  const connection = useQuery({ queryKey: ['connection', id], queryFn: () => get<Connection>(`/connections/${id}`) })
  return <LoadedPage query={connection}>{(data) => <Whole key={data.id} connection={data} />}</LoadedPage>
}

function Whole({ connection }: { connection: Connection }) {
  const navigate = useNavigate()
  const mayReconnect = useMayReconnect(connection)
  const previews = usePreviews(connection.id, mayReconnect)
  const shown = usePreview(connection.id)
  const back = { to: '/connections/$id', params: { id: connection.id } } as const
  return (
    <>
      <p className="-mt-1 mb-2"><Link {...back} className="link alone py-1"><span aria-hidden="true">‹ </span>{connection.institutionName}</Link></p>
      <Title>{say('Reconnect')}</Title>
      <p className="meta mb-4">{connection.institutionName} · {say('Login {login}', { login: connection.loginLabel })}</p>
      {!mayReconnect ? <div className="panel"><AskOwner /></div> : (
        <Loaded query={previews} toCome={<ToCome heights={[400]} />}>
          {() => (
            <NeedsServer>
              <section className="panel grid gap-3" aria-label={say('Reconnect')}>
                {shown !== undefined && <Shown preview={shown} connection={connection} kept={() => void navigate(back)} />}
                {mayTryAnother(connection, shown) && <Begin connection={connection} />}
              </section>
            </NeedsServer>
          )}
        </Loaded>
      )}
    </>
  )
}

function Begin({ connection }: { connection: Connection }) {
  const { find: kept = connection.institutionName, way: chosen } = route.useSearch()
  const [find, setFind] = useState(kept)
  const may = useMay()
  const navigate = useNavigate({ from: '/connections/$id/reconnect' })
  const set = (search: { find: string; way?: string }): void => {
    setFind(search.find)
    void navigate({ search, replace: true, resetScroll: false })
  }
  const act = useAct()
  // What one bank said of a sign-in, and what was typed for it, is nothing for another.
  const [sent, setSent] = useState<{ readonly key: string; readonly form: Record<string, string> } | null>(null)
  const found = useQuery({ queryKey: ['institutions', find], queryFn: () => get<{ items: Institution[] }>(`/institutions?query=${encodeURIComponent(find)}`), placeholderData: (previous) => previous })
  const ways = (found.data?.items ?? []).flatMap((institution) => institution.routes.map((route) => ({ key: `${institution.id} ${route.connector}`, institution, route })))
    // Another bank or way is an owner's.
    .filter(({ institution, route }) => may('administer') || (institution.id === connection.institutionId && route.connector === connection.connector))
  const way = ways.find(({ key }) => key === chosen) ?? ways.find(({ institution }) => institution.id === connection.institutionId) ?? ways[0]
  // Of another host, too, what was typed for the one before is not sent once more.
  const drawn = way === undefined ? '' : `${way.key} ${way.route.goesTo.join()}`
  const send = (form: Record<string, string>, onceMore: boolean): void => {
    if (way === undefined) return
    setSent({ key: drawn, form })
    act.send('POST', `/connections/${connection.id}/previews`, { institutionId: way.institution.id, connector: way.route.connector, form, goesTo: way.route.goesTo, onceMore })
  }
  return (
    <div className="grid gap-3">
      <WhatItIs />
      {may('administer') && <label className="grid gap-1">{say('Which bank?')}<input className="field sm:max-w-md" type="search" maxLength={200} value={find} onChange={(event) => set({ find: event.target.value })} /></label>}
      {ways.length > 1 && (
        // Not a list that opens: what tells two of them apart would be cut off at its width.
        <fieldset className="grid gap-1">
          <legend className="mb-1">{say('How?')}</legend>
          {ways.map(({ key, institution, route }) => (
            <label key={key} className="flex min-h-10 items-baseline gap-2 py-1"><input type="radio" name="way" checked={key === way?.key} onChange={() => set({ find, way: key })} /> <span className="min-w-0 max-w-[31em] [overflow-wrap:anywhere]">{institution.name} ({brandWords(institution, institution.siblings)}), {route.name}</span></label>
          ))}
        </fieldset>
      )}
      {way !== undefined && !way.institution.takesSecrets && <NoSecret bank={way.institution.name} />}
      {way !== undefined && way.institution.takesSecrets && (
        <LoginForm key={drawn} keptAs={`relink-login-${connection.id}-${way.key}`} fields={way.route.fields} label={say('Sign in beside and look')} busy={act.isPending}
          submit={(form) => send(form, false)} />
      )}
      {act.error !== null && sent !== null && sent.key === drawn && <NotSignedIn error={act.error} busy={act.isPending} onceMore={() => send(sent.form, true)} />}
    </div>
  )
}
