/**
 * `npm run screenshots`: the pictures of the documents, and every page in both themes to be looked at (`screenshots/`, which is
 * not committed), taken of the demo as it is. Needs Chromium and the built page; says so and changes nothing where either is
 * missing.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, Request } from 'playwright-core'
import { CUSTOMERS } from '../bank/customers.ts'
import { openHouse } from '../test/security/house.ts'
import { SETTINGS, troubledPages } from '../test/web/pages.ts'
import { settled } from '../test/web/settled.ts'
import { cannotRun, openWorld, PAGE, watched, type World } from '../test/web/world.ts'

const PICTURES = join(import.meta.dirname, '..', 'docs', 'pictures')
const ALL_PAGES = join(import.meta.dirname, '..', 'screenshots')
/** Whose bank asks at the first sign-in. */
const ASKED = CUSTOMERS.find(({ mfa }) => mfa === 'token')!
/** Rows of a long list are drawn as far as the window shows them. */
const WINDOW = { width: 1440, height: 1200 }

if (cannotRun !== null) {
  process.stderr.write(`No pictures: ${cannotRun}.\n`)
  process.exitCode = 1
} else {
  await mkdir(PICTURES, { recursive: true })
  for (const work of [takePictures, takeEveryPage]) {
    const world = await openWorld()
    try {
      await work(world)
    } finally {
      await world.close()
    }
  }
}

async function takePictures(world: World): Promise<void> {
  const { page, sandbox, connectionId, url } = world
  await world.untilRead(() => overnight(world))
  await page.goto(url('/accounts'))
  await page.getByText(/days proved/).nth(4).waitFor()
  await take(page, 'accounts', 540)
  await page.getByRole('link', { name: /Business Checking/ }).click()
  await page.getByRole('grid').waitFor()
  await page.locator('svg[role=img]').waitFor()
  await take(page, 'transactions', 1040)
  sandbox.bank.inject({ name: 'password-changed', login: 'ana' })
  await world.untilRead(() => overnight(world))
  await page.goto(url('/accounts'))
  await page.getByRole('link', { name: 'Enter the password' }).waitFor()
  await page.getByText(/days proved/).nth(4).waitFor()
  await take(page, 'problem', 720)
  const dark = await world.openPage({ scheme: 'dark' })
  for (const [where, name] of [[page, 'repair'], [dark, 'repair-dark']] as const) {
    await where.goto(url(`/connections/${connectionId}`))
    await where.getByLabel('Password or PIN').waitFor()
    await take(where, name, 900)
  }
}

/** A day goes by, as the button on the page Demo does it. */
async function overnight({ page, url }: World): Promise<void> {
  await page.goto(url('/demo'))
  await page.getByRole('button', { name: 'Let a day pass' }).click()
}

async function take(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: 1280, height })
  await page.evaluate('document.fonts.ready')
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: 'disabled' })
}

/** Each page, also the door, with what a broken world shows on it. */
async function takeEveryPage(world: World): Promise<void> {
  await rm(ALL_PAGES, { recursive: true, force: true })
  await mkdir(ALL_PAGES, { recursive: true })
  const { paths } = await troubledPages(world)
  const shown = [...paths, ...SETTINGS]
  for (const scheme of ['light', 'dark'] as const) {
    const page = await world.openPage({ scheme })
    await page.setViewportSize(WINDOW)
    const answered = watchAnswers(page)
    for (const [at, path] of shown.entries()) {
      await settled(page, world.url(path))
      await answered()
      await page.screenshot({ path: join(ALL_PAGES, `${fileOf(at, path)}-${scheme}.png`), animations: 'disabled' })
    }
    await page.context().close()
    const stranger = await watched(await world.browser.newContext({ viewport: WINDOW, colorScheme: scheme }), [])
    await stranger.goto(world.url('/'))
    await stranger.getByRole('heading', { level: 1 }).waitFor()
    await stranger.screenshot({ path: join(ALL_PAGES, `sign-in-${scheme}.png`), animations: 'disabled' })
    await stranger.context().close()
  }
  const further = await takeFurther(world)
  process.stdout.write(`${shown.length + 1 + further} pages in two themes: ${ALL_PAGES}\n`)
}

