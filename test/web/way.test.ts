/**
 * The way through the page: how far a read is, that one thing is asked for at a time and where it is, and that nothing is
 * offered that the server would refuse.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { CUSTOMERS } from '../../bank/customers.ts'
import { DEMO_LOGIN } from '../../src/demo/sandbox.ts'
import type { Challenge } from '../../src/domain/connection.ts'
import { aChallenge, aRun } from '../../src/store/fixtures.ts'
import { untilEqual, untilHolds } from '../until.ts'
import { violations } from './axe.ts'
import { leave, settled } from './settled.ts'
import { cannotRun, openWorld, type World } from './world.ts'

/** A question of the bank's that no connector here asks: as the API tells it, however often a read of the connection ends it meanwhile. */
async function question({ connectionId, sandbox, url }: World, page: Page, prompts: Challenge['prompts']): Promise<Challenge> {
  const { store, clock } = sandbox.opened.instance
  await settled(page, url('/accounts'))
  for (;;) {
    const run = aRun({ connectionId, outcome: 'suspended', startedAt: clock.now() })
    await store.runs.create(run)
    const challenge = aChallenge(connectionId, run.id, { prompts, expiresAt: clock.now() + 300_000 })
    await store.challenges.create(challenge)
    const told = await page.evaluate<{ challenge: object | null }>(`fetch('/api/connections/${connectionId}').then((answer) => answer.json())`)
    if (told.challenge === null) continue
    await page.route(`**/api/connections/${connectionId}`, async (route) => {
      const connection = (await (await route.fetch()).json()) as object
      await route.fulfill({ json: { ...connection, challenge: told.challenge } })
    })
    return challenge
  }
}

