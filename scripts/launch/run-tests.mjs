/**
 * Runs test files under Node's own runner, in two phases of one report: first all that need no browser, with one
 * file more at once than there are processors, because many wait for disks, banks and clocks; then the pages,
 * which run into their time limits when there are more. Files are begun in the order given. The status is 0 only
 * if every test held; a signal ends the files that run.
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

/** The events of all phases, with one summary at the end. */
async function* events(phases) {
  const total = new Map(Object.keys(COUNTS).map(name => [name, 0]))
  const began = performance.now()
  for (const { files, concurrency } of phases) {
    let held = false
    for await (const event of run({ files, concurrency: Math.min(concurrency, MAX_FILES_AT_ONCE), timeout: TIMEOUT_MS, signal: stop.signal })) {
      const isOfAll = event.data.file === undefined
      if (event.type === 'test:summary' && isOfAll) {
        held = event.data.success
        for (const [name, count] of total) total.set(name, count + event.data.counts[name])
      } else if (event.type !== 'test:diagnostic' || !isOfAll) yield event
    }
    // A phase without a summary did not come to its end.
    if (!held) process.exitCode = 1
    if (stop.signal.aborted) break
  }
  const lines = [...[...total].map(([name, count]) => `${COUNTS[name]} ${count}`), `duration_ms ${Math.round(performance.now() - began)}`]
  for (const message of lines) yield { type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } }
}

const files = process.argv.slice(2)
const isPage = file => file.startsWith('test/web/')
const processors = availableParallelism()
const phases = [
  { files: files.filter(file => !isPage(file)), concurrency: processors + 1 },
  { files: files.filter(isPage), concurrency: processors },
].filter(phase => phase.files.length > 0)

const [told, timed] = [new PassThrough({ objectMode: true }), new PassThrough({ objectMode: true })]
told.compose(new spec()).pipe(process.stdout)
Readable.from(slowest(timed)).pipe(process.stderr)
for await (const event of events(phases)) for (const copy of [told, timed]) copy.write(event)
for (const copy of [told, timed]) copy.end()
