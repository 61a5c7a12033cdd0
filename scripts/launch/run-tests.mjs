/**
 * Runs test files under Node's own runner, as many at once as there are processors: with one more, pages in the
 * browser ran into their time limits, and pages by themselves at the end left a processor idle. Files are begun in
 * the order given. The status is 0 only if every test held; a signal ends the files that run.
 */
import { availableParallelism } from 'node:os'
import { PassThrough, Readable } from 'node:stream'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import slowest from './slowest.mjs'

/** Of a test and of a file: longer than any honest one takes on two busy cores, so that nothing hangs for ever. */
const TIMEOUT_MS = 600_000
const MAX_FILES_AT_ONCE = 4
/** By the runner's names, and as its summary says them. */
const COUNTS = { tests: 'tests', suites: 'suites', passed: 'pass', failed: 'fail', cancelled: 'cancelled', skipped: 'skipped', todo: 'todo' }

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())

/** The events of the run, with one summary at the end. */
async function* events(files) {
  const began = performance.now()
  let summary = null
  for await (const event of run({ files, concurrency: Math.min(availableParallelism(), MAX_FILES_AT_ONCE), timeout: TIMEOUT_MS, signal: stop.signal })) {
    const isOfAll = event.data.file === undefined
    if (event.type === 'test:summary' && isOfAll) summary = event.data
    else if (event.type !== 'test:diagnostic' || !isOfAll) yield event
  }
  // A run without a summary did not come to its end.
  if (summary?.success !== true) process.exitCode = 1
  const counts = Object.entries(COUNTS).map(([name, word]) => `${word} ${summary?.counts[name] ?? 0}`)
  for (const message of [...counts, `duration_ms ${Math.round(performance.now() - began)}`]) yield { type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } }
}

const [told, timed] = [new PassThrough({ objectMode: true }), new PassThrough({ objectMode: true })]
told.compose(new spec()).pipe(process.stdout)
Readable.from(slowest(timed)).pipe(process.stderr)
for await (const event of events(process.argv.slice(2))) for (const copy of [told, timed]) copy.write(event)
for (const copy of [told, timed]) copy.end()
