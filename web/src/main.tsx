/** The page's start: routes, the query cache, and the one live event stream that keeps it fresh. */
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect, RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { loadLanguage } from './language/language.ts'
import { awaitArrival, keepFocus } from './focus.ts'
import { isConfirming } from './api.ts'
import { listen } from './live.ts'
import { arrive, takeWentOn } from './session.ts'
import { noticeEnd, readMe, whenAway } from './me.ts'
import { keep } from './offline/keep.ts'
import { AccountsPage } from './pages/accounts.tsx'
import { ROWS } from './rows/load.ts'
import { addSearch, auditSearch, readSearch, reconcileSearch, reconnectSearch, reviewSearch, rowSearch, writeSearch } from './rows/search.ts'
import { NotFound } from './parts/states.tsx'
import { Shell } from './shell.tsx'
import './styles.css'

// Whether the server answers is found by asking: it may be on this very machine, without any network.
const queries = new QueryClient({ queryCache: new QueryCache({ onError: noticeAway }), defaultOptions: { queries: { retry: false, staleTime: 2_000, refetchOnWindowFocus: false, networkMode: 'always' }, mutations: { networkMode: 'always' } } })
function noticeAway(error: Error): void {
  whenAway(queries, error)
}
const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })
const settings = createRoute({ getParentRoute: () => root, path: '/settings', component: lazyRouteComponent(() => import('./settings/settings.tsx'), 'SettingsPage') })
// A list and what is chosen in it are one page in a wide window, so that both have the list's frame.
const accounts = createRoute({ getParentRoute: () => root, id: 'accounts', component: AccountsPage })
const transactions = createRoute({ getParentRoute: () => root, id: 'transactions', validateSearch: rowSearch, component: lazyRouteComponent(() => import('./pages/transactions.tsx'), 'TransactionsPage') })
const banks = createRoute({ getParentRoute: () => root, id: 'banks', component: lazyRouteComponent(() => import('./pages/banks.tsx'), 'BanksPage') })
const routes = [
  createRoute({ getParentRoute: () => root, path: '/', beforeLoad: () => { throw redirect({ to: '/accounts' }) } }),
  accounts.addChildren([
    createRoute({ getParentRoute: () => accounts, path: '/accounts' }),
    createRoute({ getParentRoute: () => accounts, path: '/accounts/$id', component: lazyRouteComponent(() => import('./pages/account.tsx'), 'AccountPage') }),
    createRoute({ getParentRoute: () => accounts, path: '/connections/$id', component: lazyRouteComponent(() => import('./pages/connection.tsx'), 'ConnectionPage') }),
    // The steps stand under the problem.
    createRoute({ getParentRoute: () => accounts, path: '/connections/$id/repair', beforeLoad: ({ params }) => { throw redirect({ to: '/connections/$id', params }) } }),
    createRoute({ getParentRoute: () => accounts, path: '/connections/$id/reconnect', validateSearch: reconnectSearch, component: lazyRouteComponent(() => import('./pages/reconnect.tsx'), 'ReconnectPage') }),
  ]),
  transactions.addChildren([
    createRoute({ getParentRoute: () => transactions, path: '/transactions' }),
    createRoute({ getParentRoute: () => transactions, path: '/transactions/$id', component: lazyRouteComponent(() => import('./pages/transaction.tsx'), 'TransactionPage') }),
  ]),
  banks.addChildren([
    createRoute({ getParentRoute: () => banks, path: '/banks' }),
    createRoute({ getParentRoute: () => banks, path: '/banks/$id', component: lazyRouteComponent(() => import('./pages/bank.tsx'), 'BankPage') }),
  ]),
  createRoute({ getParentRoute: () => root, path: '/reconcile', component: lazyRouteComponent(() => import('./pages/reconcile.tsx'), 'ReconcileWhichPage') }),
  createRoute({ getParentRoute: () => root, path: '/reconcile/$account', validateSearch: reconcileSearch, component: lazyRouteComponent(() => import('./pages/reconcile.tsx'), 'ReconcilePage') }),
  createRoute({ getParentRoute: () => root, path: '/add', validateSearch: addSearch, component: lazyRouteComponent(() => import('./pages/add.tsx'), 'AddPage') }),
  createRoute({ getParentRoute: () => root, path: '/review', validateSearch: reviewSearch, component: lazyRouteComponent(() => import('./pages/review.tsx'), 'ReviewPage') }),
  createRoute({ getParentRoute: () => root, path: '/rules', component: lazyRouteComponent(() => import('./pages/rules.tsx'), 'RulesPage') }),
  createRoute({ getParentRoute: () => root, path: '/import', component: lazyRouteComponent(() => import('./pages/import.tsx'), 'ImportPage') }),
  createRoute({ getParentRoute: () => root, path: '/demo', component: lazyRouteComponent(() => import('./pages/demo.tsx'), 'DemoPage') }),
  createRoute({ getParentRoute: () => root, path: '/setup', component: lazyRouteComponent(() => import('./entry/join.tsx'), 'JoinPage') }),
  createRoute({ getParentRoute: () => root, path: '/join', component: lazyRouteComponent(() => import('./entry/join.tsx'), 'JoinPage') }),
  createRoute({ getParentRoute: () => root, path: '/forgot', component: lazyRouteComponent(() => import('./entry/new-password.tsx'), 'ForgotPage') }),
  createRoute({ getParentRoute: () => root, path: '/reset', component: lazyRouteComponent(() => import('./entry/new-password.tsx'), 'ResetPage') }),
  createRoute({ getParentRoute: () => root, path: '/gone', beforeLoad: ({ location }) => { if (location.state.isDeleted !== true) throw redirect({ to: '/accounts' }) }, component: lazyRouteComponent(() => import('./settings/everything.tsx'), 'GonePage') }),
  createRoute({ getParentRoute: () => root, path: '/return', component: lazyRouteComponent(() => import('./pages/returned.tsx'), 'ReturnedPage') }),
  createRoute({ getParentRoute: () => root, path: '/c/$token', component: lazyRouteComponent(() => import('./pages/challenge.tsx'), 'ChallengePage') }),
  settings.addChildren([
    createRoute({ getParentRoute: () => settings, path: '/', beforeLoad: () => { throw redirect({ to: '/settings/security' }) } }),
    createRoute({ getParentRoute: () => settings, path: '/security', component: lazyRouteComponent(() => import('./settings/security.tsx'), 'SecurityPage') }),
    createRoute({ getParentRoute: () => settings, path: '/members', component: lazyRouteComponent(() => import('./settings/members.tsx'), 'MembersPage') }),
    createRoute({ getParentRoute: () => settings, path: '/keys', component: lazyRouteComponent(() => import('./settings/keys.tsx'), 'KeysPage') }),
    createRoute({ getParentRoute: () => settings, path: '/schedule', component: lazyRouteComponent(() => import('./settings/schedule.tsx'), 'SchedulePage') }),
    createRoute({ getParentRoute: () => settings, path: '/alerts', component: lazyRouteComponent(() => import('./settings/alerts.tsx'), 'AlertsPage') }),
    createRoute({ getParentRoute: () => settings, path: '/data', component: lazyRouteComponent(() => import('./settings/data.tsx'), 'DataPage') }),
    createRoute({ getParentRoute: () => settings, path: '/server', component: lazyRouteComponent(() => import('./settings/server.tsx'), 'ServerPage') }),
    createRoute({ getParentRoute: () => settings, path: '/audit', validateSearch: auditSearch, component: lazyRouteComponent(() => import('./settings/audit.tsx'), 'AuditPage') }),
  ]),
]
const router = createRouter({ routeTree: root.addChildren(routes), defaultPreload: 'intent', scrollRestoration: true, parseSearch: readSearch, stringifySearch: writeSearch })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
  interface HistoryState {
    /** Whoever is led to `/gone` by deleting; an address alone deletes nothing, and says nothing of it. */
    readonly isDeleted?: boolean
  }
}

/** Until then nothing is shown rather than a word that is gone at once. */
const SOON_MS = 300
const container = document.getElementById('root')
if (container === null) throw new Error('index.html has a root element')
await Promise.all([loadLanguage(), arrive()])
keep(queries)
const begun = queries.fetchQuery({ queryKey: ['me'], queryFn: readMe }).catch(() => undefined)
// Words that were set in another font would move when this one is here.
const dressed = document.fonts.load('15px "Inter Variable"').catch(() => undefined)
// A server that is slow is waited for in sight.
await Promise.race([Promise.all([begun, dressed]), new Promise((later) => setTimeout(later, SOON_MS))])
keepFocus()
if (takeWentOn()) awaitArrival()
if (import.meta.env.PROD) void navigator.serviceWorker?.register('/sw.js').catch(() => undefined)
// Rows that somebody reads do not move under their eyes.
listen(async () => (isConfirming() ? undefined : queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== ROWS })), () => void noticeEnd(queries))
createRoot(container).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
