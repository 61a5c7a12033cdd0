/**
 * What holds for every page: no accessibility violation in light and dark (axe), no sideways scroll at
 * 320 pixels, everything within reach of the keyboard, and a first page of bounded weight.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import type { z } from 'zod'
import type { problemShape } from '../../src/api/connection-shapes.ts'
import { problemCard } from '../../src/api/problem-card.ts'
import { isoInstant } from '../../src/api/shapes.ts'
import { day } from '../../src/domain/day.ts'
import { CAUSE_CODES, type CauseCode } from '../../src/domain/cause.ts'
import type { Diagnosis, Problem } from '../../src/domain/connection.ts'
import type { Evidence } from '../../src/domain/evidence.ts'
import { until, untilEqual } from '../until.ts'
import { contrast, violations } from './axe.ts'
import { leastDifference } from './greyscale.ts'
import { SETTINGS, troubledPages } from './pages.ts'
import { leave, settled } from './settled.ts'
import { cannotRun, openWorld, PAGE, watched, type World } from './world.ts'

const BUDGET_KB = 210
/** Keeps in `moved` by how much what moved by itself, and its words. */
const NOTES_MOVES = "globalThis.moved = []; new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) moved.push([one.value, one.sources.map(({ node }) => node?.textContent?.slice(0, 40))]) }).observe({ type: 'layout-shift', buffered: true })"

