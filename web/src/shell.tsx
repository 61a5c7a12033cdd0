/** The frame of every page: navigation, what waits for the person, and the way in when the page has no session yet. */
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { useState, useSyncExternalStore, type ReactNode } from 'react'
import { enter } from './session.ts'
import { get, ServerProblem, type Question } from './api.ts'
import { liveState } from './live.ts'
import { followServerClock } from './parts/time.tsx'
import { Trouble } from './parts/states.tsx'

const NAVIGATION = [
  { to: '/accounts', label: 'Accounts' },
  { to: '/review', label: 'Review' },
  { to: '/banks', label: 'Banks' },
  { to: '/import', label: 'Import' },
] as const

type Server = { demo: boolean; version: string; now: string }

export function Shell() {
  const server = useQuery({
    queryKey: ['server'],
    queryFn: async () => {
      const answer = await get<Server>('/server')
      followServerClock(answer.now)
      return answer
    },
  })
  if (server.error instanceof ServerProblem && server.error.code === 'unauthorized') return <SignIn />
  return (
    <div className="mx-auto min-h-screen max-w-6xl px-4 pb-16">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:bg-surface focus:p-2">Skip to content</a>
      <header className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line py-3">
        <Link to="/accounts" className="flex min-h-10 items-center gap-2 text-[17px] font-semibold no-underline">
          <img src="/icon.svg" width="24" height="24" alt="" />
          Relink
        </Link>
        <nav aria-label="Main" className="-mx-2 flex flex-wrap sm:mx-0 sm:gap-1">
          {NAVIGATION.map(({ to, label }) => (
            <NavigationLink key={to} to={to}>{label}{to === '/review' && <Waiting />}</NavigationLink>
          ))}
          {server.data?.demo === true && <NavigationLink to="/demo">Demo</NavigationLink>}
        </nav>
      </header>
      <main id="main" className="pt-6">
        {server.error === null ? <Paused /> : <Trouble error={server.error} />}
        <Outlet />
      </main>
    </div>
  )
}

/** What is shown may be old while the server's events do not come. */
function Paused() {
  const live = useSyncExternalStore(liveState.subscribe, liveState.isLive)
  return live ? null : <p role="status" className="meta mb-4">Live updates paused. This page connects again by itself.</p>
}

function NavigationLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} className="rounded-md px-2 py-2 text-muted no-underline hover:bg-sunken sm:px-3" activeProps={{ className: 'bg-sunken font-medium !text-text' }}>
      {children}
    </Link>
  )
}

function Waiting() {
  const questions = useQuery({ queryKey: ['questions'], queryFn: () => get<{ items: Question[] }>('/questions') })
  const count = questions.data?.items.length ?? 0
  return count === 0 ? null : <span className="ml-1.5 rounded-full bg-need-soft px-1.5 text-[13px] text-need"><span className="sr-only">, </span>{count}<span className="sr-only"> to decide</span></span>
}

/** For a browser without a session: the token can be typed too. */
function SignIn() {
  const [token, setToken] = useState('')
  const [error, setError] = useState<string | null>(null)
  const submit = (): void => {
    enter(token).then(
      // A fresh start, so that the event stream opens with the session too.
      () => location.reload(),
      (problem: Error) => setError(problem.message),
    )
  }
  return (
    <main className="mx-auto max-w-md px-4 pt-24">
      <title>Open Relink</title>
      <h1 className="mb-2">Open Relink</h1>
      <p className="mb-4 text-muted">This server is only for people who have its token. Use the link that <code>relink start</code> printed, or enter the token it names.</p>
      <form className="panel grid gap-3" onSubmit={(event) => { event.preventDefault(); submit() }}>
        <label htmlFor="token">Token</label>
        <input id="token" className="field" type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} />
        {error !== null && <p role="alert" className="text-stop">{error}</p>}
        <button className="button button-primary justify-self-start" type="submit">Open</button>
      </form>
    </main>
  )
}
