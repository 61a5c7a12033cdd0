/** Where the built page is. The launcher (`./relink`) builds it before `start` and `demo` when its sources changed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const BUILT = join(import.meta.dirname, '..', '..', 'dist', 'web')

/** The directory to serve; null when the page was never built: then only the API is served. */
export function pageDirectory(): string | null {
  return existsSync(join(BUILT, 'index.html')) ? BUILT : null
}