describe('the way through the page', { skip: cannotRun ?? false }, () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(async () => {
    await world.close()
  })

  // Fails when: nobody is told before a read has ended (was so: the page said “Sign in…” until it was over).
  test('while a bank is read, every page that is open says how far it is and how many rows have come, without asking', async () => {
    const { page, sandbox, connectionId, url } = world
    const other = await world.openPage({ width: 360 })
    await settled(other, url(`/connections/${connectionId}`))
    await settled(page, url('/accounts'))
    const { feed } = sandbox.opened.instance.store
    const [candidates, held] = [feed.candidates, Promise.withResolvers<void>()]
    Object.assign(feed, { candidates: async (query: Parameters<typeof candidates>[0]) => held.promise.then(() => candidates(query)) })
    await page.getByRole('button', { name: 'Update now' }).click()
    await page.getByText(/^Reading \d+ rows?$/).waitFor()
    for (const where of [page, other]) await where.getByRole('status').getByText('Matching').waitFor({ state: 'attached' })
    Object.assign(feed, { candidates })
    held.resolve()
    await page.getByRole('button', { name: 'Update now' }).waitFor()
    await other.getByRole('button', { name: 'Update now' }).waitFor()
    await other.context().close()
  })

  // Fails when: what goes away under the focus leads to the list beside it (was so: “Update now” led before all accounts).
  test('a button that makes room for what it began leaves the focus where it was, beside the list, too', async () => {
    const page = await world.openPage()
    await page.route('**/api/connections/*/sync', () => undefined)
    await settled(page, world.url(`/connections/${world.connectionId}`))
    await page.getByRole('button', { name: 'Update now' }).press('Enter')
    await untilEqual(() => page.evaluate<string>('document.activeElement.tagName + document.activeElement.innerText'), 'H1Sandbox Bank')
    await page.context().close()
  })

  // Fails when: the card says that the bank answers with an error of its own, and nowhere which (was so: only `relink sync` told).
  test('what Relink found wrong with an answer that the bank gave without a word stands on the card', async () => {
    const { page, connectionId, sandbox, url } = world
    const { verbs, store } = sandbox.opened.instance
    const [account] = (await store.accounts.list()).filter(({ name }) => name === 'Reserve Savings')
    sandbox.bank.inject({ name: 'currency-wrong', account: account!.number! })
    await sandbox.listening.settle()
    await verbs.sync(connectionId, 'person')
    await settled(page, url(`/connections/${connectionId}`))
    const card = page.getByRole('region', { name: 'Problem with Sandbox Bank' })
    await card.getByText('What Relink found').waitFor()
    await card.getByText('The statement is in CAD, but the account is in USD.').waitFor()
    sandbox.bank.clear('currency-wrong')
    await verbs.sync(connectionId, 'person')
    await card.waitFor({ state: 'detached' })
  })

  // Fails when: steps that follow only where one did not help stand there as if all had to be done (was so).
  test('one thing is asked for: the card leads to the step that is now, and further ways are closed', async () => {
    const page = await world.openPage({ width: 360 })
    const { connectionId, sandbox, url } = world
    sandbox.bank.inject({ name: 'password-changed', login: 'ana' })
    await sandbox.listening.settle()
    await sandbox.opened.instance.verbs.sync(connectionId, 'person')
    await settled(page, url(`/connections/${connectionId}`))
    await page.getByLabel('Password or PIN').waitFor()
    // Fails when: a read that begins or ends draws the form anew (was so: what was typed was gone, and the focus with it).
    const password = page.getByLabel('Password or PIN')
    await password.pressSequentially('half')
    const { store: { runs }, verbs } = sandbox.opened.instance
    const [end, held] = [runs.end, Promise.withResolvers<void>()]
    Object.assign(runs, { end: async (...told: Parameters<typeof end>) => held.promise.then(() => end(...told)) })
    const read = verbs.sync(connectionId, 'person')
    await page.getByRole('button', { name: 'Asking the bank…' }).waitFor()
    await page.keyboard.type(' of')
    Object.assign(runs, { end })
    held.resolve()
    await read
    await page.getByRole('button', { name: 'Save and sign in once' }).waitFor()
    await page.keyboard.type(' it')
    assert.equal(await password.inputValue(), 'half of it')
    // Fails when: an attempt does not say how far it came, or how long it took (was so).
    await page.getByRole('listitem').filter({ hasText: 'Not read' }).getByText(/^Step: sign-in · took \d+(\.\d)? sec$/).first().waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Read in full' }).getByText(/^took \d/).first().waitFor()
    await page.getByRole('region', { name: 'Problem with Sandbox Bank' }).getByRole('link', { name: 'Enter the password' }).click()
    await page.locator('li[aria-current=step] :focus').waitFor()
    const steps = page.getByRole('region', { name: 'Steps' })
    const toCome = steps.getByRole('listitem').filter({ hasText: 'then:', visible: true })
    await untilHolds(async () => assert.match((await toCome.allInnerTexts()).join(), /^[^,]*Read Sandbox Bank once: [^,]*$/, 'the proof alone'))
    await steps.getByText(/^If that is not enough: \d+ more ways$/).press('Enter')
    await toCome.nth(1).waitFor()
    sandbox.bank.inject({ name: 'mfa-demanded', login: 'ana' })
    await sandbox.listening.settle()
    const person = world.person('ana')
    person.learnPassword(sandbox.bank.state.logins.get('ana')?.password ?? '')
    await page.getByLabel('Password or PIN').fill(person.password())
    await page.getByRole('button', { name: 'Save and sign in once' }).click()
    const asked = page.getByRole('form', { name: 'Question of the bank' })
    await asked.waitFor()
    // Fails when: the end of the bank's question is called the next read (was so).
    await untilHolds(async () => assert.doesNotMatch(await page.getByRole('main').innerText(), /next read/))
    await asked.getByRole('textbox').fill(await person.answer((await asked.locator('label').innerText()).trim()))
    await asked.getByRole('button', { name: 'Answer' }).click()
    const proof = page.getByRole('region', { name: 'Proof' })
    for (const done of ['Enter the user name and password of Sandbox Bank', 'Answer the question of Sandbox Bank']) await proof.getByRole('listitem').filter({ hasText: done }).waitFor()
    await page.context().close()
  })

  // Fails when: of several troubles that one read ended the proof tells the newest alone (was so).
  test('one read that ends two troubles proves both', async () => {
    const { page, connectionId, sandbox, url } = world
    const { verbs } = sandbox.opened.instance
    const names = ['Business Checking', 'Line of Credit']
    const struck = (await sandbox.opened.instance.store.accounts.list()).filter(({ name }) => names.includes(name))
    sandbox.bank.clear('mfa-demanded')
    for (const { number } of struck) sandbox.bank.inject({ name: 'access-withdrawn', account: number! })
    await sandbox.listening.settle()
    await verbs.sync(connectionId, 'person')
    await settled(page, url(`/connections/${connectionId}`))
    await page.getByRole('region', { name: 'Problem with Sandbox Bank' }).nth(1).waitFor()
    // Fails when: the steps of two problems are two places of one name (was so).
    await page.getByRole('region', { name: 'Steps' }).nth(1).waitFor()
    assert.deepEqual(await violations(page), [])
    sandbox.bank.clear('access-withdrawn')
    await sandbox.listening.settle()
    await verbs.sync(connectionId, 'person')
    const proof = page.getByRole('region', { name: 'Proof' })
    for (const name of names) await proof.getByText(`Mended: Sandbox Bank lets us in, but not to ${name}.`).waitFor()
  })

  // Fails when: a password is asked for where none can help (was so: to “choose the account” was to sign in again, and no page let anybody choose).
  test('an account that the bank lists under a new number goes on there when a person says so, and that is taken back as easily', async () => {
    const { page, sandbox, connectionId, url } = world
    const { store, verbs } = sandbox.opened.instance
    const [before] = (await store.accounts.list()).filter(({ name }) => name === 'Reserve Savings')
    sandbox.bank.inject({ name: 'account-renumbered', account: before!.number! })
    await sandbox.listening.settle()
    await verbs.sync(connectionId, 'person')
    await settled(page, url(`/connections/${connectionId}`))
    const card = page.getByRole('region', { name: 'Problem with Sandbox Bank' })
    const step = page.getByRole('listitem').filter({ hasText: 'Say as which account of Sandbox Bank it goes on' })
    await step.getByRole('combobox').waitFor()
    await card.getByRole('link', { name: 'Choose the account' }).press('Enter')
    // The card leads to what is asked.
    await page.locator('[aria-label="As what Reserve Savings goes on"]:focus').waitFor()
    await untilEqual(() => page.locator('input[type=password]').count(), 0)
    assert.deepEqual(await violations(page), [])
    await step.getByRole('button', { name: 'It goes on as this one' }).click()
    await page.getByRole('region', { name: 'Proof' }).waitFor()
    const kept = (await store.accounts.list()).find(({ id }) => id === before!.id)
    assert.deepEqual([kept?.state, kept?.rows, kept?.number === before!.number], ['open', before!.rows, false])
    await page.getByRole('button', { name: 'Take back that Reserve Savings goes on under another number' }).click()
    await page.getByText('No longer listed').first().waitFor()
    assert.equal((await store.accounts.list()).find(({ id }) => id === before!.id)?.number, before!.number)
    // One account is paused alone, and read again.
    await page.getByRole('button', { name: 'Pause Line of Credit' }).click()
    await page.getByRole('button', { name: 'Read Line of Credit' }).click()
    await page.getByRole('button', { name: 'Pause Line of Credit' }).waitFor()
  })

  // Fails when: of two logins at one bank the cards do not say whose password is asked for (was so), or have one name.
  test('of two logins at one bank each card among the accounts says whose it is', async () => {
    const { page, sandbox, url } = world
    const { verbs, store } = sandbox.opened.instance
    const other = CUSTOMERS.find(({ mfa }) => mfa === 'text')!
    await verbs.connect({ institutionId: 'sandbox', connector: null, form: { username: other.user, password: other.password } })
    const [beside] = (await store.connections.list()).filter(({ state }) => state === 'connecting')
    const [challenge] = await store.challenges.list({ connectionId: beside!.id, state: 'open' })
    for (const { id, label } of challenge!.prompts) await verbs.answer(challenge!.id, { [id]: await world.person(other.user).answer(label) })
    const [struck] = (await store.accounts.list()).filter(({ name }) => name === 'Line of Credit')
    sandbox.bank.inject({ name: 'access-withdrawn', account: struck!.number! })
    sandbox.bank.inject({ name: 'password-changed', login: other.user })
    await sandbox.listening.settle()
    for (const { id, state } of await store.connections.list()) if (state === 'active') await verbs.sync(id, 'person')
    await settled(page, url('/accounts'))
    const cards = page.getByRole('region', { name: /^Problem with/ })
    await cards.nth(1).waitFor()
    for (const [user, words] of [[DEMO_LOGIN, 'but not to Line of Credit'], [other.user, 'did not accept the user name or password']] as const) {
      await page.getByRole('region', { name: new RegExp(`^Problem with Sandbox Bank, login ${user[0]}`) }).filter({ hasText: words }).waitFor()
    }
    assert.deepEqual(await violations(page), [])
  })

  // Fails when: a sign-in that read nothing is “Working again” with “0 new rows” and no day, or its heading counts the connections that fail now (both were so).
  test('a repair before the accounts are chosen proves the sign-in, and leads to choosing', async () => {
    const { page, sandbox, url } = world
    const { verbs, store } = sandbox.opened.instance
    const unread = CUSTOMERS.find(({ mfa }) => mfa === 'question')!
    await verbs.connect({ institutionId: 'sandbox', connector: null, form: { username: unread.user, password: unread.password }, choosesAccounts: true })
    const connection = (await store.connections.list()).find(({ readPlan }) => readPlan?.awaitsChoice === true)!
    const [challenge] = await store.challenges.list({ connectionId: connection.id, state: 'open' })
    for (const { id, label } of challenge!.prompts) await verbs.answer(challenge!.id, { [id]: await world.person(unread.user).answer(label) })
    sandbox.bank.inject({ name: 'password-expired', login: unread.user })
    await sandbox.listening.settle()
    await verbs.sync(connection.id, 'person')
    await settled(page, url(`/connections/${connection.id}`))
    const steps = page.getByRole('region', { name: 'Steps' })
    await steps.getByText('Sign in at the site of Sandbox Bank and do what it asks').waitFor()
    // Fails when: who is to change the password and then enter it can only have the old one looked at (was so).
    await steps.getByRole('link', { name: 'Open the bank’s site ↗' }).waitFor()
    await untilEqual(() => steps.getByRole('button', { name: 'Check now' }).count(), 0)
    await world.person(unread.user).changePassword('quite another 5')
    await steps.getByLabel('Password or PIN').fill('quite another 5')
    await steps.getByRole('button', { name: 'Save and sign in once' }).click()
    const proof = page.getByRole('region', { name: 'Proof' })
    await proof.getByText('No account is read before you choose which, below.').waitFor()
    await untilHolds(async () => assert.doesNotMatch(await proof.innerText(), /Working again|new rows|was read again|connections? to it/))
    await page.getByRole('heading', { name: 'Sandbox Bank lets us in. Which accounts?' }).waitFor()
  })

  // Fails when: each login that found it by itself, because they were read at once, has a card of its own (was so: three like cards of 31 connections).
  test('a bank that is away has one card, however many logins found it at once', async () => {
    const { page, sandbox, url } = world
    const { verbs, store } = sandbox.opened.instance
    for (const name of ['access-withdrawn', 'password-changed']) sandbox.bank.clear(name)
    sandbox.bank.inject({ name: 'http-503' })
    await sandbox.listening.settle()
    const active = (await store.connections.list()).filter(({ state }) => state === 'active')
    for (const { id } of active) await verbs.sync(id, 'person')
    const found = (await store.problems.list({ open: true, limit: 50 })).find(({ diagnosis }) => diagnosis.causes[0]?.cause === 'institution_down')!
    const other = active.find(({ id }) => id !== found.connectionId)!
    for (const one of await store.problems.list({ connectionId: other.id, open: true, limit: 50 })) await store.problems.update(one.id, { closedAt: found.openedAt })
    await store.problems.open({ ...found, id: '01a20549-c591-7da7-8a7f-42942446c7f8', connectionId: other.id })
    await settled(page, url('/accounts'))
    const cards = page.getByRole('region', { name: /^Problem with/ }).filter({ hasText: 'does not answer' })
    await cards.first().waitFor()
    await untilEqual(() => cards.count(), 1)
    // Fails when: while the bank is away, nothing says of accounts that nobody chose that they wait for it (was so).
    await page.getByRole('region', { name: /^Adding Sandbox Bank/ }).getByRole('link', { name: 'Continue' }).waitFor()
    // Fails when: its own page promises a next read and all missed days of what is read by nobody (was so).
    const unchosen = active.find(({ readPlan }) => readPlan?.awaitsChoice === true)!
    await settled(page, url(`/connections/${unchosen.id}`))
    await page.getByText('no account is read before you choose which').first().waitFor()
    assert.doesNotMatch(await page.getByRole('main').innerText(), /next read|missed days/)
    sandbox.bank.clear('http-503')
    await sandbox.listening.settle()
  })

  // Fails when: a demo asks for its name to be typed, and then refuses to delete itself (was so).
  test('a demo, which deletes itself when it ends, offers no end of everything', async () => {
    const { page, url } = world
    await settled(page, url('/settings/data'))
    await page.getByRole('heading', { name: 'Stop a feed' }).waitFor()
    await page.getByRole('link', { name: 'Demo' }).waitFor()
    await untilEqual(() => page.getByText('Delete everything').count(), 0)
  })

  // Fails when: “Add account” stands at the top until it is known that there is nothing (was so: it was gone at once).
  test('a Relink with nothing in it leads on where the accounts will be, and nowhere else meanwhile', async () => {
    const page = await world.openPage()
    const known = Promise.withResolvers<void>()
    await page.route('**/api/connections', (route) => route.fulfill({ json: { items: [] } }))
    await page.route('**/api/accounts', async (route) => {
      await known.promise
      await route.fulfill({ json: { items: [] } })
    })
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/connections'))
    await page.goto(world.url('/accounts'))
    await answered
    await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor()
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const add = page.getByRole('link', { name: 'Add account' })
    await untilEqual(() => add.count(), 0)
    known.resolve()
    await page.getByRole('heading', { name: 'Your accounts will be here' }).waitFor()
    await page.getByRole('link', { name: 'Connect a bank' }).waitFor()
    await untilEqual(() => add.count(), 0)
    await leave(page)
  })

  test('what a bank announced beside its answers stands with its health, as long as it may still come', async () => {
    const { page, connectionId, sandbox, url } = world
    const { store, clock } = sandbox.opened.instance
    const { connectorState } = (await store.connections.get(connectionId))!
    const announced = page.getByRole('list', { name: 'Announced' })
    for (const [daysAgo, lines] of [[1, 1], [30, 0]] as const) {
      await store.connections.update(connectionId, { connectorState: { ...connectorState, notice: 'maintenance', noticeAt: clock.now() - daysAgo * 86_400_000, noticeWords: 'Planned work on Sunday from 2 to 5.' } })
      for (const path of ['/banks', '/banks/sandbox']) {
        await settled(page, url(path))
        await page.getByRole('img', { name: /^Last 90 days/ }).first().waitFor()
        await untilEqual(() => announced.getByText('The bank announced maintenance.').count(), path === '/banks/sandbox' ? 2 * lines : lines, path)
        await untilEqual(() => announced.locator('blockquote').filter({ hasText: '“Planned work on Sunday from 2 to 5.”' }).count(), path === '/banks/sandbox' ? 2 * lines : lines, 'the bank’s words')
        assert.deepEqual(await violations(page), [])
      }
    }
  })

  // Fails when: who approves in an app waits for a page that never hears of it (was so: nothing said that the bank has to be asked).
  test('of an approval in an app the page says that the bank is asked by a button alone', async () => {
    const { connectionId, sandbox, url } = world
    const { store } = sandbox.opened.instance
    const page = await world.openPage({ width: 360 })
    const challenge = await question(world, page, [{ id: 'approval', kind: 'approval', label: 'Approve the sign-in in our app' }])
    await settled(page, url(`/connections/${connectionId}`))
    const asked = page.getByRole('form', { name: 'Question of the bank' })
    await asked.getByText(/^Approve it there first, then press the button: /).waitFor()
    await asked.getByRole('button', { name: 'Ask the bank whether it is done' }).waitFor()
    await untilEqual(() => asked.getByRole('textbox').count(), 0)
    await leave(page)
    await store.challenges.move(challenge.id, 'open', 'cancelled')
  })

  // Fails when: a bank that has one choose, or read a picture, is answered otherwise than was chosen, or its picture is kept out by the content security policy.
  test('a choice and a picture of the bank’s are answered by the keyboard alone, as they were seen', async () => {
    const { connectionId, sandbox, url } = world
    const { store } = sandbox.opened.instance
    const page = await world.openPage({ width: 360 })
    const dot = 'data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=='
    const challenge = await question(world, page, [
      { id: 'way', kind: 'selection', label: 'How shall the code come?', options: [{ id: 'a', label: 'By text message' }, { id: 'b', label: 'By call' }] },
      { id: 'seen', kind: 'picture', label: 'What does the picture say?', picture: dot },
    ])
    const sent: unknown[] = []
    await page.route(`**/api/challenges/${challenge.id}/answer`, async (route) => {
      sent.push(route.request().postDataJSON())
      await route.abort()
    })
    await settled(page, url(`/connections/${connectionId}`))
    const asked = page.getByRole('form', { name: 'Question of the bank' })
    await untilEqual(() => asked.getByRole('img', { name: 'The picture that the bank shows' }).evaluate((picture: { naturalWidth: number }) => picture.naturalWidth), 1)
    await asked.getByRole('button', { name: 'Answer' }).press('Enter')
    await asked.getByRole('alert').filter({ hasText: '2 fields are empty' }).waitFor()
    assert.deepEqual(sent, [])
    await asked.getByRole('group', { name: 'How shall the code come?' }).getByLabel('By text message').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.keyboard.type('seven')
    await page.keyboard.press('Enter')
    await untilEqual(async () => sent.length, 1)
    assert.deepEqual(sent, [{ answers: { way: 'b', seen: 'seven' } }])
    await leave(page)
    await store.challenges.move(challenge.id, 'open', 'cancelled')
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
