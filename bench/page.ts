/**
 * Interaction to paint on the five main pages, over an account with many rows: the browser's own Event Timing, from a
 * key or click to the next frame. Everything is real: PostgreSQL, the server with its pages of rows, Chromium. Run:
 * `node bench/page.ts [rows] [--json]`; needs the built page, and 3,000 rows or more. Each line says whether the worst of its steps holds the
 * aim; status 1 where one does not. Other work on the machine shows as a slow frame now and then, the page's own
 * slowness at each visit: a page where a step misses is opened anew, five times at most, and the best visit counts.
 * Beside it stands the processor time of the page's main thread for one step, which other work moves least.
 */
import { availableParallelism, loadavg } from 'node:os'
import type { Page } from 'playwright-core'
import { settled } from '../test/web/settled.ts'
import { cannotRun, openWorld, type World } from '../test/web/world.ts'
import { ofxFile } from './ofx-file.ts'

const AIM_MS = 100
const VISITS = 5
/** As the browser rounds it: what took less is not told. */
const FRAME_MS = 16
/** So many pages of rows are loaded before the far end of a list is measured: 2,000 rows. */
const PAGES_OF_ROWS = 10
const json = process.argv.includes('--json')
const rows = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 100_000)

type Measured = { readonly page: string; readonly what: string; readonly times: number; readonly median: number; readonly worst: number; readonly ownMs: number }
/** Does something so many times; the number tells which time it is. */
type Timed = (what: string, times: number, act: (time: number) => Promise<void>) => Promise<void>

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
  const results = (await measure(world, account.id)).map((measured) => ({ ...measured, holds: measured.worst < AIM_MS }))
  if (json) process.stdout.write(`${JSON.stringify({ rows, aimMs: AIM_MS, interactions: results })}\n`)
  else {
    console.log(`${rows} rows; from a key or click to the next frame (aim: below ${AIM_MS} ms); ${availableParallelism()} processors, ${loadavg()[0]!.toFixed(1)} at work: a miss counts where no more are than there are processors`)
    for (const { page, what, times, median, worst, ownMs, holds } of results) console.log(`${holds ? 'PASS' : 'MISS'}  ${page.padEnd(13)} ${what.padEnd(28)} ${String(times).padStart(4)} times   median ${median} ms   worst ${worst} ms   of its own ${ownMs.toFixed(1)} ms`)
  }
  if (!results.every(({ holds }) => holds)) process.exitCode = 1
} finally {
  await world.close()
}

/** The generator's chunks share one buffer. */
async function* chunks(): AsyncGenerator<Uint8Array> {
  for (const chunk of ofxFile(rows)) yield Buffer.from(chunk)
}