/** A page asks for its parts one after another (tiles, lists below an account): waits until nothing that it asked for is open during so many frames. */
function watchAnswers(page: Page, calmFrames = 12): () => Promise<void> {
  const open = new Set<Request>()
  page.on('request', (request) => request.resourceType() === 'fetch' && open.add(request))
  page.on('requestfinished', (request) => open.delete(request))
  page.on('requestfailed', (request) => open.delete(request))
  return async () => {
    for (let calm = 0; calm < calmFrames; calm = open.size === 0 ? calm + 1 : 0) await page.evaluate('new Promise(requestAnimationFrame)')
  }
}

/** What no address alone shows: the first sign-in at a bank, a bank's question by its link on a phone, what is half added, and a Relink that has no owner yet. How many these are. */
async function takeFurther(world: World): Promise<number> {
  const taken = new Set<string>()
  const shoot = async (page: Page, name: string, scheme: string): Promise<void> => {
    taken.add(name)
    await page.screenshot({ path: join(ALL_PAGES, `${name}-${scheme}.png`), animations: 'disabled' })
  }
  const house = await openHouse(PAGE)
  try {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await world.openPage({ scheme })
      await page.setViewportSize(WINDOW)
      await settled(page, world.url('/add?bank=sandbox'))
      await page.getByLabel('User name').waitFor()
      await shoot(page, 'add-sign-in', scheme)
      // The same login may be half added already, by the pages above or from the first theme on.
      const { challenges } = world.sandbox.opened.instance.store
      if ((await challenges.list({ state: 'open' })).length === 0) {
        await page.getByLabel('User name').fill(ASKED.user)
        await page.getByLabel('Password or PIN').fill(ASKED.password)
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        await page.getByRole('form', { name: 'Question of the bank' }).waitFor()
      }
      await settled(page, world.url('/accounts'))
      await page.getByRole('region', { name: /^Adding / }).waitFor()
      await page.getByText(/days (read|proved)$/).nth(4).waitFor()
      await shoot(page, 'accounts-half-added', scheme)
      const [challenge] = await challenges.list({ state: 'open' })
      const path = await page.evaluate<string>(`fetch('/api/challenges/${challenge?.id}/link', { method: 'POST' }).then((answer) => answer.json()).then(({ path }) => path)`)
      const phone = await world.openPage({ scheme, width: 390 })
      await phone.goto(world.url(path))
      await phone.getByRole('form', { name: 'Question of the bank' }).waitFor()
      await shoot(phone, 'challenge-by-link-phone', scheme)
      await phone.reload()
      await phone.getByRole('alert').waitFor()
      await shoot(phone, 'challenge-link-over-phone', scheme)
      await settled(page, world.url('/review'))
      await page.locator('[role=row][data-index="0"]').focus()
      await page.keyboard.press('Shift+M')
      await page.getByRole('region', { name: 'Match' }).getByRole('status').filter({ hasText: /row/ }).waitFor()
      await shoot(page, 'review-match', scheme)
      for (const one of [page, phone]) await one.context().close()
      const owner = await watched(await world.browser.newContext({ viewport: WINDOW, colorScheme: scheme }), [])
      await owner.goto(house.server.setupUrl ?? '')
      await owner.getByRole('heading', { name: 'Set up Relink' }).waitFor()
      await shoot(owner, 'setup', scheme)
      await owner.context().close()
    }
  } finally {
    await house.close()
  }
  return taken.size
}

/** `/accounts/ID` and `/accounts` apart, in the order of the menu. */
function fileOf(at: number, path: string): string {
  const words = path.replace(/\?.*/, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'one').split('/').filter((word) => word !== '')
  return [String(at + 1).padStart(2, '0'), ...words].join('-')
}
