/**
 * `npm run screenshots`: the pictures of the documents, taken of the demo as it is. Needs Chromium
 * and the built page; says so and changes nothing where either is missing.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { cannotRun, openWorld, type World } from '../test/web/world.ts'

const PICTURES = join(import.meta.dirname, '..', 'docs', 'pictures')

if (cannotRun !== null) {
  process.stderr.write(`No pictures: ${cannotRun}.\n`)
  process.exitCode = 1
} else {
  await mkdir(PICTURES, { recursive: true })
  const world = await openWorld()
  try {
    await takePictures(world)
  } finally {
    await world.close()
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
