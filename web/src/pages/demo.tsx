/** Only in `relink demo`: break the sandbox bank in each of the eight ways and watch it being understood and mended. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useAct } from '../act.ts'
import { get, type Connection } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Chip } from '../parts/chip.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Problems } from './accounts.tsx'
import { ToCome } from '../parts/to-come.tsx'

type Demo = { bankUrl: string; faults: { family: string; familyName: string; fault: string; sentence: string; active: boolean }[]; hints: string[] }

/** A day goes by before something breaks, so that the repair has rows to bring in; an outage lasts hours. */
const HOURS_BEFORE = 24
const HOURS_OF_OUTAGE = 3

export function DemoPage() {
  const demo = useQuery({ queryKey: ['demo'], queryFn: () => get<Demo>('/demo') })
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
  const act = useAct()
  const live = connections.data?.items ?? []
  const quiet = live.every((c) => c.problems.length === 0 && c.challenge === null)
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-3">
        <Title>{say('Break the bank')}</Title>
        <NeedsServer><button className="button" disabled={act.isPending} onClick={() => act.send('POST', '/demo', { passHours: HOURS_BEFORE })}>{say('Let a day pass')}</button></NeedsServer>
      </div>
      <Loaded query={demo} toCome={<ToCome heights={[230, 230, 230]} />}>
        {({ bankUrl, faults, hints }) => !connections.isPending && (
          <>
            <p className="mb-4 text-muted">
              <Say message="The <a>sandbox bank ↗</a> runs beside Relink. Break it: a day passes, Relink reads, and what it makes of it appears here." a={(inside) => <a className="link" href={bankUrl} target="_blank" rel="noreferrer">{inside}</a>} />
            </p>
            {act.error !== null && <Trouble error={act.error} />}
            <Problems connections={live} />
            {quiet && live.length > 0 && <p className="panel mb-4"><Chip tone="ok">{say('All read')}</Chip> <span className="ml-2"><Say message="Nothing is broken. <a>See the accounts</a>" a={(inside) => <Link to="/accounts" className="link">{inside}</Link>} /></span></p>}
            <div className="grid gap-3 @xl:grid-cols-2">
              {faults.map(({ fault, familyName, sentence, active }) => (
                <section key={fault} className={`panel flex flex-col gap-2 ${active ? 'border-need' : ''}`} aria-label={familyName}>
                  <div className="flex flex-wrap justify-between gap-2"><h2>{familyName}</h2>{active && <Chip tone="need">{say('Broken now')}</Chip>}</div>
                  <p className="grow text-muted">{sentence}</p>
                  <NeedsServer><button className="button self-start" disabled={act.isPending} aria-label={say(active ? 'The bank repairs it: {what}' : 'Break it: {what}', { what: familyName })} onClick={() => act.send('POST', '/demo', active ? { passHours: HOURS_OF_OUTAGE, clear: fault } : { passHours: HOURS_BEFORE, inject: fault })}>
                    {say(active ? 'The bank repairs it' : 'Break it')}
                  </button></NeedsServer>
                </section>
              ))}
            </div>
            <ul className="meta mt-4 list-disc pl-5">{hints.map((hint) => <li key={hint}>{hint}</li>)}</ul>
          </>
        )}
      </Loaded>
    </>
  )
}
