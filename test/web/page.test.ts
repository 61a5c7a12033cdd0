/**
 * What holds for every page: no accessibility violation in light and dark (axe), no sideways scroll at
 * 320 pixels, everything within reach of the keyboard, and a first page of bounded weight.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { cannotRun, openWorld, PAGE, type World } from './world.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const BUDGET_KB = 165

type Violation = { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[] }

describe('every page', { skip: cannotRun ?? false }, () => {
  let world: World
  let paths: readonly string[]
  before(async () => {
    world = await openWorld()
    const { sandbox, connectionId } = world
    const { store, verbs } = sandbox.opened.instance
    await verbs.connect({ institutionId: 'sandbox', connector: null, form: { username: 'faisal', password: 'desert rain' } })
    sandbox.bank.inject({ name: 'password-changed', login: 'ana' })
    await sandbox.listening.settle()
    await verbs.sync(connectionId, 'person')
    const asked = (await store.challenges.list({ state: 'open' }))[0]
    const accounts = await store.accounts.list()
    paths = ['/accounts', `/accounts/${accounts[0]?.id}`, `/connections/${connectionId}`, `/connections/${asked?.connectionId}`, '/add', '/review', '/banks', '/import', '/demo', '/no-such-page']
  })
  after(async () => {
    await world.close()
  })

  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      test(`axe finds nothing, and nothing scrolls sideways: ${scheme}, ${width} pixels`, async () => {
        const page = await world.openPage({ scheme, width })
        for (const path of paths) {
          await settled(page, world.url(path))
          assert.deepEqual(await violations(page), [], path)
          const [content, window] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, document.documentElement.clientWidth]')
          assert.ok(content <= window, `${path} is ${content} wide in a window of ${window}`)
          assert.match(await page.title(), /\S · Relink$/, path)
        }
        await page.context().close()
      })
    }
  }

  test('a page of someone who is not signed in asks for the token, and axe finds nothing on it', async () => {
    const context = await world.browser.newContext()
    const page = await context.newPage()
    await page.goto(world.url('/accounts'))
    await page.getByLabel('Token').fill('not the token')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('alert').waitFor()
    assert.deepEqual(await violations(page), [])
    await context.close()
  })

  test('the keyboard alone leads from the first Tab to the password of a broken connection', async () => {
    const { page, url } = world
    await settled(page, url('/accounts'))
    await page.keyboard.press('Tab')
    assert.equal(await focused(page), 'Skip to content')
    await tabTo(page, 'Enter the password')
    await page.keyboard.press('Enter')
    await page.getByLabel('Password or PIN').waitFor()
    await tabTo(page, 'password')
    await page.keyboard.type('typed by hand')
    assert.equal(await page.getByLabel('Password or PIN').inputValue(), 'typed by hand')
    assert.equal(await page.evaluate("document.querySelectorAll('[tabindex]:not([tabindex=\"0\"]):not([tabindex=\"-1\"])').length"), 0, 'the order of Tab is the order of the page')
  })

  test(`the scripts of the first page weigh less than ${BUDGET_KB} kB`, (t) => {
    const assets = join(PAGE, 'assets')
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
    assert.ok(scripts.length > 0)
    const kilobytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0) / 1000
    t.diagnostic(`${kilobytes.toFixed(1)} kB gzip`)
    assert.ok(kilobytes < BUDGET_KB, `${kilobytes.toFixed(1)} kB`)
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})

/** Loaded with its data: headings stand, and nothing says that it is loading. */
async function settled(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'load' })
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.getByText('Loading…').waitFor({ state: 'detached' })
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate<Violation[]>("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((result) => result.violations)")
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary}`))
}

/** The text or the type of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement.tagName === 'INPUT' ? document.activeElement.type : document.activeElement.innerText.trim()")
}

async function tabTo(page: Page, what: string): Promise<void> {
  for (let stop = 0; stop < 60; stop++) {
    await page.keyboard.press('Tab')
    if ((await focused(page)) === what) return
  }
  assert.fail(`Tab does not reach “${what}”`)
}
