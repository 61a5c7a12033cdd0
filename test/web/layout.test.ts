/**
 * Where things stand: in a wide window a rail of 200 pixels, the list, and 420 pixels for what is chosen in it; in a
 * narrower one a bar above, on a phone at the bottom, and what is chosen is a page. The address is the same.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { utcDay, type Day } from '../../src/domain/day.ts'
import { aLedger, aPage } from '../../src/store/fixtures.ts'
import { until, untilEqual, untilHolds } from '../until.ts'
import { violations } from './axe.ts'
import { troubledPages } from './pages.ts'
import { leave, settled } from './settled.ts'
import { cannotRun, openWorld, type World } from './world.ts'

const RAIL = 200
const DETAIL = 420
const WIDE = 1024

describe('where things stand', { skip: cannotRun ?? false }, () => {
  let world: World
  let details: readonly { readonly path: string; readonly list: string }[]
  before(async () => {
    world = await openWorld()
    const { paths } = await troubledPages(world)
    details = paths.flatMap((path) => {
      const [, first = '', second] = path.split('/')
      const list = { accounts: 'Accounts', connections: 'Accounts', transactions: 'Transactions', banks: 'Banks' }[first]
      return list === undefined || second === undefined ? [] : [{ path, list }]
    })
  })
  after(async () => {
    await world.close()
  })

  test('wide: a rail of 200, the list, a detail of 420, whose heading is the page’s; narrower: the detail alone, below a bar', async () => {
    const page = await world.openPage()
    assert.ok(details.length >= 5, 'an account, a row, two connections, a bank')
    for (const { path, list: name } of details) {
      const list = page.getByRole('region', { name, exact: true })
      for (const width of [WIDE, 1280, 1920]) {
        await page.setViewportSize({ width, height: 900 })
        await settled(page, world.url(path))
        const [rail, left, heading] = [await box(page.getByRole('banner')), await box(list), await box(page.getByRole('heading', { level: 1 }))]
        assert.deepEqual([rail.x, rail.width, rail.height], [0, RAIL, 900], path)
        const right = await page.evaluate<{ x: number; width: number }>("(() => { const part = document.querySelector('h1').closest('.beside > *'); const { paddingLeft, paddingRight } = getComputedStyle(part); const { x, width } = part.getBoundingClientRect(); return { x: x + parseFloat(paddingLeft), width: width - parseFloat(paddingLeft) - parseFloat(paddingRight) } })()")
        assert.equal(right.width, DETAIL, `${path} at ${width}`)
        assert.ok(rail.x + rail.width <= left.x && left.width >= 300 && left.x + left.width <= right.x && heading.x >= right.x, `${path} at ${width}: ${JSON.stringify([rail, left, right, heading])}`)
        if (width === WIDE) assert.deepEqual(await violations(page), [], path)
      }
      for (const width of [WIDE - 1, 640, 390]) {
        await page.setViewportSize({ width, height: 900 })
        await list.waitFor({ state: 'detached' })
        const [bar, heading] = [await box(page.getByRole('banner')), await box(page.getByRole('heading', { level: 1 }))]
        assert.ok(bar.x === 0 && bar.width > width - 20 && heading.x < 20 && heading.y > bar.y + bar.height, `${path} at ${width}`)
      }
    }
    await page.context().close()
  })

  test('the navigation is of five, the settings are in the menu of who is signed in; on a phone four and More at the bottom', async () => {
    const page = await world.openPage()
    await settled(page, world.url('/accounts'))
    const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link')
    const names = async (): Promise<readonly string[]> => (await links.allInnerTexts()).map((text) => text.split('\n')[0]!.replace(/[\s\d,]+.*$/, ''))
    const five = ['Accounts', 'Review', 'Transactions', 'Reconcile', 'Banks']
    // The demo has its panel beside them.
    await untilEqual(names, [...five, 'Demo'])
    await page.getByRole('navigation', { name: 'Main' }).getByText('to mend').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'You and the settings' }).press('Enter')
    assert.deepEqual(await violations(page), [])
    await page.getByRole('link', { name: 'Settings' }).press('Enter')
    await page.waitForURL('**/settings/security')
    // The menu closes.
    await page.getByRole('link', { name: 'Settings' }).waitFor({ state: 'hidden' })
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 800 })
      await settled(page, world.url('/accounts'))
      await untilEqual(async () => (await names()).filter((name) => name !== ''), ['Accounts', 'Review', 'Transactions', 'Banks'])
      const bar = [...(await links.all()), page.getByRole('button', { name: 'More' })]
      const tops = new Set<number>()
      for (const one of bar) if (await one.isVisible()) tops.add(Math.round((await box(one)).y))
      assert.equal(tops.size, 1, `one line at ${width}`)
      assert.ok([...tops][0]! > 740)
      await page.getByRole('button', { name: 'More' }).click()
      for (const name of ['Reconcile', 'Demo', 'Settings']) await page.getByRole('listitem').getByRole('link', { name }).waitFor()
      await page.keyboard.press('Escape')
    }
    // Fails when: eight pages of the settings stand above each of them in four lines (was so).
    await settled(page, world.url('/settings/schedule'))
    const menu = page.getByRole('navigation', { name: 'Settings' })
    await menu.getByRole('button', { name: 'All settings' }).waitFor()
    assert.ok((await box(menu)).height < 60)
    await menu.getByRole('button', { name: 'All settings' }).click()
    await menu.getByRole('link', { name: 'Alerts' }).click()
    await page.waitForURL('**/settings/alerts')
    await menu.getByRole('link', { name: 'Alerts' }).waitFor({ state: 'hidden' })
    await page.context().close()
  })

  test('by the keyboard: who opens an account is led to it and finds back; rows stay under the arrows while their detail is beside them', async () => {
    const page = await world.openPage()
    await settled(page, world.url('/accounts'))
    const focused = (tag: string, text: string) => page.locator(`${tag}:focus`, { hasText: text }).waitFor()
    await page.getByRole('link', { name: /^Reserve Savings/ }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/accounts/*')
    await focused('H1', 'Reserve Savings')
    await page.locator('[aria-current=page]', { hasText: 'Reserve Savings' }).waitFor()
    await page.getByRole('link', { name: /^Business Checking/ }).press('Enter')
    await focused('H1', 'Business Checking')
    await page.keyboard.press('Shift+Tab')
    await focused('A', '‹ All accounts')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/accounts')
    await focused('H1', 'Accounts')
    await settled(page, world.url('/transactions'))
    const grid = page.getByRole('grid')
    await grid.locator('[data-index="0"]').focus()
    await page.keyboard.press('ArrowDown')
    const before = await box(grid.locator('[data-index="1"]'))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/transactions\/[\w-]+/)
    await page.getByText('Why is this here?').waitFor()
    assert.deepEqual(await box(grid.locator('[data-index="1"]')), before, 'the rows stay where they are')
    await grid.locator('[aria-current=true][aria-rowindex="3"]:focus').waitFor()
    const first = page.url()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.href !== first)
    await grid.locator('[aria-current=true][aria-rowindex="4"]').waitFor()
    await page.context().close()
  })

  test('on a phone a row is a page, and the way back leads to where the list was', async () => {
    const page = await world.openPage({ width: 390 })
    const account = (await world.sandbox.opened.instance.store.accounts.list()).find(({ rows }) => rows > 40)!
    await settled(page, world.url(`/transactions?account=${account.id}`))
    const row = page.getByRole('grid').locator('[data-index="20"]')
    await page.evaluate('new Promise((done) => { scrollTo(0, 900); requestAnimationFrame(() => requestAnimationFrame(done)) })')
    await row.scrollIntoViewIfNeeded()
    const text = await row.innerText()
    // Rows that are measured on the way move the list until then.
    await page.evaluate("addEventListener('click', () => { globalThis.left = scrollY }, { capture: true, once: true })")
    await row.click()
    await page.getByText('Why is this here?').waitFor()
    await page.getByRole('grid').waitFor({ state: 'detached' })
    // A page begins at its top.
    await until('the top', () => page.evaluate('scrollY < 10'))
    await page.goBack()
    await page.getByRole('grid').getByText(text.split('\n')[1]!).first().waitFor()
    await until('where the list was', () => page.evaluate('Math.abs(scrollY - left) < 60'))
    await page.context().close()
  })

  // Fails when: what is gone has neither a heading nor a way on, and is told of in the words of programs (was so, on a phone).
  test('the address of what is not here any more, or was cut off, and of what cannot be read: a heading, and a way on', async () => {
    const page = await world.openPage({ width: 390 })
    for (const id of ['00000000-0000-7000-8000-000000000000', 'cut-off']) {
      for (const path of [`/accounts/${id}`, `/transactions/${id}`, `/reconcile/${id}`, `/connections/${id}`, `/connections/${id}/reconnect`, `/banks/${id}`]) {
        await settled(page, world.url(path))
        await page.getByRole('heading', { name: 'There is no such page', level: 1 }).waitFor()
        await untilEqual(() => page.title(), 'There is no such page · Relink')
      }
    }
    await page.route('**/api/accounts/*', (route) => route.fulfill({ status: 500, json: { code: 'internal_error', detail: 'Something failed inside the server.', remedy: '' } }))
    await settled(page, world.url('/accounts/00000000-0000-7000-8000-000000000000'))
    await page.getByRole('alert').filter({ hasText: 'Something failed inside the server.' }).waitFor()
    await page.getByRole('link', { name: 'Go to the accounts' }).click()
    await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
    await leave(page)
  })

  // Fails when: an address alone says that everything was deleted (was so), or who asks for the head of a page is told that there is none (was so).
  test('an address alone deletes nothing and says nothing of it; a page has a head', async () => {
    const page = await world.openPage()
    await page.goto(world.url('/gone'))
    await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
    await page.context().close()
    const asked = { headers: { accept: 'text/html', 'accept-encoding': 'identity' } }
    const [whole, head] = [await fetch(world.url('/accounts'), asked), await fetch(world.url('/accounts'), { ...asked, method: 'HEAD' })]
    const told = ({ status, headers }: Response): unknown => [status, ...['content-length', 'content-type', 'cache-control', 'content-security-policy'].map((name) => headers.get(name)?.replace(/nonce-[^']+/, ''))]
    assert.deepEqual([told(head), await head.text()], [told(whole), ''])
  })

  test('the address of a repair leads to its steps', async () => {
    const page = await world.openPage()
    await settled(page, world.url(`/connections/${world.connectionId}/repair`))
    await page.getByRole('heading', { name: 'Steps' }).waitFor()
    assert.equal(new URL(page.url()).pathname, `/connections/${world.connectionId}`)
    await page.context().close()
  })

  // Fails when: each of many logins takes a screen (was so: 31 made a page of 9,100 pixels), they are told by two letters that all begin with, or nobody can name one.
  test('of many logins what is broken is first, each that is well is a line, and a person names one', async () => {
    const { url, page, connectionId, sandbox } = world
    const { store, entropy, clock } = sandbox.opened.instance
    const broken = (await store.connections.list()).filter(({ id }) => id !== connectionId).length
    const like = (await store.connections.get(connectionId))!
    for (const at of [1, 2, 3, 4, 5, 6, 7]) await store.connections.create({ ...like, id: entropy.id(clock.now()), institutionName: 'Riverbank', loginIndex: String(at).repeat(32), loginLabel: `cu…0${at}` })
    // Fails when: a folded line hides an account that the bank and its rows tell otherwise, or of which the bank's data are old (was so).
    const wrong = (await store.connections.list()).find(({ loginLabel }) => loginLabel === 'cu…02')!
    const ledger = await aLedger(store, wrong.id)
    const { accountId, sourceId, runId } = ledger
    const [first, last] = [20, 10].map((days) => utcDay(clock.now() - days * 86_400_000)) as [Day, Day]
    const balance = (amount: bigint, on: Day) => ({ accountId, sourceId, runId, kind: 'ledger' as const, amount, on, observedAt: 1 })
    await store.feed.commitPage(aPage(ledger, [{ text: 'a', on: last }], {
      covers: { from: first, to: last }, balances: [balance(0n, first), balance(4211n, last)],
      spans: [{ accountId, sourceId, from: first, to: last, opening: 0n, closing: 4211n, rowsSum: -1250n, status: 'broken' }],
    }))
    await store.runs.update(runId, { outcome: 'succeeded', endedAt: clock.now() })
    await settled(page, url('/accounts'))
    const head = page.getByRole('region', { name: 'Riverbank, login cu…02' }).getByRole('button', { expanded: false })
    await untilHolds(async () => assert.match(await head.innerText(), /Balance disagrees[^]*Bank is behind/))
    for (const [words, sign] of [['Balance disagrees', 'need'], ['Bank is behind', 'wait']] as const) await head.locator(`span:has(> [data-sign=${sign}])`).filter({ hasText: words }).waitFor()
    assert.doesNotMatch(await head.innerText(), /Up to date/)
    const line = page.getByRole('region', { name: 'Riverbank, login cu…03' })
    assert.doesNotMatch(await line.innerText(), /disagree|behind/)
    const names = await page.getByRole('region', { name: /, login / }).evaluateAll((regions) => regions.map((region) => region.getAttribute('aria-label') ?? ''))
    assert.ok(names.slice(0, broken).every((name) => !name.startsWith('Riverbank')), names.join('; '))
    assert.ok((await box(line)).height < 60)
    await line.getByRole('button', { expanded: false }).click()
    await line.getByRole('link', { name: 'Manage Riverbank, login cu…03' }).click()
    await page.getByRole('button', { name: 'Rename the login cu…03' }).click()
    const field = page.getByLabel('Name of this login')
    await field.fill('cu…04')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText(/^Write the name out/).waitFor()
    await field.fill('The shop')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText(/^Login The shop/).last().waitFor()
    assert.deepEqual(await violations(page), [])
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})

async function box(one: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const found = await one.boundingBox()
  assert.ok(found !== null)
  return found
}
