/**
 * Runs test files under Node's own runner in two lanes: pages in the browser half as wide as there are processors, all
 * else two wider than they are. Tests wait for disks, clocks and pages; one lane as wide as the processors left a quarter of two
 * of them idle, and with more pages at once these ran into their time limits. When all else is done one more page runs
 * beside them. The others begin in the order given, the pages with the longest. The status is 0 only if every test held; a signal ends the files that run.
 */
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { PassThrough, Readable } from 'node:stream'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import slowest from './slowest.mjs'

/** Of a test and of a file: longer than any honest one takes on two cores that are busy with other work too (the longest took 570 s there), so that nothing hangs for ever. */
const TIMEOUT_MS = 1_800_000
const MAX_FILES_AT_ONCE = 4
/** By the runner's names, and as its summary says them. */
const COUNTS = { tests: 'tests', suites: 'suites', passed: 'pass', failed: 'fail', cancelled: 'cancelled', skipped: 'skipped', todo: 'todo' }

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())

const began = performance.now()
const [told, timed] = [new PassThrough({ objectMode: true }), new PassThrough({ objectMode: true })]
told.compose(new spec()).pipe(process.stdout)
Readable.from(slowest(timed)).pipe(process.stderr)
const tell = event => [told, timed].forEach(copy => copy.write(event))

/** Tells what the files of a lane do, each file at once when it ends, and gives the summary of all; null: it did not come to its end. */
async function lane(files, concurrency) {
  const heard = new Map()
  let summary = null
  for await (const event of run({ files, concurrency, timeout: TIMEOUT_MS, signal: stop.signal })) {
    const { file } = event.data
    if (file === undefined) {
      if (event.type === 'test:summary') summary = event.data
      continue
    }
    if (!heard.has(file)) heard.set(file, [])
    heard.get(file).push(event)
    if (event.type !== 'test:summary') continue
    heard.get(file).forEach(tell)
    heard.delete(file)
  }
  // What never ended is told as far as it came.
  for (const events of heard.values()) events.forEach(tell)
  return summary
}

const processors = Math.min(availableParallelism(), MAX_FILES_AT_ONCE)
const files = process.argv.slice(2)
// A long file tells of much: the longest first, so that the last ones are short, when two lanes take them.
const pages = files.filter(isPage).sort((a, b) => statSync(b).size - statSync(a).size)
const others = files.filter(file => !isPage(file))
const summaries = []
const takePages = async () => {
  while (pages.length > 0 && !stop.signal.aborted) summaries.push(await lane([pages.shift()], 1))
}
const takeOthers = async () => {
  if (others.length > 0) summaries.push(await lane(others, processors + 2))
  await takePages()
}
await Promise.all([takeOthers(), ...Array.from({ length: Math.max(1, Math.floor(processors / 2)) }, takePages)])
if (stop.signal.aborted || summaries.some(summary => summary?.success !== true)) process.exitCode = 1
const counts = Object.entries(COUNTS).map(([name, word]) => `${word} ${summaries.reduce((sum, summary) => sum + (summary?.counts[name] ?? 0), 0)}`)
for (const message of [...counts, `duration_ms ${Math.round(performance.now() - began)}`]) tell({ type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } })
for (const copy of [told, timed]) copy.end()

function isPage(file) {
  return /^test[/\\]web[/\\]/.test(file)
}
