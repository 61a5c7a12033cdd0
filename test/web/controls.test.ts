/** What can be pressed on each page: large enough for a finger, and told apart by its name alone, as somebody hears it who lists the links and buttons of a page. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SETTINGS, troubledPages } from './pages.ts'
import { settled } from './settled.ts'
import { cannotRun, openWorld, type World } from './world.ts'

/** Those in a row of a list are the row's; what is within a line of text is as high as the line. */
const CONTROLS = `(() => {
  const controls = [...document.querySelectorAll('a[href], button, select, summary, input:not([type=radio], [type=checkbox])')].filter((one) => one.checkVisibility() && one.getClientRects().length > 0 && one.closest('[role=row]') === null)
  const wordsOf = (one) => (one.getAttribute('aria-label') ?? one.innerText ?? '').replaceAll(/\\s+/g, ' ').trim()
  return controls.map((one) => {
    const { width, height } = one.getBoundingClientRect()
    return { kind: one.tagName.toLowerCase(), words: wordsOf(one), to: one.getAttribute('href'), isInText: getComputedStyle(one).display === 'inline', isUnseen: width <= 1, width, height }
  })
})()`
type Control = { kind: string; words: string; to: string | null; isInText: boolean; isUnseen: boolean; width: number; height: number }
const LEAST = 24

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

  for (const width of [360, 1280]) {
    // Fails when: a link that stands alone or what folds something out is a line of text high, or two buttons of a page say the same and do another thing (was so on six pages).
    test(`is ${LEAST} pixels high at least, and no two things have one name, ${width} pixels wide`, async () => {
      const page = await world.openPage({ width })
      const small: string[] = []
      const alike: string[] = []
      for (const path of [...paths, ...SETTINGS]) {
        await settled(page, world.url(path))
        const controls = await page.evaluate<Control[]>(CONTROLS)
        for (const { words, isInText, isUnseen, ...size } of controls) if (!isInText && !isUnseen && Math.min(size.width, size.height) < LEAST) small.push(`${path}: ${words} ${Math.round(size.width)} × ${Math.round(size.height)}`)
        for (const [words, same] of Map.groupBy(controls.filter(({ kind }) => kind === 'a' || kind === 'button'), (one) => one.words)) {
          if (same.length > 1 && (same.some(({ kind }) => kind === 'button') || new Set(same.map(({ to }) => to)).size > 1)) alike.push(`${path}: ${same.length} × ${words}`)
        }
      }
      assert.deepEqual([small, alike], [[], []])
      await page.context().close()
    })
  }

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
