/** The table of routes. */
import type { Route } from '../route.ts'
import { accountRoutes } from './accounts.ts'
import { connectionRoutes } from './connections.ts'
import { demoRoutes } from './demo.ts'
import { importRoutes } from './imports.ts'
import { institutionRoutes } from './institutions.ts'
import { previewRoutes } from './previews.ts'
import { problemRoutes } from './problems.ts'
import { recomputeRoutes } from './recompute.ts'
import { runRoutes } from './runs.ts'
import { serverRoutes } from './server.ts'
import { transactionRoutes } from './transactions.ts'

export const ROUTES: readonly Route[] = [...serverRoutes, ...institutionRoutes, ...connectionRoutes, ...previewRoutes, ...accountRoutes, ...recomputeRoutes, ...transactionRoutes, ...runRoutes, ...problemRoutes, ...importRoutes, ...demoRoutes]
