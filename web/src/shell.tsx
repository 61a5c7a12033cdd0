/** The frame of every page: navigation, what waits for the person, and what stands in its place until somebody is signed in. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useSyncExternalStore, type ReactNode } from 'react'
import { get, isAway, ServerProblem, type Account, type Connection, type Me, type QuestionPage } from './api.ts'
import { message, say } from './language/language.ts'
import { isUnreachable, useMe, useServer } from './me.ts'
import { liveState } from './live.ts'
import { formatPoint } from './parts/time.tsx'
import { ROLE_NAMES } from './parts/role.tsx'
import { Mark } from './parts/mark.tsx'
import { MoneyOf } from './parts/money.tsx'
import { AwayIsTold, Trouble } from './parts/states.tsx'
import { ToCome } from './parts/to-come.tsx'

/** On a phone these are the bar at the bottom; the rest is under More. */
const FIRST = [
  { to: '/accounts', label: message('Accounts'), also: '/connections/' },
  { to: '/review', label: message('Review'), also: '/rules' },
  { to: '/transactions', label: message('Transactions') },
]
const RECONCILE = { to: '/reconcile', label: message('Reconcile') }
const BANKS = { to: '/banks', label: message('Banks') }
const DEMO = { to: '/demo', label: message('Demo') }
const SETTINGS = { to: '/settings', label: message('Settings') }


const SignInPage = lazy(async () => ({ default: (await import('./entry/sign-in.tsx')).SignInPage }))
const FirstFactorPage = lazy(async () => ({ default: (await import('./entry/first-factor.tsx')).FirstFactorPage }))
const ConfirmPerson = lazy(async () => ({ default: (await import('./confirm-person.tsx')).ConfirmPerson }))

/** Pages for somebody who is no member yet, or cannot sign in. */
const OUTSIDE = new Set(['/setup', '/join', '/forgot', '/reset', '/gone'])

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
  if (me.data === undefined) return me.error === null ? <div className="p-4"><ToCome head heights={[240, 240]} /></div> : <main className="p-4"><Trouble error={me.error} /></main>
  return <Inside me={{ data: me.data, error: me.error, dataUpdatedAt: me.dataUpdatedAt }} />
}

/** Everything that is shown was read before; nothing can be changed until the server answers again. */
function Offline({ asOf }: { asOf: number }) {
  return <p role="status" className="panel mb-4"><strong className="font-medium">{say('Offline: as of {at}.', { at: formatPoint(new Date(asOf).toISOString()) })}</strong> <span className="text-muted">{say('You can read what this browser has seen. To change anything, the server must answer again; this page tries by itself.')}</span></p>
}

function Inside({ me: { data, error, dataUpdatedAt } }: { me: { data: Me; error: Error | null; dataUpdatedAt: number } }) {
  const server = useServer()
  const demo = server.data?.demo === true ? [DEMO] : []
  const isAwayNow = useSomethingAway() || isUnreachable(error)
  return (
    <div className="min-h-screen lg:flex">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-30 focus:bg-surface focus:p-2">{say('Skip to content')}</a>
      {/* A bar above; in a wide window a rail at the side. */}
      <header className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-4 py-3 lg:sticky lg:top-0 lg:h-dvh lg:w-[200px] lg:shrink-0 lg:flex-col lg:flex-nowrap lg:items-stretch lg:overflow-y-auto lg:border-r lg:border-b-0 lg:px-3 lg:py-4">
        <Link to="/accounts" className="flex min-h-10 pointer-coarse:min-h-11 items-center gap-2 text-[17px] font-semibold no-underline lg:px-3">
          <Mark />
          Relink
        </Link>
        <nav aria-label={say('Main')} className="fixed inset-x-0 bottom-0 z-20 flex flex-wrap justify-between border-t border-line bg-surface px-1 sm:static sm:-mx-2 sm:justify-start sm:gap-1 sm:border-0 sm:bg-transparent sm:px-0 lg:mx-0 lg:grow lg:flex-col lg:flex-nowrap">
          {FIRST.map(({ to, label, ...more }) => <NavigationLink key={to} to={to} {...more}>{say(label)}{to === '/review' && <ToDecide />}{to === '/accounts' && <ToMend />}</NavigationLink>)}
          <NavigationLink to={RECONCILE.to} only="wide">{say(RECONCILE.label)}</NavigationLink>
          <NavigationLink to={BANKS.to}>{say(BANKS.label)}</NavigationLink>
          {demo.map(({ to, label }) => <NavigationLink key={to} to={to} only="wide">{say(label)}</NavigationLink>)}
          <button type="button" popoverTarget="more" className="cursor-pointer rounded-md px-1 py-3 text-[13px] text-muted min-[360px]:px-2 sm:hidden">{say('More')}</button>
        </nav>
        <button type="button" popoverTarget="more" className="ml-auto hidden min-h-10 max-w-48 min-w-0 cursor-pointer items-center gap-2 rounded-md px-3 text-left text-muted hover:bg-sunken sm:flex lg:ml-0 lg:max-w-none"><span className="sr-only">{say('You and the settings')}</span><span className="hidden truncate lg:block">{data.name}</span><span aria-hidden="true" className="ml-auto">⋯</span></button>
        <div id="more" popover="auto" className="fixed top-auto right-2 bottom-14 left-auto m-0 max-w-72 rounded-[10px] border border-line bg-surface p-2 text-text sm:top-14 sm:right-4 sm:bottom-auto lg:top-auto lg:right-auto lg:bottom-16 lg:left-3">
          <p className="meta px-3 py-1 [overflow-wrap:anywhere]">{data.email}<span className="block">{say(ROLE_NAMES[data.role])}</span></p>
          <ul className="grid gap-1">
            {[RECONCILE, ...demo].map(({ to, label }) => <li key={to} className="sm:hidden"><MenuLink to={to}>{say(label)}</MenuLink></li>)}
            <li><MenuLink to={SETTINGS.to}>{say(SETTINGS.label)}</MenuLink></li>
          </ul>
        </div>
      </header>
      <main id="main" className="@container max-w-6xl min-w-0 grow px-4 pt-6 pb-24 has-[.beside]:max-w-[100rem] sm:pb-16 lg:px-6">
        {isAwayNow ? <Offline asOf={dataUpdatedAt} /> : server.error === null ? <Paused /> : <Trouble error={server.error} />}
        <AwayIsTold value><KnownMoney><Outlet /></KnownMoney></AwayIsTold>
      </main>
      <Suspense><ConfirmPerson email={data.email} /></Suspense>
    </div>
  )
}

