/** The frame of every page: navigation, what waits for the person, and the way in when the page has no session yet. */
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { enter } from './session.ts'
import { get, ServerProblem, type Connection, type Question } from './api.ts'

const NAVIGATION = [
  { to: '/accounts', label: 'Accounts' },
  { to: '/review', label: 'Review' },
  { to: '/banks', label: 'Banks' },
  { to: '/import', label: 'Import' },
] as const

export function Shell() {
  const server = useQuery({ queryKey: ['server'], queryFn: () => get<{ demo: boolean; version: string }>('/server') })
  const needsToken = server.error instanceof ServerProblem && server.error.code === 'unauthorized'
  if (needsToken) return <SignIn />
  return (
    <div className="mx-auto min-h-screen max-w-6xl px-4 pb-16">
      <a href="#main" className="sr-only focus:not-sr-only">Skip to content</a>
      <header className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line py-3">
        <Link to="/accounts" className="flex items-center gap-2 text-[17px] font-semibold no-underline">
          <img src="/icon.svg" width="24" height="24" alt="" />
          Relink
        </Link>
        <nav aria-label="Main" className="flex flex-wrap gap-1">
          {NAVIGATION.map(({ to, label }) => (
            <NavigationLink key={to} to={to}>{label}{to === '/review' && <Waiting />}</NavigationLink>
          ))}
          {server.data?.demo === true && <NavigationLink to="/demo">Demo</NavigationLink>}
        </nav>
      </header>
      <main id="main" className="pt-6">
        {server.error !== null && server.error !== undefined ? <Trouble error={server.error} /> : null}
        <Outlet />
      </main>
    </div>
  )
}

function NavigationLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} className="rounded-md px-3 py-2 text-muted no-underline hover:bg-sunken" activeProps={{ className: 'bg-sunken font-medium !text-text' }}>
      {children}
    </Link>
  )
}

function Waiting() {
  const questions = useQuery({ queryKey: ['questions'], queryFn: () => get<{ items: Question[] }>('/questions') })
  const count = questions.data?.items.length ?? 0
  return count === 0 ? null : <span className="ml-1.5 rounded-full bg-need-soft px-1.5 text-[13px] text-need">{count}</span>
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
      <h1 className="mb-2">Open Relink</h1>
      <p className="mb-4 text-muted">This server is only for people who have its token. Use the link that <code>relink start</code> printed, or enter the token it names.</p>
      <form className="panel grid gap-3" onSubmit={(event) => { event.preventDefault(); submit() }}>
        <label htmlFor="token">Token</label>
        <input id="token" className="field" type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} />
        {error !== null && <p role="alert" className="text-stop">{error}</p>}
        <button className="button button-primary" type="submit">Open</button>
      </form>
    </main>
  )
}

/** What went wrong and what to do, in the grammar of a problem card. */
export function Trouble({ error }: { error: Error }) {
  const remedy = error instanceof ServerProblem ? error.remedy : null
  return (
    <div role="alert" className="panel mb-4 border-stop">
      <p className="font-medium">{error.message}</p>
      {remedy !== null && remedy !== '' && <p className="text-muted">{remedy}</p>}
    </div>
  )
}

/** What will be here, why not yet, and one action. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="panel py-10 text-center">
      <h2>{title}</h2>
      <div className="mt-2 text-muted">{children}</div>
    </div>
  )
}

export function useConnections() {
  return useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
}
