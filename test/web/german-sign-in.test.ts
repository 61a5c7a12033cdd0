/** The way in for somebody whose browser prefers German: every page before the first account, and every sentence that the server says there. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openHouse, totp, type House } from '../security/house.ts'
import { openBrowser } from './browser.ts'
import { englishOn } from './english.ts'
import { cannotRun, PAGE, watched } from './world.ts'

const PASSWORD = 'seven violet kettles sing'

describe('the way in, in German', { skip: cannotRun ?? false }, () => {
  let house: House
  let browser: Browser
  let page: Page
  let secret = ''
  const complaints: string[] = []
  const url = (path: string): string => `${house.server.pageUrl}${path.slice(1)}`
  const open = async (): Promise<Page> => watched(await browser.newContext({ viewport: { width: 360, height: 900 }, locale: 'de-DE', timezoneId: 'Europe/Berlin', serviceWorkers: 'block' }), complaints)
  const heading = (on: Page, name: string) => on.getByRole('heading', { name, level: 1 }).waitFor()
  const isGerman = async (on: Page): Promise<void> => {
    assert.equal(await on.evaluate('document.documentElement.lang'), 'de')
    assert.deepEqual(await englishOn(on), [])
    const [content, window] = await on.evaluate<[number, number]>('[document.documentElement.scrollWidth, document.documentElement.clientWidth]')
    assert.ok(content <= window, `${content} wide in a window of ${window}`)
  }
  const refused = async (on: Page, button: string): Promise<string> => {
    const answered = on.waitForResponse((response) => response.request().method() === 'POST' && !response.ok())
    await on.getByRole('button', { name: button, exact: true }).click()
    await answered
    await on.getByRole('alert').waitFor()
    await isGerman(on)
    return on.getByRole('alert').innerText()
  }

  before(async () => {
    house = await openHouse(PAGE)
    browser = await openBrowser()
    page = await open()
  })
  after(async () => {
    await browser.close()
    await house.close()
  })

  test('set-up: nobody yet, a link that is spent or cut off, a password that is guessed, the second factor', async () => {
    await page.goto(url('/accounts'))
    await heading(page, 'Relink hat noch keinen Inhaber')
    await isGerman(page)
    await page.goto(url('/setup'))
    await heading(page, 'Öffnen Sie den Link noch einmal')
    await isGerman(page)
    await page.goto('about:blank')
    await page.goto(url('/setup#setup=cut-off'))
    await page.getByLabel('Ihr Name').fill('Olga')
    await page.getByLabel('E-Mail-Adresse').fill('olga@books.example')
    await page.getByLabel('Passwort').fill(PASSWORD)
    await refused(page, 'Weiter')
    await page.goto('about:blank')
    await page.goto(house.server.setupUrl ?? '')
    await heading(page, 'Relink einrichten')
    await page.getByLabel('Ihr Name').fill('Olga')
    await page.getByLabel('E-Mail-Adresse').fill('olga@books.example')
    for (const weak of ['password1234', 'olga1234olga']) {
      await page.getByLabel('Passwort').fill(weak)
      await refused(page, 'Weiter')
    }
    await page.getByLabel('Passwort').fill(PASSWORD)
    await isGerman(page)
    await page.getByRole('button', { name: 'Weiter' }).click()
    await page.getByRole('heading', { name: 'Authenticator-App' }).waitFor()
    await isGerman(page)
    await page.getByLabel('Ihr Passwort').fill('not this one at all')
    await refused(page, 'App einrichten')
    await page.getByLabel('Ihr Passwort').fill(PASSWORD)
    await page.getByRole('button', { name: 'App einrichten' }).click()
    secret = (await page.locator('code').first().textContent()) ?? ''
    await isGerman(page)
    await page.getByRole('checkbox').check()
    await page.getByRole('textbox').last().fill(totp(secret, Date.now() - 600_000))
    await refused(page, 'Einschalten')
    await page.getByRole('textbox').last().fill(totp(secret))
    await page.getByRole('button', { name: 'Einschalten' }).click()
    await heading(page, 'Konten')
    await isGerman(page)
    // Who opens the link again is told that it is spent.
    const late = await open()
    await late.goto(house.server.setupUrl ?? '')
    await late.getByLabel('Ihr Name').fill('Otto')
    await late.getByLabel('E-Mail-Adresse').fill('otto@books.example')
    await late.getByLabel('Passwort').fill(PASSWORD)
    await refused(late, 'Weiter')
    await late.context().close()
  })

  test('an invitation: its sentence by role, one that is spent, and every setting of the one who came by it', async () => {
    await page.goto(url('/settings/members'))
    await page.getByRole('textbox').first().fill('Rita')
    await page.getByRole('radio').last().check()
    await page.getByRole('button', { name: /Link/ }).first().click()
    const link = (await page.getByText(/#join=/).textContent()) ?? ''
    await isGerman(page)
    const reader = await open()
    await reader.goto(link)
    await heading(reader, 'Relink beitreten')
    await reader.getByText(/eingeladen/).waitFor()
    await isGerman(reader)
    await reader.getByLabel('Ihr Name').fill('Rita')
    await reader.getByLabel('E-Mail-Adresse').fill('olga@books.example')
    await reader.getByLabel('Passwort').fill('four calm rivers bend')
    await refused(reader, 'Weiter')
    await reader.getByLabel('E-Mail-Adresse').fill('rita@books.example')
    await reader.getByRole('button', { name: 'Weiter' }).click()
    await heading(reader, 'Konten')
    await isGerman(reader)
    for (const path of ['/settings/security', '/settings/members', '/settings/audit', '/add', '/import']) {
      await reader.goto(url(path))
      await reader.getByRole('navigation').first().waitFor()
      await reader.locator('main:not(:has-text("Wird geladen"))').waitFor()
      await isGerman(reader)
    }
    await reader.context().close()
    const late = await open()
    await late.goto(link)
    await heading(late, 'Diese Einladung gilt nicht')
    await isGerman(late)
    await late.context().close()
  })

  test('signing in: wrong password, wrong code, wrong recovery code, too often; no passkey at hand', async () => {
    const other = await open()
    await other.goto(url('/accounts'))
    await heading(other, 'Anmelden')
    await isGerman(other)
    await other.getByLabel('E-Mail-Adresse').fill('olga@books.example')
    await other.getByLabel('Passwort').fill('not the password at all')
    assert.match(await refused(other, 'Anmelden'), /relink user reset/)
    await other.getByLabel('Passwort').fill(PASSWORD)
    await other.getByRole('button', { name: 'Anmelden', exact: true }).click()
    await other.getByLabel('Code Ihrer Authenticator-App').fill('000000')
    await refused(other, 'Weiter')
    await other.getByRole('button', { name: /Wiederherstellungscode/ }).click()
    await other.getByRole('textbox').fill('aaaaa-bbbbb')
    await refused(other, 'Weiter')
    await other.reload()
    await heading(other, 'Anmelden')
    await other.getByLabel('E-Mail-Adresse').fill('nobody@books.example')
    await other.getByLabel('Passwort').fill('not the password at all')
    const alert = other.getByRole('alert')
    for (let tries = 0; tries < 40 && !(await alert.getByText(/Zu viele/).isVisible()); tries++) await refused(other, 'Anmelden')
    assert.match(await alert.innerText(), /Zu viele Versuche\.\s+Warten Sie \d+ Minuten?/)
    await other.context().close()
  })

  test('a forgotten password, without and with mail; everything at once, and its end', async () => {
    const other = await open()
    await other.goto(url('/forgot'))
    await other.getByText('relink user reset').waitFor()
    await isGerman(other)
    const { store, audit } = house.instance
    const id = '01a20549-c591-7da7-8a7f-42942446c7f9'
    // Nobody listens there: what is said to the person is the same.
    await store.alerts.addDestination({ id, label: 'Mail', place: { kind: 'email', server: { host: '127.0.0.1', port: 1, security: 'none', user: null, from: 'relink@books.example', to: ['olga@books.example'] } }, topics: [], quiet: null, timeZone: 'UTC', language: 'de', amounts: false, state: 'active', createdAt: 1, createdBy: 'host', lastSentAt: null, failingSince: null, failure: null }, { id, about: 'security', problemId: null, connectionId: null, accountId: null, key: null, facts: {}, openedAt: 1, closedAt: null, deliveredAt: null }, audit.seal({ actor: 'host', action: 'destination.added', object: id, codes: {} }))
    await other.reload()
    // Of a member or not: the same is said, and a long address stays within a narrow page.
    await other.getByLabel('E-Mail-Adresse').fill(`olga.${'buchhaltung'.repeat(4)}@books.example`)
    await isGerman(other)
    await other.getByRole('button', { name: 'Link per Mail schicken' }).click()
    await other.getByRole('heading', { name: 'Sehen Sie in Ihre Mail' }).waitFor()
    await isGerman(other)
    await other.goto('about:blank')
    await other.goto(url('/#reset=cut-off'))
    await other.getByLabel('Neues Passwort').fill('nine green ladders hum')
    await other.getByText('Sehr gut').waitFor()
    await refused(other, 'Setzen')
    await other.goto(url('/forgot'))
    await heading(other, 'Ein neues Passwort')
    // As whoever deletes is led there; an address alone says nothing of it.
    await other.evaluate("history.replaceState({ ...history.state, isDeleted: true }, '', '/gone')")
    await other.reload()
    await heading(other, 'Alles wurde gelöscht')
    await isGerman(other)
    await other.context().close()
    await page.goto(url('/settings/data'))
    await page.getByRole('button', { name: 'Alles löschen…' }).click()
    await page.getByText('Zur Bestätigung').waitFor()
    await isGerman(page)
  })

  test('no browser complained of anything', () => assert.deepEqual(complaints, []))
})
