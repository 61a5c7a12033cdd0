/**
 * The built page. Built at the first start and again when its sources changed, so that two commands
 * are enough from a fresh clone; a package that ships `web/dist` builds nothing.
 */
import { createHash } from 'node:crypto'
import { glob, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const WEB = join(import.meta.dirname, '..', '..', 'web')
const DIST = join(WEB, 'dist')
const STAMP = join(DIST, '.sources')

/** The directory to serve; null when it neither exists nor can be built (then only the API is served). */
export async function pageDirectory(tell: (line: string) => void): Promise<string | null> {
  const sources = await sourcesDigest()
  if (sources === null) return (await exists(join(DIST, 'index.html'))) ? DIST : null
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === sources) return DIST
  tell('Building the page (once)…')
  const { build } = await import('vite')
  await build({ configFile: join(WEB, 'vite.config.ts'), logLevel: 'error' })
  await writeFile(STAMP, sources)
  return DIST
}

async function sourcesDigest(): Promise<string | null> {
  if (!(await exists(join(WEB, 'src')))) return null
  const hash = createHash('sha256')
  const files: string[] = ['index.html', 'vite.config.ts', join('..', 'package-lock.json')]
  for await (const file of glob('{src,public}/**/*', { cwd: WEB })) files.push(file)
  for (const file of files.sort()) {
    const path = join(WEB, file)
    if ((await stat(path)).isFile()) hash.update(`${file}\0`).update(await readFile(path))
  }
  return hash.digest('hex')
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
