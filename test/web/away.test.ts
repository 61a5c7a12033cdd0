/** The page while nobody answers, or slowly: what was read before can be read, nothing that needs the server is offered, and all of it is there when it answers again. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { until, untilEqual, untilHolds } from '../until.ts'
import { SETTINGS, troubledPages } from './pages.ts'
import { leave, settled } from './settled.ts'
import { cannotRun, openWorld, type World } from './world.ts'

const OFFLINE: readonly string[] = ['/accounts', '/review', '/transactions', '/rules', '/banks', '/add', '/import', '/demo', ...SETTINGS]
/** What a page offers to press, choose or fill in, but for links that only lead to another page. */
const OFFERED = "[...document.querySelectorAll('main :is(button, input, select, textarea):enabled, main a.button-primary, main a.button[href^=\"/add\"], main a[download]')].filter((one) => one.checkVisibility()).map((one) => one.getAttribute('aria-label') ?? (one.innerText || one.placeholder || one.type)).map((text) => text.replace(/\\s+/g, ' ').trim())"
/** What this browser keeps to be read offline. Asked only once its place is there: to open it would make it, without what the page puts into it. */
const KEPT = `indexedDB.databases().then((all) => !all.some(({ name }) => name === 'relink') ? '' : new Promise((done) => { const asked = indexedDB.open('relink'); asked.onerror = () => done(''); asked.onsuccess = () => { const found = asked.result.transaction('kept').objectStore('kept').getAll(); found.onsuccess = () => { asked.result.close(); done(JSON.stringify(found.result)) } } }))`
/** What needs no server: what was read is shown in another way, printed, or cleared. */
const LOCAL = /^(Account|(All|Suggested|Transfers|Unusual) \d+|Select all.*|Keys|Print( this page)?|Sign out|English.*)$/

