/** The frame of every page: navigation, what waits for the person, and what stands in its place until somebody is signed in. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useSyncExternalStore, type ReactNode } from 'react'
import { get, ServerProblem, type Me, type Question } from './api.ts'
import { message, say } from './language/language.ts'
import { isUnreachable, useMe } from './me.ts'
import { liveState } from './live.ts'
import { followServerClock, formatPoint } from './parts/time.tsx'
import { Trouble } from './parts/states.tsx'

/** On a phone these are the bar at the bottom; the others are under More. */
const FIRST = [
  { to: '/accounts', label: message('Accounts') },
  { to: '/review', label: message('Review') },
  { to: '/transactions', label: message('Transactions') },
  { to: '/banks', label: message('Banks') },
] as const
const RECONCILE = { to: '/reconcile', label: message('Reconcile') }
const IMPORT = { to: '/import', label: message('Import') }
const DEMO = { to: '/demo', label: message('Demo') }
const SETTINGS = { to: '/settings', label: message('Settings') }

type Server = { demo: boolean; version: string; now: string }

const SignInPage = lazy(async () => ({ default: (await import('./entry/sign-in.tsx')).SignInPage }))
const FirstFactorPage = lazy(async () => ({ default: (await import('./entry/first-factor.tsx')).FirstFactorPage }))
const ConfirmPerson = lazy(async () => ({ default: (await import('./confirm-person.tsx')).ConfirmPerson }))

/** Pages for somebody who is no member yet. */
const OUTSIDE = new Set(['/setup', '/join'])

export function Shell() {
  const me = useMe()
  const { pathname } = useLocation()
  const queries = useQueryClient()
  const isWrong = me.error !== null
  const wasWrong = useRef(isWrong)
  // What could not be read meanwhile is asked for again.
  useEffect(() => {
    if (wasWrong.current && !isWrong) void queries.invalidateQueries()
    wasWrong.current = isWrong
  }, [isWrong])
  if (OUTSIDE.has(pathname)) return <Outlet />
  if (me.error instanceof ServerProblem && me.error.code === 'unauthorized') return <Suspense><SignInPage /></Suspense>
  if (me.data?.needsSecondFactor === true) return <Suspense><FirstFactorPage me={me.data} /></Suspense>
  if (me.data === undefined) return me.error === null ? <p className="appear-late meta p-4" role="status">{say('Loading…')}</p> : <main className="p-4"><Trouble error={me.error} /></main>
  return <Inside me={{ data: me.data, error: me.error, dataUpdatedAt: me.dataUpdatedAt }} />
}

/** Everything that is shown was read before; nothing can be changed until the server answers again. */
function Offline({ asOf }: { asOf: number }) {
  return <p role="status" className="panel mb-4"><strong className="font-medium">{say('Offline: as of {at}.', { at: formatPoint(new Date(asOf).toISOString()) })}</strong> <span className="text-muted">{say('You can read what this browser has seen. To change anything, the server must answer again; this page tries by itself.')}</span></p>
}

function Inside({ me: { data, error, dataUpdatedAt } }: { me: { data: Me; error: Error | null; dataUpdatedAt: number } }) {
  const server = useQuery({
    queryKey: ['server'],
    queryFn: async () => {
      const answer = await get<Server>('/server')
      followServerClock(answer.now)
      return answer
    },
  })
  const more = server.data?.demo === true ? [RECONCILE, IMPORT, DEMO, SETTINGS] : [RECONCILE, IMPORT, SETTINGS]
  return (
    <div className="mx-auto min-h-screen max-w-6xl px-4 pb-24 sm:pb-16">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:bg-surface focus:p-2">{say('Skip to content')}</a>
      <header className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line py-3">
        <Link to="/accounts" className="flex min-h-10 items-center gap-2 text-[17px] font-semibold no-underline">
          <img src="/icon.svg" width="24" height="24" alt="" />
          Relink
        </Link>
        <nav aria-label={say('Main')} className="fixed inset-x-0 bottom-0 z-20 flex flex-wrap justify-between border-t border-line bg-surface px-1 sm:static sm:-mx-2 sm:flex-wrap sm:justify-start sm:gap-1 sm:border-0 sm:bg-transparent sm:px-0">
          {FIRST.map(({ to, label }) => <NavigationLink key={to} to={to}>{say(label)}{to === '/review' && <Waiting />}</NavigationLink>)}
          {more.map(({ to, label }) => <NavigationLink key={to} to={to} only="wide">{say(label)}</NavigationLink>)}
          <button type="button" popoverTarget="more" className="cursor-pointer rounded-md px-1 py-3 text-[13px] text-muted min-[360px]:px-2 sm:hidden">{say('More')}</button>
          <div id="more" popover="auto" className="fixed top-auto right-2 bottom-14 left-auto m-0 rounded-[10px] border border-line bg-surface p-2 sm:hidden">
            <ul className="grid gap-1">
              {more.map(({ to, label }) => <li key={to}><Link to={to} className="flex min-h-11 min-w-40 items-center rounded-md px-3 text-text no-underline hover:bg-sunken" activeProps={{ className: 'bg-sunken font-medium' }} onClick={() => document.getElementById('more')?.hidePopover()}>{say(label)}</Link></li>)}
            </ul>
          </div>
        </nav>
      </header>
      <main id="main" className="pt-6">
        {isUnreachable(error) ? <Offline asOf={dataUpdatedAt} /> : server.error === null ? <Paused /> : <Trouble error={server.error} />}
        <Outlet />
      </main>
      <Suspense><ConfirmPerson email={data.email} /></Suspense>
    </div>
  )
}

/** What is shown may be old while the server's events do not come. */
function Paused() {
  const live = useSyncExternalStore(liveState.subscribe, liveState.isLive)
  return live ? null : <p role="status" className="meta mb-4">{say('Live updates paused. This page connects again by itself.')}</p>
}

function NavigationLink({ to, only, children }: { to: string; only?: 'wide'; children: ReactNode }) {
  return (
    <Link to={to} className={`${only === 'wide' ? 'hidden sm:block' : ''} rounded-md px-1 py-3 text-[13px] text-muted no-underline min-[360px]:px-2 hover:bg-sunken sm:px-3 sm:py-2 sm:text-[15px]`} activeProps={{ className: 'sm:bg-sunken font-medium !text-text' }}>
      {children}
    </Link>
  )
}

function Waiting() {
  const questions = useQuery({ queryKey: ['questions'], queryFn: () => get<{ items: Question[] }>('/questions') })
  const count = questions.data?.items.length ?? 0
  return count === 0 ? null : <span className="ml-1.5 rounded-full bg-need-soft px-1.5 text-[13px] text-need"><span className="sr-only">, </span>{count}<span className="sr-only"> {say('to decide')}</span></span>
}
