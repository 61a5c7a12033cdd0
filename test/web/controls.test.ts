/** What can be pressed on each page: large enough for a finger, and told apart by its name alone, as somebody hears it who lists the links and buttons of a page. What is read there, in lines that are not too long; what a form lacks. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { untilEqual } from '../until.ts'
import { violations } from './axe.ts'
import { SETTINGS, troubledPages } from './pages.ts'
import { settled } from './settled.ts'
import { cannotRun, openWorld, watched, type World } from './world.ts'

/** Those in a row of a list are the row's; what is within a line of text is as high as the line. */
const CONTROLS = `(() => {
  const controls = [...document.querySelectorAll('a[href], button, select, summary, input:not([type=radio], [type=checkbox])')].filter((one) => one.checkVisibility() && one.getClientRects().length > 0 && one.closest('[role=row]') === null)
  const wordsOf = (one) => (one.getAttribute('aria-label') ?? one.innerText ?? '').replaceAll(/\\s+/g, ' ').trim()
  return controls.map((one) => {
    const { width, height } = one.getBoundingClientRect()
    return { kind: one.tagName.toLowerCase(), words: wordsOf(one), to: one.getAttribute('href'), isInText: getComputedStyle(one).display === 'inline', isName: one.closest('h2') !== null, isUnseen: width <= 1, width, height }
  })
})()`
type Control = { kind: string; words: string; to: string | null; isInText: boolean; isName: boolean; isUnseen: boolean; width: number; height: number }
/** Texts with a line of more characters. */
const TOO_LONG = `(most) => {
  const found = []
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text = walk.nextNode(); text !== null; text = walk.nextNode()) {
    if (text.length <= most || text.parentElement.closest('.sr-only, [hidden], script, style, option, title')) continue
    const letter = document.createRange()
    let [top, count] = [null, 0]
    for (let at = 0; at < text.length; at++) {
      letter.setStart(text, at)
      letter.setEnd(text, at + 1)
      const [place] = letter.getClientRects()
      if (place === undefined || place.width === 0) continue
      if (top === null || Math.abs(place.top - top) > 5) [top, count] = [place.top, 0]
      if (++count > most) {
        found.push(text.textContent)
        break
      }
    }
  }
  return found
}`

const MOST = 68

