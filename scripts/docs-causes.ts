/**
 * Writes docs/causes: one page for each cause and an index by family, from the server's own
 * sentences. `node scripts/docs-causes.ts` writes; with `--check` it only says what differs and
 * ends with status 1.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { causePages } from '../src/diagnose/cause-docs.ts'

const directory = fileURLToPath(new URL('../docs/causes/', import.meta.url))
const wanted = causePages()
const present = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.md')) : []
const stale = present.filter((name) => !wanted.has(name))
const different = [...wanted].filter(([name, text]) => !present.includes(name) || readFileSync(directory + name, 'utf8') !== text)

if (process.argv.includes('--check')) {
  for (const name of [...stale, ...different.map(([name]) => name)]) console.log(`docs/causes/${name} is not as generated`)
  process.exitCode = stale.length + different.length > 0 ? 1 : 0
} else {
  mkdirSync(directory, { recursive: true })
  for (const name of stale) rmSync(directory + name)
  for (const [name, text] of different) writeFileSync(directory + name, text)
  console.log(`docs/causes: ${wanted.size} pages, ${different.length} written, ${stale.length} removed`)
}