describe('every page', { skip: cannotRun ?? false }, () => {
  let world: World
  let paths: readonly string[]
  before(async () => {
    world = await openWorld()
    ;({ paths } = await troubledPages(world))
  })
  after(async () => {
    await world.close()
  })

  /** All that axe looks at once in each width; what it sees of colours in both themes. */
  const LOOKS = [['light', 320, 'all'], ['dark', 320, 'colours'], ['dark', 768, 'all'], ['light', 768, 'colours'], ['light', 1280, 'colours'], ['dark', 1280, 'all']] as const
  test('axe finds nothing, and nothing scrolls sideways: in both themes at 320, 768 and 1280 pixels, before and after the window was made larger', async () => {
    const left = [...paths, ...SETTINGS]
    // Two windows: each looks at a page while the other waits for one.
    await Promise.all(Array.from({ length: 2 }, async () => {
      const page = await world.openPage({ width: 320 })
      for (let path = left.shift(); path !== undefined; path = left.shift()) {
        await page.setViewportSize({ width: 320, height: 900 })
        await page.emulateMedia({ colorScheme: 'light' })
        await settled(page, world.url(path))
        for (const [scheme, width, what] of LOOKS) {
          await page.setViewportSize({ width, height: 900 })
          await page.emulateMedia({ colorScheme: scheme })
          await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
          assert.deepEqual(what === 'all' ? await violations(page, 'own') : await contrast(page), [], `${path}, ${scheme}, ${width}`)
          const [content, window] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, document.documentElement.clientWidth]')
          assert.ok(content <= window, `${path} is ${content} wide in a window of ${window}`)
        }
        await until(`a title of ${path}`, async () => /\S · Relink$/.test(await page.title()))
      }
      await page.context().close()
    }))
  })

  test('a page of someone who is not signed in asks to sign in, and axe finds nothing on it', async () => {
    const page = await watched(await world.browser.newContext({ serviceWorkers: 'block' }), world.complaints as string[])
    await page.goto(world.url('/accounts'))
    await page.getByLabel('E-mail address').fill('nobody@books.example')
    await page.getByLabel('Password').fill('not the password at all')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.context().close()
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
    await untilEqual(() => cards.count(), problems.length)
    const shown = await page.evaluate<{ text: string; headings: number; buttons: string[]; fields: number }[]>(
      "[...document.querySelectorAll('section[data-problem]')].map((card) => ({ text: card.innerText, headings: card.querySelectorAll('h2').length, buttons: [...card.querySelectorAll('.button')].map(({ innerText }) => innerText), fields: card.querySelectorAll('input').length }))",
    )
    for (const [at, { text, headings, buttons, fields }] of shown.entries()) {
      const { cause, card } = problems[at]!
      assert.deepEqual([headings, fields], [1, 0], cause)
      assert.equal(buttons.length, card.next === null ? 0 : 1, `${cause}: one next action, or none`)
      // Fails when: the parts of a label are laid beside each other without the spaces between them (was so: “forJan 1, 2026to”).
      if (cause === 'history_limit') assert.deepEqual(buttons, ['Import a file for Jan 1, 2026 to Jul 4, 2026'])
      assert.equal(text.includes('Nothing for you to do.'), card.next === null, cause)
      assert.match(text, /Needs you|Waiting for the bank|Our side|This server/, cause)
      assert.doesNotMatch(text, /15500|try again|went wrong|%/i, cause)
    }
    await leave(page)
  })

  // Fails when: what the demo can break is told by the number that the bank's server answers (was so: “unavailable (503)”, “(2005)”, “answers 502”).
  test('the cards of the demo tell without a code what breaks', async () => {
    const page = await world.openPage()
    await settled(page, world.url('/demo'))
    const cards = page.getByRole('region').filter({ has: page.getByRole('button', { name: /Break it|repairs it/ }) })
    await untilEqual(() => cards.count(), 8)
    const told = await cards.allInnerTexts()
    for (const text of told) assert.doesNotMatch(text, /\d{3}|\w_\w|Retry-After/)
    await leave(page)
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
    await untilEqual(() => card.locator('img').count(), 0)
    assert.ok(!(await card.getByRole('heading').first().innerText()).includes('رمز'))
    const ranking = card.getByRole('list', { name: 'How likely' })
    const rankings = new Set([await ranking.innerText()])
    const another = async (): Promise<boolean> => rankings.add(await ranking.innerText()).size > 1
    const open = card.getByRole('group').filter({ has: page.getByRole('button', { name: 'Yes' }) }).first()
    const asked = card.getByRole('group', { name: await open.locator('span').first().innerText(), exact: true })
    await asked.getByRole('button', { name: 'No' }).click()
    await asked.getByText(/^(With your answer it is|Your answer)/).waitFor()
    await another()
    await asked.getByRole('button', { name: 'Yes' }).click()
    await asked.locator('[aria-pressed=true]', { hasText: 'Yes' }).waitFor()
    // Tens are shown, so that one of the two answers may leave them as they were.
    await until('another ranking', another)
    await leave(page)
  })

  // Fails when: two problems of one sentence have one name (was so: axe found one name twice, and nobody was told which account is meant).
  test('two accounts of a login that break in the same way are two places with names of their own', async () => {
    const page = await world.openPage()
    const ids = ['01a20549-c591-7da7-8a7f-000000000001', '01a20549-c591-7da7-8a7f-000000000002'] as const
    const names: string[] = []
    await page.route(`**/api/connections/${world.connectionId}`, async (route) => {
      const connection = (await (await route.fetch()).json()) as { accounts: { id: string; name: string }[]; problems: object[] }
      const [first, second] = connection.accounts
      names.splice(0, 2, first!.name, second!.name)
      await route.fulfill({ json: { ...connection, problems: ids.map((id, at) => ({ ...connection.problems[0], id, accountId: connection.accounts[at]!.id })) } })
    })
    for (const id of ids) await page.route(`**/api/problems/${id}/repair`, (route) => route.fulfill({ json: { id, steps: [], state: 'open', hasNews: false } }))
    await settled(page, world.url(`/connections/${world.connectionId}`))
    for (const name of names) {
      await page.getByRole('region', { name: `Problem with Sandbox Bank, ${name} Sandbox Bank did not accept` }).getByText(`Sandbox Bank, ${name}, since`).waitFor()
      await page.getByRole('region', { name: `Steps Sandbox Bank, ${name}` }).waitFor()
    }
    assert.deepEqual(await violations(page, 'own'), [])
    await leave(page)
  })

  test('the strip is one stop of the keyboard; its name says what the picture shows, and every day opens', async () => {
    const page = await world.openPage()
    const accounts = await world.sandbox.opened.instance.store.accounts.list()
    await settled(page, world.url(`/accounts/${accounts[0]?.id}`))
    const strip = page.getByRole('listbox', { name: /^Last 90 days/ })
    await strip.waitFor()
    const days = await page.evaluate<string[]>("[...document.querySelectorAll('[role=listbox] [role=option]')].map((day) => day.getAttribute('aria-label'))")
    assert.equal(days.length, 90)
    const name = (await strip.getAttribute('aria-label')) ?? ''
    for (const [word, told] of [[': proved by', /(\d+) days? proved/], ['read, not', /(\d+) days? read/], ['missing: no', /(\d+) missing \(/], ['disagree', /(\d+) days? where/], ['not connected', /(\d+) not connected yet/], ['not asked', /(\d+) not asked for yet/]] as const) {
      assert.equal(days.filter((day) => day.includes(word)).length, Number(told.exec(name)?.[1] ?? 0), `${word}: ${name}`)
    }
    assert.equal(await page.locator('figcaption', { hasText: 'Last 90 days' }).innerText(), name)
    await strip.focus()
    const active = async (): Promise<string> => (await page.locator(`[id="${await strip.getAttribute('aria-activedescendant')}"]`).getAttribute('aria-label')) ?? ''
    for (const [key, at] of [['End', 89], ['ArrowLeft', 88], ['PageUp', 81], ['ArrowRight', 82], ['PageDown', 89], ['Home', 0]] as const) {
      await page.keyboard.press(key)
      assert.equal(await active(), days[at], key)
    }
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Rows of this day' }).waitFor()
    await page.context().close()
  })

  // Fails when: a day is drawn otherwise than its name and the sentence say (planted: a day with a gap drawn as one that is read), or one of the 90 days is not reached by keys.
  test('the strip, whatever its days are: each is drawn as it is named, told in the sentence, reached by keys and opened with its own words; on a phone, too', async () => {
    const page = await world.openPage()
    const accounts = await world.sandbox.opened.instance.store.accounts.list()
    const states = ['proved', 'covered', 'broken', 'gap', 'outage', 'before']
    await page.route(/\/coverage$/, async (route) => {
      const coverage = (await (await route.fetch()).json()) as { days: object[] }
      await route.fulfill({ json: { ...coverage, days: coverage.days.map((day, at) => ({ ...day, state: states[at % states.length], wasOut: at === 6 })) } })
    })
    await settled(page, world.url(`/accounts/${accounts[0]?.id}`))
    const strip = page.getByRole('listbox', { name: /^Last 90 days/ })
    await strip.waitFor()
    const drawn = await page.evaluate<[string, string, boolean][]>("[...document.querySelectorAll('[role=listbox] [role=option]')].map((day) => { const bar = day.lastElementChild, look = getComputedStyle(bar); return [day.getAttribute('aria-label'), [look.height, look.backgroundColor, look.backgroundImage, look.borderTopWidth, look.borderTopColor].join(), day.childElementCount > 1] })")
    const looks = new Map(states.map((state, at) => [state, drawn[at]![1]]))
    assert.equal(new Set(looks.values()).size, states.length, 'no two states are drawn alike')
    for (const [at, [label, look, hasTick]] of drawn.entries()) {
      assert.equal(look, looks.get(states[at % states.length]!), label)
      assert.equal(hasTick, at === 6, label)
      assert.equal(label.includes('away on it for a time'), at === 6)
    }
    const name = (await strip.getAttribute('aria-label'))!
    for (const part of ['15 days proved by the bank’s balances', '15 days read, not proved', '15 days where balance and rows disagree', '15 missing (', '15 missing while the bank was away (']) assert.ok(name.includes(part), `${part}: ${name}`)
    const active = async (): Promise<string> => (await page.locator(`[id="${await strip.getAttribute('aria-activedescendant')}"]`).getAttribute('aria-label')) ?? ''
    await strip.focus()
    for (const key of ['Home', 'ArrowLeft', 'PageUp']) await page.keyboard.press(key)
    for (const [at, [label]] of drawn.entries()) {
      assert.equal(await active(), label)
      if (at < states.length) {
        await page.keyboard.press(at % 2 === 0 ? 'Enter' : ' ')
        await page.getByRole('status').filter({ hasText: label.split(';')[0]! }).getByRole('link', { name: 'Rows of this day' }).waitFor()
      }
      await page.keyboard.press('ArrowRight')
    }
    for (const key of ['ArrowRight', 'PageDown', 'End']) await page.keyboard.press(key)
    assert.equal(await active(), drawn.at(-1)![0], 'it ends there')
    await page.setViewportSize({ width: 360, height: 900 })
    await page.getByRole('button', { name: 'Show the days as a calendar.' }).press('Enter')
    await strip.waitFor()
    assert.equal(await strip.getAttribute('aria-label'), name)
    await strip.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('PageDown')
    assert.equal(await active(), drawn[7]![0])
    const cells = await strip.getByRole('option').evaluateAll((days) => days.map((day) => { const { width, height } = (day as unknown as { getBoundingClientRect(): { width: number; height: number } }).getBoundingClientRect(); return Math.min(width, height) }))
    assert.ok(cells.length === 90 && cells.every((size) => size >= 24), `the smallest is ${Math.min(...cells)}`)
    await leave(page)
  })

  // Fails when: two states differ by their colour alone (seen: a day with a gap drawn as a full bar in another colour, 0 of its points differ).
  // Fails when: with the system's own colours a fill that tells something is gone (was so: bars of probability and of a bank's days).
  for (const [look, scheme, forcedColors] of [['light', 'light', 'none'], ['dark', 'dark', 'none'], ['the system’s colours', 'dark', 'active']] as const) {
    test(`without colour the days of the strip and the signs of states still differ: ${look}`, async () => {
      const page = await world.openPage({ scheme })
      await page.emulateMedia({ forcedColors, colorScheme: scheme })
      const accounts = await world.sandbox.opened.instance.store.accounts.list()
      const states = ['proved', 'covered', 'broken', 'gap', 'outage', 'before']
      await page.route(/\/coverage$/, async (route) => {
        const coverage = (await (await route.fetch()).json()) as { days: object[] }
        await route.fulfill({ json: { ...coverage, days: coverage.days.map((day, at) => ({ ...day, state: states[at % states.length] })) } })
      })
      await settled(page, world.url(`/accounts/${accounts[0]?.id}`))
      const options = page.getByRole('listbox', { name: /^Last 90 days/ }).getByRole('option')
      const { share, of } = await leastDifference(page, states.map((_, at) => options.nth(at)))
      assert.ok(share >= 0.08, `${of.map((at) => states[at]).join(' and ')} differ in ${share} of their points`)
      // Fails when: a browser leaves out on paper what is a background (was so of the days that are proved).
      await page.emulateMedia({ media: 'print' })
      const onPaper = await Promise.all(['proved', 'gap', 'outage'].map((state) => options.nth(states.indexOf(state)).locator('span').last().evaluate((fill) => (globalThis as unknown as { getComputedStyle(of: unknown): { printColorAdjust: string } }).getComputedStyle(fill).printColorAdjust)))
      assert.deepEqual(onPaper, ['exact', 'exact', 'exact'])
      await page.emulateMedia({ media: 'screen' })
      await settled(page, world.url(`/connections/${world.connectionId}`))
      const blocks = page.getByRole('list', { name: 'How likely' }).locator('li').first().locator('[aria-hidden] > span')
      const bar = await leastDifference(page, [blocks.first(), blocks.last()])
      assert.ok(bar.share >= 0.3, `a full and an empty block differ in ${bar.share} of their points`)
      const words = ['up_to_date', 'bank_is_behind', 'needs_you', 'not_answering', 'paused']
      await page.route(/\/freshness$/, async (route) => {
        const at = accounts.findIndex(({ id }) => route.request().url().includes(id))
        await route.fulfill({ json: { ...((await (await route.fetch()).json()) as object), word: words[at] } })
      })
      await settled(page, world.url('/accounts'))
      const signs = page.locator('a[href^="/accounts/"] [data-sign]')
      await signs.nth(words.length - 1).waitFor()
      const sign = await leastDifference(page, await signs.all())
      assert.ok(sign.share >= 0.1, `the signs of ${sign.of.map((at) => words[at]).join(' and ')} differ in ${sign.share} of their points`)
      await leave(page)
    })
  }

  test('the schedule of a connection is chosen, its next read is told, and all reading is paused and goes on', async () => {
    const page = await world.openPage()
    const { store } = world.sandbox.opened.instance
    const healthy = (await store.connections.list()).find(({ id }) => id === world.connectionId)!
    await store.connections.update(healthy.id, { failuresInRow: 0, nextSyncAt: healthy.lastAttemptAt! + 6 * 3_600_000 })
    await settled(page, world.url('/settings/schedule'))
    const row = page.getByRole('listitem', { name: /login a…/ })
    await row.getByText('Every 6 hours, as is usual, at any hour.').waitFor()
    await row.getByRole('button', { name: /^Change when/ }).click()
    await row.getByLabel('How often').selectOption({ label: 'Every 12 hours' })
    await row.getByLabel('Only at some hours').check()
    await row.getByLabel('From').fill('08:00')
    await row.getByLabel('To').fill('08:00')
    assert.deepEqual(await violations(page), [])
    await row.getByRole('button', { name: 'Save' }).click()
    await row.getByText('Every 12 hours, from 08:00 to 08:00 (UTC).').waitFor()
    await row.getByText(/Next read/).waitFor()
    const planned = await store.connections.get(healthy.id)
    assert.deepEqual(planned?.readPlan, { everyMinutes: 720, hours: { from: '08:00', to: '08:00', timeZone: 'UTC' } })
    assert.equal(planned!.nextSyncAt, healthy.lastAttemptAt! + 12 * 3_600_000)
    await page.getByRole('button', { name: 'Pause all' }).click()
    await row.getByText('Paused with all others').waitFor()
    assert.ok((await store.schedule.pause()) !== null)
    await page.getByRole('button', { name: 'Read again' }).click()
    await row.getByText(/Next read/).waitFor()
    assert.deepEqual((await store.audit.list({ limit: 3 })).map(({ action }) => action), ['reading.resumed', 'reading.paused', 'schedule.changed'])
    await store.connections.update(healthy.id, { failuresInRow: healthy.failuresInRow, nextSyncAt: healthy.nextSyncAt, readPlan: null })
    await page.context().close()
  })

  // Fails when: a second click, which comes before the button is drawn as busy, makes another one (was so: a key that nobody ever saw, which worked).
  test('a double click makes one key, one invitation, one rule and one note', async () => {
    const page = await world.openPage()
    const { store } = world.sandbox.opened.instance
    const twice = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).evaluate((button) => [1, 2].forEach(() => (button as unknown as { click(): void }).click()))
    const counts = async (): Promise<readonly number[]> => [(await store.access.keys()).length, (await store.access.invitations()).length, (await store.review.rules()).length]
    const before = await counts()
    await settled(page, world.url('/settings/keys'))
    await page.getByLabel('Which program').fill('Ledger')
    await twice('Make the key')
    await page.getByText(/^rl_/).first().waitFor()
    await settled(page, world.url('/settings/members'))
    await page.getByLabel('Who').fill('Rita')
    await twice('Make the link')
    await page.getByText(/#join=/).waitFor()
    await settled(page, world.url('/rules'))
    await page.getByLabel('Rows that contain').fill('NO SUCH ROW')
    await page.getByLabel('are', { exact: true }).fill('Car')
    await page.getByText('Would change 0 rows.').waitFor()
    await page.locator('button:enabled', { hasText: 'Save the rule' }).waitFor()
    await twice('Save the rule')
    await page.getByText('Saved. 0 rows became Car.').waitFor()
    const [account] = await store.accounts.list()
    await settled(page, world.url(`/reconcile/${account?.id}?asOf=${account?.balanceOn}&balance=1.00`))
    await page.getByLabel('Note', { exact: true }).fill('later')
    await twice('Set aside, with the note')
    await page.getByRole('region', { name: 'Earlier statements' }).getByText('later').waitFor()
    // What came second, if anything did, came before this.
    await untilEqual(counts, before.map((count) => count + 1))
    await untilEqual(async () => (await store.reconciliations.list(account!.id)).length, 1)
    for (const key of await store.access.keys()) if (key.label === 'Ledger') await page.evaluate(`fetch('/api/keys/${key.id}', { method: 'DELETE' }).then(({ ok }) => ok)`)
    for (const rule of await store.review.rules()) if (rule.contains === 'NO SUCH ROW') await page.evaluate(`fetch('/api/rules/${rule.id}?restore=false', { method: 'DELETE' }).then(({ ok }) => ok)`)
    await page.context().close()
  })

  test('a destination of alerts is added, tried with the true result, told of what is broken, and failing is said', async (t) => {
    const page = await world.openPage()
    const { instance } = world.sandbox.opened
    let status = 200
    const got: { title: string; click?: string }[] = []
    const phone = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        got.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as (typeof got)[number])
        response.writeHead(status).end()
      })
    })
    t.after(() => phone.close())
    await new Promise<void>((resolve) => phone.listen(0, '127.0.0.1', resolve))
    await settled(page, world.url('/settings/alerts'))
    await page.getByText('Nobody is told yet.').waitFor()
    await page.getByRole('button', { name: 'Add a destination' }).click()
    await page.getByLabel('ntfy to a phone').check()
    await page.getByLabel('What you call it').fill('My phone')
    await page.getByLabel('Server', { exact: true }).fill(`http://127.0.0.1:${(phone.address() as AddressInfo).port}`)
    await page.getByLabel('Topic').fill('feeds-of-ana')
    await page.getByLabel('Quiet hours').check()
    await page.getByLabel('From', { exact: true }).fill('23:15')
    await page.getByLabel('Quiet hours').uncheck()
    assert.deepEqual(await violations(page), [])
    await page.getByRole('button', { name: 'Add it' }).click()
    const place = page.getByRole('listitem', { name: 'My phone' })
    await place.getByText('Not tried yet').waitFor()
    await place.getByRole('button', { name: 'Send a test' }).click()
    await place.getByText('The test was taken.').waitFor()
    assert.equal(got.at(-1)?.title, 'A test from Relink')
    world.sandbox.advance(2 * 60_000)
    await instance.alerting.round()
    const told = page.getByRole('list', { name: 'Messages, newest first' })
    await told.getByText('did not accept the user name or password').waitFor()
    await told.getByText('Sent', { exact: true }).first().waitFor()
    assert.ok(!(await page.content()).includes('feeds-of-ana'), 'the topic lets anybody read along')
    status = 403
    await place.getByRole('button', { name: 'Send a test' }).click()
    await place.getByText('The test did not get through').waitFor()
    await place.getByText('Stopped').waitFor()
    assert.deepEqual(await violations(page), [])
    await place.getByRole('button', { name: 'Change' }).click()
    await place.getByLabel('What you call it').fill('Old phone')
    await place.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('listitem', { name: 'Old phone' }).getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await page.getByText('Nobody is told yet.').waitFor()
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
    await untilEqual(() => page.getByLabel('Password or PIN').inputValue(), 'typed by hand')
    assert.equal(await page.evaluate("document.querySelectorAll('[tabindex]:not([tabindex=\"0\"]):not([tabindex=\"-1\"])').length"), 0, 'the order of Tab is the order of the page')
  })

  // Fails when: what comes late pushes away what is seen already (was so: by a proof and a preview on the page of a connection, and by the rows of Review).
  test('nothing moves while a page fills, however its answers come', async () => {
    const left = [360, 1280].flatMap((width) => [...paths, ...SETTINGS].map((path) => [width, path] as const))
    // Several windows: the time of each goes by in frames that it waits for.
    await Promise.all(Array.from({ length: 4 }, async () => {
      const page = await world.openPage()
      await page.addInitScript(NOTES_MOVES)
      let asked = 0
      // Each answer comes by itself, some frames after the one before.
      await page.route('**/api/**', async (route) => {
        const frames = ++asked % 7
        await page.evaluate(`new Promise((done) => { let left = ${frames * 3}; const next = () => (left-- > 0 ? requestAnimationFrame(next) : done()); next() })`).catch(() => undefined)
        await route.continue().catch(() => undefined)
      })
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [width, path] = next
        asked = left.length
        await page.setViewportSize({ width, height: 900 })
        await settled(page, world.url(path))
        await page.evaluate('new Promise((done) => { let left = 40; const next = () => (left-- > 0 ? requestAnimationFrame(next) : done()); next() })')
        const moved = await page.evaluate<[number, string[]][]>('moved')
        assert.ok(moved.reduce((sum, [by]) => sum + by, 0) < 0.02, `${path}, ${width} pixels: ${JSON.stringify(moved)}`)
      }
      await leave(page)
    }))
  })

  // Fails when: what a bookkeeper may enter comes after the card and moves what is below (was so: by .151 at 360 pixels).
  test('nothing moves on the page of members, however late the connections are answered', async () => {
    const page = await world.openPage({ width: 360 })
    await page.addInitScript(NOTES_MOVES)
    const late = Promise.withResolvers<void>()
    await page.route('**/api/members', async (route) => {
      const { items } = (await (await route.fetch()).json()) as { items: object[] }
      await route.fulfill({ json: { items: [...items, { userId: 'mira', name: 'Mira Bookkeeper', email: 'mira@books.example', role: 'bookkeeper', delegated: [], since: '2026-10-01T00:00:00Z', seenAt: null }] } })
    })
    await page.route('**/api/connections', async (route) => { await late.promise; await route.continue() })
    const frames = (count: number): Promise<unknown> => page.evaluate(`new Promise((done) => { let left = ${count}; const next = () => (left-- > 0 ? requestAnimationFrame(next) : done()); next() })`)
    const answered = page.waitForResponse('**/api/members')
    await page.goto(world.url('/settings/members'))
    await answered
    await frames(40)
    late.resolve()
    await page.getByRole('group', { name: 'What Mira Bookkeeper may enter' }).waitFor()
    await frames(40)
    assert.deepEqual(await page.evaluate('moved'), [])
    await leave(page)
  })

  test('with wider letters, words and lines (WCAG 1.4.12) nothing lies over anything, and the whole navigation is seen', async () => {
    const page = await world.openPage({ width: 320 })
    await settled(page, world.url('/transactions'))
    await page.evaluate("{ const sheet = new CSSStyleSheet(); sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }'); document.adoptedStyleSheets = [sheet] }")
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const over = await page.evaluate<string[]>("[...document.querySelectorAll('[role=row]')].filter((row) => { const [first, second] = [...row.querySelectorAll('[role=gridcell], [role=columnheader]')].map((cell) => { const range = document.createRange(); range.selectNodeContents(cell); return range.getBoundingClientRect() }); return second !== undefined && first.right > second.left }).map((row) => row.innerText)")
    assert.deepEqual(over, [])
    const more = await page.getByRole('button', { name: 'More' }).boundingBox()
    assert.ok(more !== null && more.x >= 0 && more.x + more.width <= 320 && more.y + more.height <= 900, JSON.stringify(more))
    await page.context().close()
  })

  test(`the scripts of the first page weigh less than ${BUDGET_KB} kB, and what only other pages need is not among them`, (t) => {
    const scripts = loadedAtOnce(/<script type="module"[^>]* src="\/assets\/([^"]+)"/.exec(readFileSync(join(PAGE, 'index.html'), 'utf8'))?.[1] ?? '')
    assert.ok(scripts.length > 0)
    const kilobytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(PAGE, 'assets', name))).length, 0) / 1000
    t.diagnostic(`${kilobytes.toFixed(1)} kB gzip`)
    assert.ok(kilobytes < BUDGET_KB, `${kilobytes.toFixed(1)} kB`)
    assert.ok(!scripts.some((name) => /^(balance-picture|review|connection)-[\w-]{8}\.js$/.test(name)))
  })

  test('scripts and styles travel compressed to whoever takes them so, and as they are to others', async () => {
    const names = readdirSync(join(PAGE, 'assets')).filter((name) => /\.(js|css)$/.test(name))
    assert.ok(names.length > 1)
    for (const name of names) {
      for (const [accepted, encoding] of [['gzip', 'gzip'], ['gzip, deflate, br, zstd', 'gzip'], ['identity', null]] as const) {
        const answer = await fetch(world.url(`/assets/${name}`), { headers: { 'accept-encoding': accepted } })
        assert.deepEqual([answer.status, answer.headers.get('content-encoding'), answer.headers.get('cache-control'), answer.headers.get('vary')?.toLowerCase().includes('accept-encoding')], [200, encoding, 'public, max-age=31536000, immutable', true], `${name} ${accepted}`)
        assert.match(answer.headers.get('content-type') ?? '', /^(text|application)\/(javascript|css)/, name)
        assert.equal(await answer.text(), readFileSync(join(PAGE, 'assets', name), 'utf8'), name)
      }
    }
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
  return { ...resource, cause, card: problemCard('en', problem, { bank: 'Sandbox Bank', account: 'Checking', website: 'https://bank.example', hoursWaiting: 72, missingFrom: day('2026-01-01'), missingTo: day('2026-07-04') }, null) }
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
