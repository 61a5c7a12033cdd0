/** Adding an account: find the bank, sign in, answer what it asks. The result says what came in. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, ServerProblem, type Connection, type Institution } from '../api.ts'
import { Chip } from '../parts/chip.tsx'
import { LoginForm } from '../parts/login-form.tsx'
import { Title, Trouble } from '../parts/states.tsx'
import { BANK_HEALTH } from './banks.tsx'

export function AddPage() {
  const [chosen, setChosen] = useState<Institution | null>(null)
  return (
    <div className="mx-auto max-w-xl">
      <div className="mb-4"><Title>Add account</Title></div>
      {chosen === null ? <FindBank choose={setChosen} /> : <SignIn institution={chosen} back={() => setChosen(null)} />}
      <p className="meta mt-6">Is your bank not here, or do you only have a file? <Link to="/import" className="link">Import a statement file</Link>.</p>
    </div>
  )
}

function FindBank({ choose }: { choose: (institution: Institution) => void }) {
  const [text, setText] = useState('')
  const found = useQuery({ queryKey: ['institutions', text], queryFn: () => get<{ items: Institution[] }>(`/institutions?query=${encodeURIComponent(text)}`), placeholderData: (previous) => previous })
  return (
    <>
      <label className="grid gap-1">
        Which bank?
        <input className="field" type="search" autoFocus placeholder="Name, web address or routing number" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      {found.error !== null && <Trouble error={found.error} />}
      <ul className="mt-3 grid gap-2">
        {found.data?.items.map((institution) => (
          <li key={institution.id}>
            <button className="panel flex w-full cursor-pointer flex-wrap items-center justify-between gap-2 text-left hover:bg-sunken" onClick={() => choose(institution)}>
              <span className="min-w-0">
                <span className="font-medium">{institution.name}</span>
                <span className="meta block">{[hostOf(institution.website), institution.country, institution.connectedAs.length > 0 ? 'connected already' : null].filter((part) => part !== null).join(' · ')}</span>
              </span>
              <Chip tone={BANK_HEALTH[institution.health].tone}>{BANK_HEALTH[institution.health].word}</Chip>
            </button>
          </li>
        ))}
      </ul>
      {found.data?.items.length === 0 && <p className="mt-3 text-muted">No bank with “{text}” is known. Its entry can be added to a file: see the documentation on institutions.</p>}
    </>
  )
}

function hostOf(website: string | null): string | null {
  return website === null || !URL.canParse(website) ? null : new URL(website).host
}

function SignIn({ institution, back }: { institution: Institution; back: () => void }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [routeIndex, setRouteIndex] = useState(0)
  const route = institution.routes[routeIndex]
  const connect = useMutation({
    mutationFn: ({ form, onceMore }: { form: Record<string, string>; onceMore: boolean }) => ask<Connection>('POST', '/connections', { institutionId: institution.id, connector: route?.connector, form, onceMore }),
    onSuccess: async (connection) => {
      await navigate({ to: '/connections/$id', params: { id: connection.id } })
      await queries.invalidateQueries()
    },
  })
  return (
    <section className="panel grid gap-4" aria-label={`Sign in at ${institution.name}`}>
      <div className="flex flex-wrap items-baseline justify-between gap-3">
        <h2>{institution.name}</h2>
        <button className="link" onClick={back}>Another bank</button>
      </div>
      {institution.connectedAs[0] !== undefined && <p>A login of this bank is connected already: <Link className="link" to="/connections/$id" params={{ id: institution.connectedAs[0] }}>open it</Link>. Another login can be added below.</p>}
      {institution.routes.length > 1 && (
        <fieldset className="grid gap-1">
          <legend className="mb-1">How?</legend>
          {institution.routes.map((r, index) => (
            <label key={r.connector} className="flex min-h-10 items-center gap-2"><input type="radio" name="route" checked={index === routeIndex} onChange={() => setRouteIndex(index)} /> {r.name}</label>
          ))}
        </fieldset>
      )}
      {route === undefined ? <p>This bank has no way to connect yet. Import a file instead.</p> : institution.health === 'down' ? <p>{institution.name} does not answer at the moment, so no password is asked for. Its state is on the page <Link className="link" to="/banks">Banks</Link>.</p> : (
        <>
          <p className="meta">{route.advice}</p>
          <LoginForm fields={route.fields} submit={(form) => connect.mutate({ form, onceMore: false })} label="Sign in" busy={connect.isPending} />
        </>
      )}
      {connect.error !== null && <Refused error={connect.error} onceMore={() => connect.mutate({ form: connect.variables?.form ?? {}, onceMore: true })} />}
    </section>
  )
}

type Cause = { name: string; likelihood: string }

/** The failure of a first sign-in carries the likely cause; the same login twice leads to the first. */
function Refused({ error, onceMore }: { error: Error; onceMore: () => void }) {
  const body = error instanceof ServerProblem ? error.body : {}
  const existing = body['existing']
  if (typeof existing === 'string') {
    return (
      <div role="alert" className="panel">
        <p className="font-medium">This login is connected already.</p>
        <Link className="button mt-3" to="/connections/$id" params={{ id: existing }}>Open it</Link>
      </div>
    )
  }
  if (error instanceof ServerProblem && error.code === 'secret_withheld') {
    return <Trouble error={error}><button className="button mt-3" onClick={onceMore}>Send it once more</button></Trouble>
  }
  const cause = (body['diagnosis'] as { causes?: readonly Cause[] } | undefined)?.causes?.[0]
  if (cause === undefined) return <Trouble error={error} />
  return (
    <div role="alert" className="panel border-need">
      <p className="font-medium">{cause.name}</p>
      <p className="text-muted">{cause.likelihood}. Nothing was stored.</p>
      <p className="meta mt-1">What the server saw: {error.message}</p>
    </div>
  )
}
