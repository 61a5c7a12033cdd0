/**
 * Runs the benchmarks, each in a process of its own: `npm run bench`, or `npm run bench -- ofx` for one of them.
 * `--json` prints one document `{ "<name>": … }` and nothing else; other options are for the one that is named (`npm run bench:diagnosis -- --development`). A benchmark is a program beside this one that prints
 * a table, or one JSON document with `--json`; a new one is a line in the list.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BENCHMARKS: readonly (readonly [name: string, file: string])[] = [['ofx', 'ofx.ts'], ['diagnosis', 'diagnosis.ts'], ['import', 'import.ts'], ['sync', 'sync.ts'], ['balance', 'balance.ts'], ['matching', 'matching.ts'], ['matchers', 'matchers.ts'], ['bank-health', 'bank-health.ts'], ['page', 'page.ts']]

const args = process.argv.slice(2)
const json = args.includes('--json')
const wanted = args.filter((arg) => !arg.startsWith('--'))
const own = wanted.length === 1 ? args.filter((arg) => arg.startsWith('--') && arg !== '--json') : []
const unknown = wanted.filter((name) => !BENCHMARKS.some(([known]) => known === name))
if (unknown.length > 0) {
  process.stderr.write(`bench: unknown benchmark ${unknown.join(', ')}; known: ${BENCHMARKS.map(([name]) => name).join(', ')}\n`)
  process.exit(2)
}

const results: Record<string, unknown> = {}
for (const [name, file] of BENCHMARKS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const path = fileURLToPath(new URL(file, import.meta.url))
  const run = spawnSync(process.execPath, [path, ...(json ? ['--json'] : []), ...own], {
    encoding: 'utf8',
    stdio: ['ignore', json ? 'pipe' : 'inherit', 'inherit'],
    maxBuffer: 1 << 26,
  })
  if (run.status !== 0) process.exitCode = 1
  // One that misses its aim has measured all the same.
  if (json && (run.status === 0 || run.stdout.trimEnd().endsWith('}'))) results[name] = JSON.parse(run.stdout)
}
if (json) process.stdout.write(`${JSON.stringify(results)}\n`)
