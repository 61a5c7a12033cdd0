/** Only in `relink demo`: break the sandbox bank in each of the eight ways and watch it being understood and mended. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ask, get } from '../api.ts'
import { Trouble } from '../shell.tsx'

type Demo = { bankUrl: string; faults: { family: string; familyName: string; fault: string; sentence: string; active: boolean }[]; hints: string[] }

export function DemoPage() {
  const queries = useQueryClient()
  const demo = useQuery({ queryKey: ['demo'], queryFn: () => get<Demo>('/demo') })
  const act = useMutation({ mutationFn: (body: unknown) => ask('POST', '/demo', body), onSettled: () => queries.invalidateQueries() })
  if (demo.error !== null) return <Trouble error={demo.error} />
  if (demo.data === undefined) return null
  return (
    <>
      <h1 className="mb-2">Break the bank</h1>
      <p className="mb-4 text-muted">
        The sandbox bank runs at <a className="link" href={demo.data.bankUrl} target="_blank" rel="noreferrer">{demo.data.bankUrl} ↗</a>. Break it, then watch <Link to="/accounts" className="link">Accounts</Link>.
      </p>
      {act.error !== null && <Trouble error={act.error} />}
      <div className="grid gap-3 sm:grid-cols-2">
        {demo.data.faults.map((fault) => (
          <section key={fault.fault} className={`panel flex flex-col gap-2 ${fault.active ? 'border-need' : ''}`}>
            <h2>{fault.familyName}</h2>
            <p className="grow text-muted">{fault.sentence}</p>
            <button className="button self-start" disabled={act.isPending} onClick={() => act.mutate({ [fault.active ? 'clear' : 'inject']: fault.fault })}>{fault.active ? 'The bank repairs it' : 'Break it'}</button>
          </section>
        ))}
      </div>
      <ul className="meta mt-4 list-disc pl-5">{demo.data.hints.map((hint) => <li key={hint}>{hint}</li>)}</ul>
    </>
  )
}
