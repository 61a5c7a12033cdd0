/** A bank's question on a phone: the link comes in a message that was really sent, and whoever opens it signs in first. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { CUSTOMERS } from '../../bank/customers.ts'
import { createPerson } from '../../bank/person.ts'
import { sendOverHttp } from '../../bank/send.ts'
import { DEMO_LOGIN } from '../../src/demo/sandbox.ts'
import { connectAna } from '../../src/demo/story.ts'
import { addTotp, openHouse, OWNER, totp, type House } from '../security/house.ts'
import { untilEqual } from '../until.ts'
import { violations } from './axe.ts'
import { openBrowser } from './browser.ts'
import { cannotRun, PAGE, watched } from './world.ts'

const MINUTE_MS = 60_000

describe('a question of the bank, on a phone', { skip: cannotRun ?? false }, () => {
  let house: House
  let browser: Browser
  let connectionId = ''
  let secret = ''
  const complaints: string[] = []
  /** What the service that brings messages to the phone was given. */
  const got: { title: string; message: string; click?: string }[] = []
  const service = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      got.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as (typeof got)[number])
      response.writeHead(200).end()
    })
  })
  before(async () => {
    await once(service.listen(0, '127.0.0.1'), 'listening')
    house = await openHouse(PAGE, { tells: true })
    const owner = house.browser()
    await owner.ask('POST', '/api/sign-in/setup', { token: house.setupToken, ...OWNER })
    ;({ secret } = await addTotp(owner, OWNER.password))
    connectionId = await connectAna(house.sandbox, () => undefined)
    const added = await owner.ask('POST', '/api/alerts/destinations', {
      label: 'My phone', place: { kind: 'ntfy', server: `http://127.0.0.1:${(service.address() as AddressInfo).port}`, topic: 'feeds-of-olga' }, topics: ['question'], quiet: null, timeZone: 'UTC', language: 'en', amounts: false,
    })
    assert.equal(added.status, 201, added.text)
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await house.close()
    service.close()
  })

  /** A phone that has never been here. */
  const openPhone = async (): Promise<Page> => watched(await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark', locale: 'en-US', timezoneId: 'UTC', serviceWorkers: 'block' }), complaints)
  const signIn = async (phone: Page): Promise<void> => {
    await phone.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor()
    await phone.getByLabel('E-mail address').fill(OWNER.email)
    await phone.getByLabel('Password').fill(OWNER.password)
    await phone.getByRole('button', { name: 'Sign in', exact: true }).tap()
    await house.forgetCodes()
    await phone.getByLabel('Code of your authenticator app').fill(totp(secret))
    await phone.getByRole('button', { name: 'Go on' }).tap()
  }
  /** The bank asks while a scheduled read is on; returns the link of the message about it. */
  const asked = async (): Promise<string> => {
    const { instance, sandbox } = house
    sandbox.advance(26 * 60 * MINUTE_MS)
    sandbox.bank.inject({ name: 'mfa-demanded', login: DEMO_LOGIN })
    await sandbox.listening.settle()
    const before = got.length
    await instance.verbs.sync(connectionId, 'repair')
    // As a worker does: looked at now, and sent when it has stood for a moment.
    await instance.alerting.round()
    sandbox.advance(2 * MINUTE_MS)
    await instance.alerting.round()
    const link = got.slice(before).find(({ click }) => click?.includes('/c/'))?.click
    assert.ok(link !== undefined, JSON.stringify(got.slice(before)))
    return link
  }

  // Fails when: the link of a message leads somewhere else once its reader has signed in, or shows the question before.
  test('the link of a message leads a phone that must sign in first to the question, and the answer lets the read go on', async () => {
    const link = await asked()
    const phone = await openPhone()
    await phone.goto(link)
    await phone.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor()
    await untilEqual(() => phone.getByRole('form', { name: 'Question of the bank' }).count(), 0)
    await signIn(phone)
    await phone.getByRole('heading', { name: 'Answer your bank', level: 1 }).waitFor()
    const form = phone.getByRole('form', { name: 'Question of the bank' })
    await form.waitFor()
    assert.equal(phone.url(), link)
    assert.deepEqual(await violations(phone), [])
    assert.equal(await phone.evaluate('document.documentElement.scrollWidth > innerWidth'), false, 'no sideways scroll')
    const person = createPerson({ user: DEMO_LOGIN, password: CUSTOMERS.find(({ user }) => user === DEMO_LOGIN)!.password, send: sendOverHttp(house.sandbox.listening.officeUrl) })
    // Fails when: a code is asked for on keys of figures alone, although no bank says that it has no letters (was so), or a letter is made a capital.
    const offered = await form.getByRole('textbox').evaluate((field) => ['inputmode', 'autocapitalize', 'autocomplete'].map((name) => (field as unknown as { getAttribute(name: string): string | null }).getAttribute(name)))
    assert.deepEqual(offered, [null, 'none', 'one-time-code'])
    await form.getByRole('textbox').fill(await person.answer((await form.locator('label').innerText()).trim()))
    await form.getByRole('button', { name: 'Answer' }).tap()
    await phone.getByRole('heading', { name: 'Answered.' }).waitFor()
    house.sandbox.bank.clear('mfa-demanded')
    await untilEqual(async () => (await house.instance.store.runs.list({ connectionId, limit: 1 }))[0]?.outcome, 'succeeded')
    await phone.reload()
    await phone.getByRole('alert').getByText('This link was opened before, and it is good once.').waitFor()
    await phone.context().close()
  })

  // Fails when: who comes too late is told that a link does not work, and not why nor where to go.
  test('ten minutes later the page says that they are over and leads to where the question is answered', async () => {
    const link = await asked()
    house.sandbox.advance(10 * MINUTE_MS)
    const phone = await openPhone()
    await phone.goto(link)
    await signIn(phone)
    const over = phone.getByRole('alert')
    await over.getByText('This link was good for ten minutes, and they are over.').waitFor()
    await over.getByText('a new link can be sent to this phone').waitFor()
    assert.deepEqual(await violations(phone), [])
    await over.getByRole('link', { name: 'Go to the connection' }).tap()
    await phone.waitForURL(`**/connections/${connectionId}`)
    await phone.getByRole('heading', { name: 'Sandbox Bank', level: 1 }).waitFor()
    await phone.context().close()
  })

  test('no browser complained of anything', () => assert.deepEqual(complaints, []))
})
