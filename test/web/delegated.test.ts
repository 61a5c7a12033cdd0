/** A sign-in at a bank that an owner delegates: whose it is, is chosen on the page; the bookkeeper reconnects it there and goes back, and meets no button that is an owner's. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { CUSTOMERS } from '../../bank/customers.ts'
import { createPerson } from '../../bank/person.ts'
import { sendOverHttp } from '../../bank/send.ts'
import { DEMO_LOGIN } from '../../src/demo/sandbox.ts'
import { connectAna } from '../../src/demo/story.ts'
import type { Institution } from '../../src/domain/institution.ts'
import { addTotp, openHouse, OWNER, signIn, type Browser as Jar, type House } from '../security/house.ts'
import { untilEqual } from '../until.ts'
import { violations } from './axe.ts'
import { openBrowser } from './browser.ts'
import { settled } from './settled.ts'
import { cannotRun, PAGE, watched } from './world.ts'

const ANA = CUSTOMERS.find(({ user }) => user === DEMO_LOGIN)!
/** Of the same bank. */
const ANOTHER = CUSTOMERS.find(({ mfa }) => mfa === 'token')!
const BOOKKEEPER = { name: 'Boris Bookkeeper', email: 'boris@books.example', password: 'nine amber lanterns glow' }

describe('a sign-in at a bank that is delegated', { skip: cannotRun ?? false }, () => {
  let house: House
  let browser: Browser
  let owner: Jar
  let connectionId = ''
  const complaints: string[] = []
  const url = (path: string): string => `${house.server.pageUrl}${path.slice(1)}`
  const open = async (jar: Jar, width = 1280): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'en-US', timezoneId: 'UTC', serviceWorkers: 'block' })
    await context.addCookies([...jar.cookies].map(([name, value]) => ({ name, value, url: house.server.pageUrl })))
    return watched(context, complaints)
  }
  before(async () => {
    house = await openHouse(PAGE)
    owner = house.browser()
    await owner.ask('POST', '/api/sign-in/setup', { token: house.setupToken, ...OWNER })
    await addTotp(owner, OWNER.password)
    connectionId = await connectAna(house.sandbox, () => undefined)
    await house.instance.verbs.connect({ institutionId: 'sandbox', connector: null, form: { username: ANOTHER.user, password: ANOTHER.password } })
    const { json } = await owner.ask('POST', '/api/invitations', { role: 'bookkeeper', label: 'Boris' })
    assert.equal((await house.browser().ask('POST', '/api/sign-in/join', { token: json.token, ...BOOKKEEPER })).status, 200)
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await house.close()
  })

  // Fails when: two logins at one bank cannot be told apart where one is chosen (was so: the wrong password would have been given away).
  test('the owner delegates one of two logins at one bank, by its name', async () => {
    const page = await open(owner)
    await settled(page, url('/settings/members'))
    const choices = page.getByRole('group', { name: 'What Boris Bookkeeper may enter' })
    await choices.getByRole('checkbox').nth(1).waitFor()
    const labels = await choices.locator('label').allInnerTexts()
    assert.equal(new Set(labels).size, 2, labels.join())
    await choices.getByRole('checkbox', { name: `Sandbox Bank, login ${DEMO_LOGIN[0]}…` }).click()
    await choices.getByRole('checkbox', { checked: true }).waitFor()
    const [, member] = await house.instance.store.access.members()
    assert.deepEqual(member?.delegated, [connectionId])
    assert.deepEqual(await violations(page), [])
    await page.context().close()
  })

  test('the bookkeeper looks before, switches and goes back, with no other bank to choose; of another login the owner is named, its question may be answered', async () => {
    const { store } = house.instance
    const page = await open(await signIn(house.browser(), BOOKKEEPER))
    await settled(page, url(`/connections/${connectionId}`))
    await page.getByRole('link', { name: 'Try another sign-in' }).click()
    await page.getByLabel('Password or PIN').waitFor()
    assert.equal(await page.getByLabel('Which bank?').count() + (await page.getByRole('group', { name: 'How?' }).count()), 0)
    const reconnect = page.getByRole('region', { name: 'Reconnect' })
    await reconnect.getByLabel('User name').fill(ANA.user)
    await reconnect.getByLabel('Password or PIN').fill(ANA.password)
    await reconnect.getByRole('button', { name: 'Sign in beside and look' }).click()
    const asked = reconnect.getByRole('form', { name: 'Question of the bank' })
    const person = createPerson({ user: ANA.user, password: ANA.password, send: sendOverHttp(house.sandbox.listening.officeUrl) })
    await asked.getByRole('textbox').fill(await person.answer((await asked.locator('label').innerText()).trim()))
    await asked.getByRole('button', { name: 'Answer' }).click()
    await reconnect.getByRole('button', { name: 'Switch', exact: true }).click()
    await reconnect.getByText(/^Switched: /).waitFor()
    assert.deepEqual(await violations(page), [])
    const back = reconnect.getByRole('button', { name: 'Go back to the old one' })
    await reconnect.getByRole('link', { name: 'Open the connection that reads now' }).click()
    await page.getByText('Up to date').first().waitFor()
    await back.click()
    await reconnect.getByText('The switch was taken back; the old connection reads again.').waitFor()
    assert.equal((await store.connections.get(connectionId))?.state, 'active')
    const other = (await store.connections.list()).find(({ loginLabel, state }) => state === 'connecting' && loginLabel.startsWith(ANOTHER.user[0]!))!
    // A bank's question is answered by whoever works here; to discard the login is an owner's.
    await settled(page, url('/accounts'))
    const half = page.getByRole('region', { name: /^Adding Sandbox Bank/ })
    await half.getByRole('link', { name: 'Continue' }).waitFor()
    await untilEqual(() => half.getByRole('button').count(), 0)
    await settled(page, url(`/connections/${other.id}/reconnect`))
    await page.getByText(/^Ask Olga Owner, owner\.$/).waitFor()
    await untilEqual(() => page.getByLabel('Password or PIN').count(), 0)
    await page.context().close()
  })

  // Fails when: a look that an owner took by another way offers its buttons to whoever may not press them (was so), or what an owner switched off offers a sign-in that is refused.
  test('what is an owner’s has no button: a look by another way, and a login that is switched off', async () => {
    const { store, institutions } = house.instance
    const page = await open(await signIn(house.browser(), BOOKKEEPER))
    const [look] = (await store.previews.list({ connectionId })).slice(-1)
    assert.ok(look)
    const shadow = await store.connections.get(look.shadowId)
    assert.ok(shadow)
    const elsewhere = { ...shadow, id: '01a20549-c591-7da7-8a7f-42942446c7f9', institutionId: institutions.find(({ id }) => id !== 'sandbox')!.id, state: 'preview' as const }
    await store.connections.create(elsewhere)
    await store.previews.create({ ...look, id: '01a20549-c591-7da7-8a7f-42942446c7f8', shadowId: elsewhere.id, state: 'ready', createdAt: look.createdAt + 1_000, switchedAt: null, switchRunId: null })
    for (const path of [`/connections/${connectionId}`, `/connections/${connectionId}/reconnect`]) {
      await settled(page, url(path))
      const reconnect = page.getByRole('region', { name: 'Reconnect' })
      await reconnect.getByText('Nothing has changed yet.').waitFor()
      await reconnect.getByText(/^Ask Olga Owner, owner\.$/).waitFor()
      await untilEqual(() => reconnect.getByRole('button').count(), 0, path)
    }
    const owners = await open(owner)
    await settled(owners, url(`/connections/${connectionId}`))
    await owners.getByRole('region', { name: 'Reconnect' }).getByRole('button', { name: 'Keep the old one' }).click()
    await owners.getByRole('link', { name: 'Try another sign-in' }).waitFor()
    await owners.getByRole('button', { name: 'Disable' }).click()
    await owners.getByRole('button', { name: 'Enable' }).waitFor()
    await owners.getByRole('link', { name: 'Try another sign-in' }).waitFor()
    await settled(page, url(`/connections/${connectionId}`))
    await page.getByText('Paused').first().waitFor()
    await untilEqual(() => page.getByRole('link', { name: 'Try another sign-in' }).count(), 0)
    await settled(page, url(`/connections/${connectionId}/reconnect`))
    await page.getByText(/^Ask Olga Owner, owner\.$/).waitFor()
    await untilEqual(() => page.getByLabel('Password or PIN').count(), 0)
    for (const one of [page, owners]) await one.context().close()
  })

  // Fails when: the page goes on offering what the new role may not, until it happens to be loaded anew (was so), or card and steps say different people's names for the next thing (was so: “You: Enter the password”).
  test('a role that is lowered under an open page: after the sign-in that it asks for, what is no longer theirs is gone, and the card names whom to ask', async () => {
    const { verbs, store } = house.instance
    await verbs.enable(connectionId)
    house.sandbox.bank.inject({ name: 'password-changed', login: DEMO_LOGIN })
    await house.sandbox.listening.settle()
    await verbs.sync(connectionId, 'person')
    const page = await open(await signIn(house.browser(), BOOKKEEPER))
    const card = page.getByRole('region', { name: 'Problem with Sandbox Bank' })
    await settled(page, url(`/connections/${connectionId}`))
    await card.getByText('You: Enter the password.').waitFor()
    // Fails when: a password is asked for that would be refused, because the bank is at another address, where only an owner sends it (was so).
    const institutions = house.instance.institutions as Institution[]
    const [at, was] = [institutions.findIndex(({ id }) => id === 'sandbox'), institutions.find(({ id }) => id === 'sandbox')!]
    const [{ settings, connector }, ...others] = was.routes
    institutions[at] = { ...was, routes: [{ connector, settings: { ...settings, url: 'https://elsewhere.example/ofx' } }, ...others] }
    await settled(page, url(`/connections/${connectionId}`))
    await card.getByText(/^Ask Olga Owner, owner\.$/).waitFor()
    await untilEqual(() => page.getByRole('main').locator('input').count(), 0)
    await untilEqual(() => page.getByRole('link', { name: 'Try another sign-in' }).count(), 0)
    const owners = await open(owner)
    await settled(owners, url(`/connections/${connectionId}`))
    await owners.getByText('The bank has another address now. What is typed here goes to elsewhere.example.').waitFor()
    await owners.context().close()
    institutions[at] = was
    // Nothing but what the person does tells this page of it.
    await page.route('**/api/events', () => undefined)
    await settled(page, url('/rules'))
    const form = page.getByRole('form', { name: 'New rule' })
    await form.getByLabel('Rows that contain').fill('COFFEE')
    await form.getByLabel('are', { exact: true }).fill('Coffee')
    await form.getByText('Would change').waitFor()
    const member = (await store.access.members()).find(({ email }) => email === BOOKKEEPER.email)
    assert.equal((await owner.ask('PATCH', `/api/members/${member?.userId}`, { role: 'reader' })).status, 200)
    await form.getByRole('button', { name: 'Save the rule' }).click()
    const dialog = page.getByRole('dialog', { name: 'Is it you?' })
    await dialog.getByLabel('Password').fill(BOOKKEEPER.password)
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
    await form.waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor()
    await settled(page, url(`/connections/${connectionId}`))
    await card.getByText(/^Ask Olga Owner, owner\.$/).waitFor()
    assert.doesNotMatch(await card.innerText(), /You:/)
    assert.deepEqual(await violations(page), [])
    await page.context().close()
  })

  test('no browser complained of anything', () => assert.deepEqual(complaints, []))
})