async function measure({ page, url, connectionId, sandbox }: World, accountId: string): Promise<readonly Measured[]> {
  await page.addInitScript("globalThis.took = []; new PerformanceObserver((list) => took.push(...list.getEntries().filter(({ interactionId }) => interactionId > 0).map(({ duration }) => duration))).observe({ type: 'event', durationThreshold: 16, buffered: true })")
  const results: Measured[] = []
  const processor = await page.context().newCDPSession(page)
  await processor.send('Performance.enable', { timeDomain: 'threadTicks' })
  const usedMs = async (): Promise<number> => ((await processor.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000
  const press = (key: string) => () => page.keyboard.press(key)
  const visit = async (name: string, path: string, walk: (timed: Timed) => Promise<void>): Promise<void> => {
    const best = new Map<string, Measured>()
    for (let visits = 0; visits < VISITS && (visits === 0 || [...best.values()].some(({ worst }) => worst >= AIM_MS)); visits++) {
      await settled(page, url(path))
      await walk(async (what, times, act) => {
        const before = await usedMs()
        const measured = { page: name, what, times, ...(await interactions(page, times, act)), ownMs: ((await usedMs()) - before) / times }
        if (measured.worst < (best.get(what)?.worst ?? Number.POSITIVE_INFINITY)) best.set(what, measured)
      })
    }
    results.push(...best.values())
  }
  /** Types words, each letter when what the ones before find has come. */
  const searching = async (timed: Timed, what: string, address: RegExp): Promise<void> => {
    const letters = 'supermarket'
    await timed(what, letters.length, async (time) => {
      const found = page.waitForResponse(address)
      await page.keyboard.press(letters[time]!)
      await found
    })
  }
  const throughRows = async (timed: Timed): Promise<void> => {
    await page.locator('[role=row][data-index="0"]').focus()
    await timed('next row', 50, press('ArrowDown'))
    await timed('next page of rows', 60, press('PageDown'))
    await timed('to the end of what is loaded', PAGES_OF_ROWS, async () => {
      await page.keyboard.press('End')
      // It is the last one until those after it have come.
      await page.locator('[role=row]:focus:not(:last-child)').waitFor()
    })
    await timed('next row, far down', 20, (time) => page.keyboard.press(time % 2 === 0 ? 'ArrowUp' : 'ArrowDown'))
  }

  await visit('Accounts', '/accounts', async (timed) => {
    const tile = page.locator(`a[href$="/accounts/${accountId}"]`)
    await tile.waitFor()
    await timed('next account', 20, press('Tab'))
    await tile.focus()
    await timed('open the account and go back', 6, (time) => (time % 2 === 0 ? page.keyboard.press('Enter') : page.goBack().then(() => tile.focus())))
  })
  await visit('Account', `/accounts/${accountId}`, async (timed) => {
    await page.locator('[role=row][data-index="0"]').waitFor()
    await throughRows(timed)
  })
  await visit('Transactions', `/transactions?account=${accountId}`, async (timed) => {
    await throughRows(timed)
    await timed('open and close a row', 10, press('Enter'))
    await page.getByRole('searchbox').focus()
    await searching(timed, 'a letter of a search', /\/transactions\?.*text=/)
  })
  await visit('Review', '/review', async (timed) => {
    await page.getByRole('combobox', { name: 'Account' }).selectOption(accountId)
    await page.getByRole('grid', { name: /^To review in/ }).locator('[data-index="0"]').waitFor()
    await throughRows(timed)
    await timed('select', 20, (time) => page.keyboard.press(time % 2 === 0 ? 'Space' : 'Shift+ArrowUp'))
    await timed('decide what is selected', 1, press('a'))
    await timed('accept', 30, press('a'))
    await timed('take back', 10, press('z'))
    await timed('find a row to match', 1, press('Shift+M'))
    await page.getByRole('region', { name: 'Match' }).getByRole('searchbox').focus()
    await searching(timed, 'a letter of that search', /\/matches\?text=./)
    await page.keyboard.press('Escape')
    await page.getByRole('searchbox', { name: 'Search rows to review' }).focus()
    await searching(timed, 'a letter of a search', /\/transactions\?.*text=/)
  })
  await visit('Reconcile', `/reconcile/${accountId}`, async (timed) => {
    await page.getByLabel('Balance of the statement').focus()
    await timed('a digit of the balance', 8, press('1'))
    await timed('compare', 5, press('Enter'))
    await page.getByRole('region', { name: 'Result' }).waitFor()
    await timed('onwards in the result', 15, press('Tab'))
  })
  const connection = `/connections/${connectionId}`
  await visit('Connection', connection, async (timed) => {
    await page.getByRole('heading', { name: 'Attempts' }).waitFor()
    await timed('onwards in the page', 30, press('Tab'))
  })
  sandbox.bank.inject({ name: 'password-changed', login: 'ana' })
  await sandbox.opened.instance.verbs.sync(connectionId, 'person')
  await visit('Connection', connection, async (timed) => {
    const password = page.getByLabel('Password or PIN')
    await password.waitFor()
    await page.getByText('All evidence', { exact: true }).focus()
    await timed('open and close all evidence', 10, press('Enter'))
    await password.focus()
    await timed('a letter of the password', 12, press('e'))
    await timed('onwards beside the problem', 30, press('Tab'))
  })
  return results
}

/** How long the browser says that the interactions of these acts took. */
async function interactions(page: Page, times: number, act: (time: number) => Promise<void>): Promise<{ readonly median: number; readonly worst: number }> {
  await page.evaluate('took.length = 0')
  for (let time = 0; time < times; time++) await act(time)
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))')
  const told = await page.evaluate<number[]>('took')
  const took = [...told, ...Array.from({ length: times }, () => FRAME_MS)].sort((a, b) => b - a).slice(0, times)
  return { median: took[Math.floor(times / 2)]!, worst: took[0]! }
}