describe('what can be pressed', { skip: cannotRun ?? false }, () => {
  let world: World
  let paths: readonly string[]
  before(async () => {
    world = await openWorld()
    ;({ paths } = await troubledPages(world))
  })
  after(async () => {
    await world.close()
  })

  for (const [width, hasTouch, least, row] of [[360, true, 44, 45], [1280, false, 24, 40]] as const) {
    // Fails when: what is pressed is lower than a finger or a mouse needs (was so: buttons of 40 pixels for a finger), two buttons of a page say the same and do another thing (was so on six pages), or a line is longer than one reads with ease (was so: 110 characters).
    test(`is ${least} pixels high at least, and no two things have one name, ${width} pixels wide; no line is longer than ${MOST} characters`, async () => {
      const page = await watched(await world.browser.newContext({ viewport: { width, height: 900 }, hasTouch, isMobile: hasTouch, locale: 'en-US', timezoneId: 'UTC', serviceWorkers: 'block', storageState: await world.page.context().storageState() }), world.complaints as string[])
      const small: string[] = []
      const alike: string[] = []
      const long: string[] = []
      for (const path of [...paths, ...SETTINGS]) {
        await settled(page, world.url(path))
        const controls = await page.evaluate<Control[]>(CONTROLS)
        // The name of a bank above its accounts leads where the button beside it does.
        for (const { words, isInText, isName, isUnseen, ...size } of controls) if (!isInText && !isName && !isUnseen && (size.height < least || size.width < 24)) small.push(`${path}: ${words} ${Math.round(size.width)} × ${Math.round(size.height)}`)
        for (const [words, same] of Map.groupBy(controls.filter(({ kind }) => kind === 'a' || kind === 'button'), (one) => one.words)) {
          if (same.length > 1 && (same.some(({ kind }) => kind === 'button') || new Set(same.map(({ to }) => to)).size > 1)) alike.push(`${path}: ${same.length} × ${words}`)
        }
        long.push(...(await page.evaluate<string[]>(`(${TOO_LONG})(${MOST})`)).map((text) => `${path}: ${text}`))
      }
      assert.deepEqual([small, alike, long], [[], [], []])
      await settled(page, world.url(paths.find((path) => path.startsWith('/accounts/'))!))
      await page.locator('[role=row][data-index]').first().waitFor()
      assert.equal(Math.min(...await page.evaluate<number[]>("[...document.querySelectorAll('[role=row][data-index]')].map((one) => one.getBoundingClientRect().height)")), row)
      await page.context().close()
    })
  }

  // Fails when: what a form lacks is said by the browser, in its own language and place (was so in all but the sign-in at a bank).
  test('what a form lacks is said in a summary that takes the focus and leads to the field', async () => {
    const { page, url } = world
    const asking = paths.filter((path) => /^\/connections\/[^/]+$/.test(path)).at(-1)!
    for (const [path, button, said] of [
      [asking, 'Answer', / is missing$/],
      ['/settings/keys', 'Make the key', /^Which program is missing$/],
      ['/settings/members', 'Make the link', /^Who is missing$/],
      ['/rules', 'Save the rule', /^Rows that contain is missing$/],
      [paths.find((path) => path.startsWith('/reconcile/'))!.replace(/&balance.*/, ''), 'Compare', /^Balance of the statement is missing$/],
    ] as const) {
      await settled(page, url(path))
      await page.getByRole('button', { name: button, exact: true }).click()
      await page.locator('[role=alert]:focus').waitFor()
      const first = page.getByRole('alert').getByRole('button').first()
      assert.match(await first.innerText(), said, path)
      await first.press('Enter')
      await page.locator('[aria-invalid=true]:focus').waitFor()
    }
    await settled(page, url('/settings/alerts'))
    await page.getByRole('button', { name: 'Add a destination' }).click()
    await page.getByRole('textbox', { name: 'What you call it' }).fill('  ')
    await page.getByRole('textbox', { name: 'From' }).fill('nobody')
    await page.getByRole('button', { name: 'Add it' }).click()
    assert.deepEqual(await page.getByRole('alert').getByRole('button').allInnerTexts(), ['What you call it is missing', 'To is missing', 'From is not as it should be', 'Mail server is missing'])
    assert.deepEqual(await violations(page), [])
  })

  // Fails when: what opens in the place of a button leaves the keyboard at the head of the page (was so for the schedule and for alerts, and when they were closed again).
  test('what a button opens in its place has the focus, and the button again once it is closed; what cannot be taken back is never first', async () => {
    const { page, url, sandbox } = world
    const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.tagName + ' ' + (document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText)")
    await settled(page, url('/settings/schedule'))
    const change = page.getByRole('button', { name: /^Change when/ }).first()
    const name = await change.getAttribute('aria-label')
    await change.press('Enter')
    await page.locator('select:focus').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).press('Enter')
    await untilEqual(focused, `BUTTON ${name}`)
    const id = '01a20549-c591-7da7-8a7f-42942446c7f8'
    await sandbox.opened.instance.store.alerts.addDestination({ id, label: 'Phone', place: { kind: 'ntfy', origin: 'https://ntfy.example' }, topics: [], quiet: null, timeZone: 'UTC', language: 'en', amounts: false, state: 'active', createdAt: 1, createdBy: 'host', lastSentAt: null, failingSince: null, failure: null }, { id, about: 'security', problemId: null, connectionId: null, accountId: null, key: null, facts: {}, openedAt: 1, closedAt: null, deliveredAt: null }, sandbox.opened.instance.audit.seal({ actor: 'host', action: 'destination.added', object: id, codes: {} }))
    await settled(page, url('/settings/alerts'))
    await page.getByRole('button', { name: 'Remove Phone' }).press('Enter')
    await untilEqual(focused, 'BUTTON Keep it')
    await page.keyboard.press('Enter')
    await untilEqual(focused, 'BUTTON Remove Phone')
  })

  // Fails when: the focus goes to the heading of the section (was so after Pause, and after a rule was removed).
  test('one goes on where one was: at the button that took the place of another, at what follows in a list', async () => {
    const { page, url, connectionId } = world
    const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.tagName + ' ' + (document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText)")
    await settled(page, url(`/connections/${connectionId}`))
    const pause = page.getByRole('button', { name: /^Pause / }).first()
    const name = (await pause.getAttribute('aria-label'))!.replace('Pause ', '')
    await pause.press('Enter')
    await untilEqual(focused, `BUTTON Read ${name}`)
    await page.keyboard.press('Enter')
    await untilEqual(focused, `BUTTON Pause ${name}`)
    await settled(page, url('/rules'))
    for (const text of ['MAPLE', 'BIRCH', 'CEDAR']) {
      await page.getByLabel('Rows that contain').fill(text)
      await page.getByLabel('are', { exact: true }).fill('Trees')
      await page.getByRole('button', { name: 'Save the rule' }).click()
      await page.getByRole('button', { name: `Remove the rule ${text}; rows keep their category` }).waitFor()
    }
    const rules = page.getByRole('list', { name: 'Rules' }).getByRole('listitem')
    await untilEqual(() => rules.count(), 3)
    const texts = (await rules.allInnerTexts()).map((text) => /“(\w+)”/.exec(text)![1]!)
    await page.getByRole('button', { name: `Remove the rule ${texts[1]} and give its rows back what they had` }).press('Enter')
    await untilEqual(focused, `BUTTON Remove the rule ${texts[2]} and give its rows back what they had`)
    await page.getByRole('button', { name: `Remove the rule ${texts[2]}; rows keep their category` }).press('Enter')
    await untilEqual(focused, `BUTTON Remove the rule ${texts[0]}; rows keep their category`)
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
