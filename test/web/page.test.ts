/**
 * What holds for every page: no accessibility violation in light and dark (axe), no sideways scroll at
 * 320 pixels, everything within reach of the keyboard, and a first page of bounded weight.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import type { z } from 'zod'
import type { problemShape } from '../../src/api/connection-shapes.ts'
import { problemCard } from '../../src/api/problem-card.ts'
import { isoInstant } from '../../src/api/shapes.ts'
import { CAUSE_CODES, type CauseCode } from '../../src/domain/cause.ts'
import type { Diagnosis, Problem } from '../../src/domain/connection.ts'
import type { Evidence } from '../../src/domain/evidence.ts'
import { violations } from './axe.ts'
import { cannotRun, openWorld, PAGE, type World } from './world.ts'

const BUDGET_KB = 165
const SETTINGS = ['/settings/security', '/settings/members', '/settings/keys', '/settings/audit']

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
        // Forms that differ little: each theme once, each width once.
        for (const path of (scheme === 'light') === (width === 320) ? [...paths, ...SETTINGS] : paths) {
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

  test('a page of someone who is not signed in asks to sign in, and axe finds nothing on it', async () => {
    const context = await world.browser.newContext()
    const page = await context.newPage()
    await page.goto(world.url('/accounts'))
    await page.getByLabel('E-mail address').fill('nobody@books.example')
    await page.getByLabel('Password').fill('not the password at all')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').waitFor()
    assert.deepEqual(await violations(page), [])
    await context.close()
  })

  test('the cards of all causes: whose move it is, one sentence, at most one action, no field for a password, no code but in a quotation', async () => {
    const page = await world.openPage()
    const problems = CAUSE_CODES.map(cardResource)
    await page.route('**/api/connections', async (route) => {
      const { items } = (await (await route.fetch()).json()) as { items: object[] }
      await route.fulfill({ json: { items: problems.map((problem) => ({ ...items[0], id: problem.connectionId, challenge: null, problems: [problem] })) } })
    })
    await settled(page, world.url('/accounts'))
    const cards = page.getByRole('region', { name: /^Problem with/ })
    await cards.nth(problems.length - 1).waitFor()
    assert.equal(await cards.count(), problems.length)
    const shown = await page.evaluate<{ text: string; headings: number; buttons: number; fields: number }[]>(
      "[...document.querySelectorAll('section[aria-label^=\"Problem with\"]')].map((card) => ({ text: card.innerText, headings: card.querySelectorAll('h2').length, buttons: card.querySelectorAll('.button').length, fields: card.querySelectorAll('input').length }))",
    )
    for (const [at, { text, headings, buttons, fields }] of shown.entries()) {
      const { cause, card } = problems[at]!
      assert.deepEqual([headings, fields], [1, 0], cause)
      assert.equal(buttons, card.next === null ? 0 : 1, `${cause}: one next action, or none`)
      assert.equal(text.includes('Nothing for you to do.'), card.next === null, cause)
      assert.match(text, /Needs you|Waiting for the bank|Our side|This server/, cause)
      assert.doesNotMatch(text, /15500|try again|went wrong|%/i, cause)
    }
    await page.context().close()
  })

  test('the bank’s words are a quotation and nothing else, in any script; an answer to the open question re-ranks the causes before the eyes', async () => {
    const page = await world.openPage()
    const words = 'رمز الدخول غير صحيح <img src=x onerror=alert(1)>'
    await page.route(`**/api/connections/${world.connectionId}`, async (route) => {
      const connection = (await (await route.fetch()).json()) as { problems: object[] }
      await route.fulfill({ json: { ...connection, problems: connection.problems.map((problem) => ({ ...problem, bankSays: { text: words, codes: ['15500'] } })) } })
    })
    await settled(page, world.url(`/connections/${world.connectionId}`))
    const card = page.getByRole('region', { name: /^Problem with/ })
    assert.equal(await card.locator('blockquote bdi').innerText(), `“${words}”`)
    assert.equal(await card.locator('img').count(), 0)
    assert.ok(!(await card.getByRole('heading').first().innerText()).includes('رمز'))
    const ranking = card.getByRole('list', { name: 'How likely' })
    const before = await ranking.innerText()
    const asked = card.getByRole('group', { name: 'Did you change the password at Sandbox Bank?' })
    await asked.getByRole('button', { name: 'No' }).click()
    await asked.getByText('Ranked with your answer.').waitFor()
    assert.notEqual(await ranking.innerText(), before)
    await asked.getByRole('button', { name: 'Yes' }).click()
    await asked.locator('[aria-pressed=true]', { hasText: 'Yes' }).waitFor()
    await page.context().close()
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
    const scripts = loadedAtOnce(/<script type="module"[^>]* src="\/assets\/([^"]+)"/.exec(readFileSync(join(PAGE, 'index.html'), 'utf8'))?.[1] ?? '')
    assert.ok(scripts.length > 0)
    const kilobytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(PAGE, 'assets', name))).length, 0) / 1000
    t.diagnostic(`${kilobytes.toFixed(1)} kB gzip`)
    assert.ok(kilobytes < BUDGET_KB, `${kilobytes.toFixed(1)} kB`)
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})

/** The card of a cause as the API gives it. */
function cardResource(cause: CauseCode, at: number): Pick<z.output<typeof problemShape>, 'cause' | 'card' | 'connectionId'> {
  const evidence: Evidence = { protocol: 'ofx', codes: ['15500'], message: 'Signon invalid' }
  const diagnosis: Diagnosis = { action: 'auto_retry', causes: [{ cause, p: 0.8, for: [], against: [] }] }
  const connectionId = `01a20549-c591-7da7-8a7f-${String(at).padStart(12, '0')}`
  const problem: Problem = {
    id: connectionId, connectionId, accountId: null, institutionId: 'sandbox', openedAt: 0, updatedAt: 0, closedAt: null, proofRunId: null, context: {}, diagnosis,
    failure: { code: 'bank_refused', stage: 'signon', retry: { kind: 'never' }, message: 'The bank refused.', evidence: [evidence] },
  }
  const resource = { ...problem, openedAt: isoInstant(0), causes: [], bankSays: null, p: 0.8 }
  return { ...resource, cause, card: problemCard(problem, { bank: 'Sandbox Bank', account: 'Checking', website: 'https://bank.example', hoursWaiting: 72 }, null) }
}

/** A script and all that it imports before it runs; what is imported later is not of the first page. */
function loadedAtOnce(entry: string, seen = new Set<string>()): readonly string[] {
  if (!seen.has(entry)) {
    seen.add(entry)
    const text = readFileSync(join(PAGE, 'assets', entry), 'utf8')
    for (const [, name = ''] of text.matchAll(/(?:from|import)\s?["']\.\/([\w-]+\.js)["']/g)) loadedAtOnce(name, seen)
  }
  return [...seen]
}

/** Loaded with its data: headings stand, and nothing says that it is loading. */
async function settled(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: 'load' })
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.getByText('Loading…').waitFor({ state: 'detached' })
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
