/**
 * Interaction to paint on the page, in an account with many rows: the browser's own Event Timing, from a key
 * or click to the next frame, of the list and the search of Transactions. Everything is real: PostgreSQL, the
 * server with its pages of rows, Chromium. Run: `node bench/page.ts [rows] [--json]`; needs the built page.
 */
import type { Page } from 'playwright-core'
import { cannotRun, openWorld } from '../test/web/world.ts'
import { ofxFile } from './ofx-file.ts'

const AIM_MS = 100
const json = process.argv.includes('--json')
const rows = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 100_000)

if (cannotRun !== null) {
  process.stderr.write(`Not measured: ${cannotRun}.\n`)
  process.exit(0)
}
const world = await openWorld()
try {
  const { instance } = world.sandbox.opened
  const report = await instance.verbs.importFile({ fileName: 'many.ofx', open: chunks, accountId: 'new', onProgress: null })
  if (report.failure !== null) throw new Error(report.failure.message)
  const account = (await instance.store.accounts.list()).find((one) => one.rows >= rows)
  if (account === undefined) throw new Error('the rows did not come in')
  const results = await measure(world.page, world.url(`/transactions?account=${account.id}`))
  if (json) process.stdout.write(`${JSON.stringify({ rows, aimMs: AIM_MS, interactions: results })}\n`)
  else {
    console.log(`${rows} rows; from a key or click to the next frame (aim: ${AIM_MS} ms)`)
    for (const { what, times, median, worst } of results) console.log(`${what.padEnd(28)} ${String(times).padStart(4)} times   median ${median} ms   worst ${worst} ms`)
  }
} finally {
  await world.close()
}

/** The generator's chunks share one buffer. */
async function* chunks(): AsyncGenerator<Uint8Array> {
  for (const chunk of ofxFile(rows)) yield Buffer.from(chunk)
}

type Measured = { readonly what: string; readonly times: number; readonly median: number; readonly worst: number }

async function measure(page: Page, address: string): Promise<readonly Measured[]> {
  await page.addInitScript("globalThis.took = []; new PerformanceObserver((list) => took.push(...list.getEntries().filter(({ interactionId }) => interactionId > 0).map(({ duration }) => duration))).observe({ type: 'event', durationThreshold: 16, buffered: true })")
  await page.goto(address)
  const first = page.locator('[data-index="0"]')
  await first.focus()
  const results: Measured[] = []
  const timed = async (what: string, times: number, act: () => Promise<void>): Promise<void> => {
    await page.evaluate('took.length = 0')
    for (let time = 0; time < times; time++) await act()
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))')
    // What took less than a frame is not reported by the browser; it counts as one.
    const took = (await page.evaluate<number[]>('took')).concat(Array.from({ length: times }, () => 0)).sort((a, b) => b - a).slice(0, times)
    results.push({ what, times, median: Math.max(16, took[Math.floor(times / 2)] ?? 0), worst: Math.max(16, took[0] ?? 0) })
  }
  await timed('next row', 50, () => page.keyboard.press('ArrowDown'))
  await timed('next page of rows', 60, () => page.keyboard.press('PageDown'))
  await timed('open and close a row', 10, () => page.keyboard.press('Enter'))
  await timed('to the end of what is loaded', 5, () => page.keyboard.press('End'))
  await page.getByRole('searchbox').focus()
  await timed('a letter of a search', 12, () => page.keyboard.press('e'))
  return results
}
