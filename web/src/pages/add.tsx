/** Adding an account: find the bank, sign in, answer what it asks. The result says what came in. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, ServerProblem, type Connection, type Institution } from '../api.ts'
import { Chip, type Tone } from '../parts/chip.tsx'
import { LoginForm } from '../parts/login-form.tsx'
import { Trouble } from '../shell.tsx'

const HEALTH: Record<Institution['health'], { tone: Tone; word: string }> = {
  working: { tone: 'ok', word: 'Working' },
  slow: { tone: 'wait', word: 'Slow' },
  down: { tone: 'stop', word: 'Not answering' },
  unknown: { tone: 'off', word: 'Not used yet' },
}

export function AddPage() {
  const [chosen, setChosen] = useState<Institution | null>(null)
  return (
    <div className="mx-auto max-w-xl">
      <h1 className="mb-4">Add account</h1>
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
              <span><span className="font-medium">{institution.name}</span> <span className="meta">{institution.website?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? ''} · {institution.country}</span></span>
              <Chip tone={HEALTH[institution.health].tone}>{HEALTH[institution.health].word}</Chip>
            </button>
          </li>
        ))}
      </ul>
      {found.data?.items.length === 0 && <p className="mt-3 text-muted">No bank with “{text}” is known. Its entry can be added to a file: see the documentation on institutions.</p>}
    </>
  )
}

function SignIn({ institution, back }: { institution: Institution; back: () => void }) {
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [routeIndex, setRouteIndex] = useState(0)
  const route = institution.routes[routeIndex]
  const connect = useMutation({
    mutationFn: (form: Record<string, string>) => ask<Connection>('POST', '/connections', { institutionId: institution.id, connector: route?.connector, form }),
    onSuccess: async (connection) => {
      await queries.invalidateQueries()
      await navigate({ to: '/connections/$id', params: { id: connection.id } })
    },
  })
  if (route === undefined) return <p>This bank has no way to connect yet. Import a file instead.</p>
  return (
    <div className="panel grid gap-4">
      <div className="flex items-baseline justify-between gap-3">
        <h2>{institution.name}</h2>
        <button className="link cursor-pointer" onClick={back}>Another bank</button>
      </div>
      {institution.connectedAs.length > 0 && <p>Already connected: <Link className="link" to="/connections/$id" params={{ id: institution.connectedAs[0] ?? '' }}>open it</Link>, or sign in with another login below.</p>}
      {institution.routes.length > 1 && (
        <fieldset className="grid gap-1">
          <legend className="mb-1">How?</legend>
          {institution.routes.map((r, index) => (
            <label key={r.connector} className="flex items-center gap-2"><input type="radio" checked={index === routeIndex} onChange={() => setRouteIndex(index)} /> {r.name}</label>
          ))}
        </fieldset>
      )}
      <p className="meta">{route.advice}</p>
      {institution.health === 'down' ? <p>The bank does not answer at the moment, so no password is asked. Try again when it is back.</p> : <LoginForm fields={route.fields} submit={(form) => connect.mutate(form)} label="Sign in" busy={connect.isPending} />}
      {connect.error !== null && <Refused error={connect.error} />}
    </div>
  )
}

/** The failure of a first sign-in carries the likely cause and what to do. */
function Refused({ error }: { error: Error }) {
  const existing = error instanceof ServerProblem ? error.body['existing'] : undefined
  return (
    <>
      <Trouble error={error} />
      {typeof existing === 'string' && <Link className="button" to="/connections/$id" params={{ id: existing }}>Open the existing connection</Link>}
    </>
  )
}