describe('the page while the server is away', { skip: cannotRun ?? false }, () => {
  let world: World
  before(async () => {
    world = await openWorld()
    await troubledPages(world)
  })
  after(async () => {
    await world.close()
  })

  test('offline: after two reloads without the server what was read can be read, nothing can be changed, and signing out leaves nothing behind', async () => {
    const page = await world.openPage({ offline: true })
    const account = (await world.sandbox.opened.instance.store.accounts.list()).find(({ rows }) => rows > 5)!
    const untilKept = (text: string) => until(`${text} is kept`, async () => String(await page.evaluate(KEPT)).includes(text))
    await settled(page, world.url('/review'))
    await page.getByRole('button', { name: 'Accept', exact: true }).waitFor()
    await untilKept('"rows",{"review"')
    await settled(page, world.url(`/accounts/${account.id}`))
    await page.getByRole('grid').getByRole('row').nth(3).waitFor()
    const shown = await page.getByRole('grid').getByRole('row').nth(3).innerText()
    await untilKept('balance-proof')
    const visited = [...OFFLINE, `/connections/${world.connectionId}`]
    for (const path of visited) await settled(page, world.url(path))
    await untilKept(`"connection","${world.connectionId}"`)
    const row = (await world.sandbox.opened.instance.store.feed.transactions({ accountId: account.id, limit: 1 })).rows[0]!
    // What a page of one thing says of it; what only the server can do is not among it.
    const readable = [
      { path: `/transactions/${row.id}`, kept: `"transaction","${row.id}"`, told: () => page.getByText('Why is this here?').locator('xpath=..') },
      { path: `/reconcile/${account.id}?asOf=${account.balanceOn}&balance=1.00`, kept: `"reconcile","${account.id}"`, told: () => page.getByRole('region', { name: 'Result' }).locator('dl') },
      { path: `/accounts/${account.id}`, kept: `"coverage","${account.id}"`, told: () => page.getByRole('figure') },
    ]
    // Without a word such as “just now”, which is another one later.
    const said = async (told: Locator): Promise<string> => (await told.innerText()).replace(/[\w ]+, (?=\d+:\d\d)/g, '')
    const words: string[] = []
    for (const { path, kept, told } of readable) {
      await settled(page, world.url(path))
      words.push(await said(told()))
      await untilKept(kept)
    }
    await page.evaluate('navigator.serviceWorker.ready')
    const unaware = await world.openPage()
    await settled(unaware, world.url('/review'))
    // A page that does not know yet that nobody answers says what became of a change. It would know soon of a server that ends: its events end.
    await unaware.route('**/*', (route) => (route.request().method() === 'GET' ? route.continue() : route.abort('connectionrefused')))
    await unaware.getByRole('button', { name: 'Accept', exact: true }).click()
    await unaware.getByText('Nothing is kept for later.').waitFor()
    await unaware.context().close()
    await world.restartServer(async () => {
      for (let time = 0; time < 2; time++) {
        await page.reload()
        await page.getByText(/^Offline: as of/).waitFor()
        await page.getByRole('grid').getByRole('row').nth(3).waitFor()
        await untilEqual(() => page.getByRole('grid').getByRole('row').nth(3).innerText(), shown)
      }
      for (const [at, { path, told }] of readable.entries()) {
        await page.goto(world.url(path))
        for (let time = 0; time < 2; time++) {
          await page.reload()
          await page.getByText(/^Offline: as of/).waitFor()
          await untilEqual(() => said(told()), words[at]!, path)
        }
        assert.deepEqual(await page.evaluate<string[]>(OFFERED).then((all) => all.filter((one) => !LOCAL.test(one))), [], `${path} offers what needs the server`)
      }
      for (const path of visited) {
        await page.goto(world.url(path))
        await page.getByText(/^Offline: as of/).waitFor()
        await page.getByRole('heading', { level: 1 }).waitFor()
        assert.deepEqual(await page.evaluate<string[]>(OFFERED).then((all) => all.filter((one) => !LOCAL.test(one))), [], `${path} offers what needs the server`)
      }
      await page.goto(world.url('/review'))
      await page.getByRole('grid').getByRole('row').first().focus()
      await page.keyboard.press('a')
      await page.keyboard.press('c')
      assert.equal(await page.getByText('Nothing is kept for later.').count() + await page.getByLabel(/^Category of/).count(), 0, 'nor does a key')
    })
    // The page finds by itself that the server is there again.
    await page.getByRole('button', { name: 'Accept', exact: true, disabled: false }).waitFor()
    await page.goto(world.url('/settings/security'))
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
    await untilEqual(() => page.evaluate<string>(KEPT), '[]')
    await page.context().close()
  })

  test('a gateway that does not reach the server is as good as no server; when it does again, the page goes on by itself', async () => {
    const page = await world.openPage()
    await settled(page, world.url('/accounts'))
    await until('something is kept', async () => String(await page.evaluate(KEPT)).length > '[]'.length)
    await page.route('**/api/**', (route) => route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>503 Service Unavailable</h1>' }))
    // The first look at what was kept goes wrong, as when the browser is busy with its store; the page looks again by itself.
    await page.addInitScript("const { open } = IDBFactory.prototype; let times = 0; IDBFactory.prototype.open = function (...of) { if (times++ === 0) throw new DOMException('not now', 'UnknownError'); return open.apply(this, of) }")
    await page.reload()
    await page.getByText(/^Offline: as of/).waitFor()
    await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
    await page.unrouteAll({ behavior: 'wait' })
    await page.getByText(/^Offline: as of/).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Add account' }).waitFor()
    await page.context().close()
  })

  test('a browser whose store never answers says all the same that nobody does', async () => {
    const page = await world.openPage()
    await page.addInitScript('IDBFactory.prototype.open = () => ({})')
    await page.route('**/api/**', (route) => route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>503 Service Unavailable</h1>' }))
    await page.goto(world.url('/accounts'))
    await page.getByText('Relink does not answer.').waitFor()
    await leave(page)
  })

  // Fails when: each part of a page says for itself that nobody answers, or the mark is a broken picture (both were so).
  test('a server that goes away while a page loads: one calm word, nothing broken, and all of it is there when it answers', async () => {
    const page = await world.openPage()
    let isAway = false
    await page.route(/\/icon\.svg$|\/api\//, (route) => (isAway && !/\/api\/(account|server)$/.test(route.request().url()) ? route.abort() : route.continue()))
    await settled(page, world.url('/accounts'))
    const connection = await page.getByRole('link', { name: 'Manage' }).first().getAttribute('href')
    for (const path of [connection ?? '', '/review', '/banks']) {
      isAway = true
      await page.goto(world.url(path))
      await page.getByText(/^Offline: as of/).waitFor()
      await page.getByText('Not read yet; it comes when the server answers.').first().waitFor()
      assert.deepEqual([await page.getByRole('alert').count(), await page.getByText(/^Offline: as of/).count()], [0, 1], path)
      assert.equal(await page.evaluate('[...document.images].filter((one) => one.complete && one.naturalWidth === 0).length'), 0)
      isAway = false
      await page.getByText(/^Offline: as of/).waitFor({ state: 'detached' })
      await page.getByText('Not read yet; it comes when the server answers.').first().waitFor({ state: 'detached' })
    }
    await leave(page)
  })

  test('a slow server is waited for in sight', async () => {
    const page = await world.openPage()
    const release = Promise.withResolvers<void>()
    await page.route('**/api/account', async (route) => {
      await release.promise
      await route.continue()
    })
    await page.goto(world.url('/accounts'))
    await page.getByRole('status').getByText('Loading…').waitFor()
    release.resolve()
    await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
    await leave(page)
  })

  // Fails when: a line that broke unheard is taken for quiet (was so: nothing said that what is shown is old).
  test('a stream that says nothing for 45 seconds is told of, and another is opened', async () => {
    const page = await world.openPage()
    await page.clock.install()
    await page.route('**/api/events', () => undefined)
    await settled(page, world.url('/accounts'))
    await page.clock.fastForward(40_000)
    assert.equal(await page.getByText('Live updates paused').count(), 0)
    await page.clock.fastForward(6_000)
    await page.getByText('Live updates paused').waitFor()
    await page.unroute('**/api/events')
    await page.clock.fastForward(46_000)
    await page.getByText('Live updates paused').waitFor({ state: 'detached' })
    await leave(page)
  })

  // Fails when: a computer that wakes tells of the silence of its sleep (was so: “paused” came and went at each waking).
  test('a computer that wakes tells of no pause, where the line comes back at once', async () => {
    const page = await world.openPage()
    await page.clock.install()
    const asked: string[] = []
    page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
    await settled(page, world.url('/accounts'))
    await untilHolds(() => assert.equal(asked.filter((path) => path === '/api/events').length, 1))
    await page.evaluate("globalThis.told = 0; new MutationObserver(() => { if (document.body.innerText.includes('Live updates paused')) globalThis.told++ }).observe(document.body, { subtree: true, childList: true })")
    await page.clock.fastForward(3_600_000)
    await untilHolds(() => assert.equal(asked.filter((path) => path === '/api/events').length, 2))
    // What is shown is asked for anew once the line is back.
    const before = asked.length
    await untilHolds(async () => {
      await page.clock.fastForward(10)
      assert.ok(asked.length > before)
    })
    await page.clock.fastForward(5_000)
    assert.equal(await page.evaluate('globalThis.told'), 0)
    await page.context().close()
  })

  // Fails when: a page that stays open tells times as they were when it was drawn (was so: a read of last night was “just now”).
  test('what is told of the time goes on with it, though nothing happens', async () => {
    const page = await world.openPage()
    const [asked] = await world.sandbox.opened.instance.store.challenges.list({ state: 'open' })
    await page.clock.install()
    // What happens elsewhere would have all of it drawn anew.
    await page.route('**/api/events', () => undefined)
    await settled(page, world.url(`/connections/${asked?.connectionId}`))
    const left = Number(/about (\d+) minutes more/.exec(await page.getByText(/^The bank waits about/).innerText())?.[1])
    // Not the last one: what came of earlier reads may be loaded later.
    const read = page.locator('main time', { hasText: /^(just now|\d+ minutes? ago)/ }).first()
    const ago = Number(/^(\d*)/.exec(await read.innerText())?.[1])
    await page.clock.fastForward(180_000)
    // Both are rounded.
    await page.getByText(new RegExp(`^The bank waits about (${left - 3}|${left - 4}) minutes more`)).waitFor()
    await read.filter({ hasText: new RegExp(`^(${ago + 3}|${ago + 4}) minutes ago`) }).waitFor()
    await page.context().close()
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