/** A page shows accounts of all kinds, unless it is of one alone. */
function KnownMoney({ children }: { children: ReactNode }) {
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  return <MoneyOf currencies={accounts.data?.items.map(({ currency }) => currency) ?? []}>{children}</MoneyOf>
}

/** Whether the server did not answer for anything that this page shows. */
function useSomethingAway(): boolean {
  const cache = useQueryClient().getQueryCache()
  return useSyncExternalStore((changed) => cache.subscribe(changed), () => cache.getAll().some((query) => query.isActive() && isAway(query.state.error)))
}

/** What is shown may be old while the server's events do not come. */
function Paused() {
  const live = useSyncExternalStore(liveState.subscribe, liveState.isLive)
  return live ? null : <p role="status" className="meta mb-4">{say('Live updates paused. This page connects again by itself.')}</p>
}

/** `also`: where pages begin that belong to this one. */
function NavigationLink({ to, also, only, children }: { to: string; also?: string; only?: 'wide'; children: ReactNode }) {
  const { pathname } = useLocation()
  const here = 'sm:bg-sunken font-medium !text-text'
  return (
    <Link to={to} className={`${only === 'wide' ? 'hidden sm:block' : ''} relative rounded-md px-1 py-3 text-[13px] text-muted no-underline min-[360px]:px-2 hover:bg-sunken sm:px-3 sm:py-2 sm:text-[15px] ${also !== undefined && pathname.startsWith(also) ? here : ''}`} activeProps={{ className: here }}>
      {children}
    </Link>
  )
}

function MenuLink({ to, children }: { to: string; children: ReactNode }) {
  return <Link to={to} className="flex min-h-11 min-w-40 items-center rounded-md px-3 text-text no-underline hover:bg-sunken" activeProps={{ className: 'bg-sunken font-medium' }} onClick={() => document.getElementById('more')?.hidePopover()}>{children}</Link>
}

/** What only a person can go on with counts; what the bank or Relink has to do does not. */
function ToMend() {
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
  return <Badge count={connections.data?.items.filter(({ health }) => health === 'needs_you').length ?? 0} what={say('to mend')} />
}

function ToDecide() {
  const questions = useQuery({ queryKey: ['questions'], queryFn: () => get<QuestionPage>('/questions?limit=1') })
  return <Badge count={questions.data?.counts.reduce((sum, { open }) => sum + open, 0) ?? 0} what={say('to decide')} />
}

function Badge({ count, what }: { count: number; what: string }) {
  return count === 0 ? null : <span className="rounded-full bg-need-soft px-1.5 text-[13px] text-need max-sm:absolute max-sm:top-1 max-sm:right-0 max-sm:leading-4 sm:ml-1.5"><span className="sr-only">, </span>{count}<span className="sr-only"> {what}</span></span>
}
