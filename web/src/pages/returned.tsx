/** Back from the bank's site. What it brought is sent once and taken out of the address at once; then the page is the one that set out. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ask, ServerProblem, type Run } from '../api.ts'
import { say } from '../language/language.ts'
import { isUnreachable, useMe } from '../me.ts'
import { takeWayBack } from '../parts/at-the-bank.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { currentBrought, type Brought } from '../session.ts'
import { Arrival, Title, Trouble } from '../parts/states.tsx'

type Came = { readonly connectionId: string; readonly run: Run | null }

export function ReturnedPage() {
  const brought = currentBrought()
  return (
    <div className="max-w-xl">
      <div className="mb-4"><Title>{say('Back from the bank')}</Title></div>
      <NeedsServer>{brought === null ? <Nothing /> : <Going brought={brought} />}</NeedsServer>
    </div>
  )
}

function Going({ brought }: { brought: Brought }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [place] = useState(takeWayBack)
  // The way back is good once: what it led to is kept, whatever changes. Only where nobody answered it is sent again.
  const came = useQuery({ queryKey: ['returned', brought.state], queryFn: () => ask<Came>('POST', '/returns', { state: brought.state, code: brought.code, error: brought.error?.slice(0, 200) ?? null }), enabled: ({ state: { data, error } }) => data === undefined && (error === null || isUnreachable(error)), gcTime: Number.POSITIVE_INFINITY })
  const { data } = came
  useEffect(() => {
    if (data === undefined || data.run === null) return
    void (async () => {
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'returned' })
      await navigate(place === null ? { to: '/connections/$id', params: { id: data.connectionId }, replace: true } : { to: place, replace: true })
    })()
  }, [data, navigate, place, queries])
  if (came.error !== null) return <Refused error={came.error} />
  if (data?.run === null) {
    return (
      <section className="panel grid justify-items-start gap-3" role="status">
        <Arrival>{say('The bank gave no permission. Nothing was sent, and nothing has changed.')}</Arrival>
        <p>{say('If that was not meant: go there once more and allow it.')}</p>
        <ToConnection id={data.connectionId} />
      </section>
    )
  }
  return <section className="panel grid gap-2" role="status"><Arrival>{say('Reading the accounts that the bank shows with this permission…')}</Arrival><As /></section>
}

function Refused({ error }: { error: Error }) {
  const id = error instanceof ServerProblem ? error.body['connectionId'] : undefined
  return (
    <Trouble error={error}>
      <div className="mt-3 grid justify-items-start gap-3"><As />{typeof id === 'string' ? <ToConnection id={id} /> : <Link className="link" to="/accounts">{say('All accounts')}</Link>}</div>
    </Trouble>
  )
}

/** Whom what comes from the bank is taken for. */
function As() {
  const { data: me } = useMe()
  return me === undefined ? null : <p className="meta">{say('Signed in here as {name}.', { name: me.name })}</p>
}

function Nothing() {
  return (
    <section className="panel grid justify-items-start gap-3">
      <p>{say('This page is where a bank leads back to after you gave it a permission. Nothing came along this time.')}</p>
      <Link className="button button-primary" to="/accounts">{say('All accounts')}</Link>
    </section>
  )
}

function ToConnection({ id }: { id: string }) {
  return <Link className="button button-primary" to="/connections/$id" params={{ id }}>{say('Go to the connection')}</Link>
}
