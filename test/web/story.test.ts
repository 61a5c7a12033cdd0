/**
 * The whole story through the page: for each of the eight families the bank is broken on the page
 * Demo, Accounts says what broke and whose move it is, the repair is walked as a person would walk it,
 * and it counts as mended only when the page shows the proof and the rows are the bank's own.
 */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Person } from '../../bank/person.ts'
import { compareWithBank } from '../../src/demo/compare.ts'
import { DEMO_FAULTS, FAMILY_NAMES, type DemoFault } from '../../src/demo/faults.ts'
import { untilEqual, untilHolds } from '../until.ts'
import { cannotRun, openWorld, type World } from './world.ts'

/** What the card says first, and whose move it is, for each family. */
const CARDS: Record<DemoFault['family'], { readonly says: RegExp; readonly chip: string }> = {
  bank_server: { says: /^Sandbox Bank does not answer\./, chip: 'Waiting for the bank' },
  authentication: { says: /^Sandbox Bank did not accept the user name or password\.$/, chip: 'Needs you' },
  account: { says: /^Sandbox Bank lets us in, but not to Reserve Savings\.$/, chip: 'Needs you' },
  mfa: { says: /^Sandbox Bank asks for a code to know that it is you\.$/, chip: 'Needs you' },
  outdated: { says: /^Your permission at Sandbox Bank has ended\.$/, chip: 'Needs you' },
  restriction: { says: /^We asked Sandbox Bank more often than it allows\.$/, chip: 'Our side' },
  maintenance: { says: /^Sandbox Bank is closed for maintenance/, chip: 'Waiting for the bank' },
  own_side: { says: /stands between us/, chip: 'Waiting for the bank' },
}
const LIKELIHOOD = /\((about [468]|more than 9) in 10\)|Not clear yet/
/** A repair that needs more turns than this is not coming to an end. */
const MAX_TURNS = 15

describe('the eight families, through the page', { skip: cannotRun ?? false }, () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  // A family that failed may not spoil the next one.
  afterEach(async () => {
    for (const { fault, family } of DEMO_FAULTS) if (family !== 'authentication') world.sandbox.bank.clear(fault)
    await world.sandbox.listening.settle()
  })
  after(async () => {
    await world.close()
  })

  for (const fault of DEMO_FAULTS) {
    test(`${FAMILY_NAMES[fault.family]}: broken, understood, mended, proved`, async () => {
      const { page, sandbox } = world
      await breakIt(page, fault)
      await page.goto(world.url('/accounts'))
      // Harmless questions to the bank may be under way, and what they find is told as it comes.
      await untilHolds(async () => {
        const cards = await readCards(page)
        assert.equal(cards.length, 1, `one problem, one card: ${JSON.stringify(cards)}`)
        const [card] = cards
        assert.match(card?.says ?? '', CARDS[fault.family].says)
        assert.equal(card?.chip, CARDS[fault.family].chip)
        assert.match(card?.text ?? '', LIKELIHOOD)
        assert.ok((card?.says ?? '').split(/\s+/).length <= 14, 'one sentence of at most 14 words')
        assert.equal(card?.primary, card?.chip === 'Needs you' ? 1 : 0, 'one next action, or none')
        if (card?.chip !== 'Needs you') assert.match(card?.text ?? '', /Nothing for you to do\./)
      })
      // Whose move it is, the accounts below say alike: a bank that answers “too often” is not silent.
      const word = fault.family === 'restriction' ? 'Cannot be read now' : CARDS[fault.family].chip === 'Needs you' ? 'Needs you' : 'Not answering'
      if (fault.family !== 'account') await untilEqual(() => page.getByRole('link').filter({ hasText: 'Business Checking' }).filter({ hasText: word }).count(), 1)
      await untilEqual(() => page.getByRole('main').getByText(CARDS[fault.family].chip).count().then((count) => count >= 2), true)
      if (fault.family === 'restriction') await untilEqual(() => page.getByRole('main').getByText('Waiting for the bank').count(), 0)
      await page.getByRole('region', { name: 'Problem with Sandbox Bank' }).getByRole('link').click()
      await untilHolds(() => saysOneThing(page))
      if (fault.family === 'account') await page.getByRole('region', { name: 'Problem with Sandbox Bank' }).getByText('You: Allow it at Sandbox Bank.').waitFor()
      await mend(world, fault)
      await page.getByRole('region', { name: 'Proof' }).getByText(/= ours|not proved by a balance yet/).first().waitFor()
      // Rows, days, balance, next read; the steps were ticked by what was seen, there is nothing to tick them with.
      await untilHolds(async () => assert.match(await page.getByRole('region', { name: 'Proof' }).innerText(), /Working again[\s\S]*\d+ new rows?, \d+ there already, 0 withdrawn[\s\S]*\w+ \d+, \d{4}( to \w+ \d+, \d{4})? read[\s\S]*(bank’s balance \S+ = ours|not proved by a balance yet)[\s\S]*Next read/))
      await untilEqual(() => page.getByRole('region', { name: 'Proof' }).getByRole('checkbox').count(), 0)
      await readOnce(world)
      const { lost, doubled, rows } = await compareWithBank(sandbox.opened.instance.store, sandbox.bank)
      assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 })
      assert.ok(rows > 0)
    })
  }

  test('the rows of an account on the page are the rows of the bank', async () => {
    const { page, sandbox, url } = world
    await page.goto(url('/accounts'))
    await page.getByRole('link', { name: /Business Checking/ }).click()
    // So high that all rows of the account are in the document at once.
    const size = page.viewportSize()
    await page.setViewportSize({ width: 1280, height: 20_000 })
    const grid = page.getByRole('grid', { name: 'Transactions of Business Checking' })
    await grid.locator('[data-index]').last().waitFor()
    const last = Number(await grid.getAttribute('aria-rowcount')) - 2
    await grid.locator(`[data-index="${last}"]`).waitFor()
    const shown = await grid.locator('[data-index]:not(:has(.line-through)) [role=gridcell]:last-child > .amount:first-child').allInnerTexts()
    if (size !== null) await page.setViewportSize(size)
    const truth = sandbox.bank.truth('1000200031').map(({ amount }) => amount)
    const plain = (text: string): string => text.replace(/[+$,]/g, '').replace('\u2212', '-')
    assert.deepEqual(shown.map(plain).sort(), truth.sort())
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})

async function breakIt(page: Page, { family }: DemoFault): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Demo' }).click()
  await page.getByRole('region', { name: FAMILY_NAMES[family], exact: true }).getByRole('button', { name: 'Break it' }).click()
  // Without any reload: the server reads in the background, and its events move the page.
  await page.getByRole('region', { name: 'Problem with Sandbox Bank' }).waitFor()
}

type Card = { readonly says: string; readonly chip: string; readonly text: string; readonly primary: number }

async function readCards(page: Page): Promise<Card[]> {
  const cards = page.getByRole('region', { name: 'Problem with Sandbox Bank' })
  await cards.first().waitFor()
  // A harmless question to the bank may be under way, and no action is offered before its answer.
  await page.getByText('Checking…').waitFor({ state: 'hidden' })
  return Promise.all(
    (await cards.all()).map(async (card) => ({
      // Where two causes are about as likely the first stands first.
      says: await card.getByRole('heading').first().innerText(),
      chip: (await card.locator('span:has(> svg[data-sign])').first().innerText()).trim(),
      text: await card.innerText(),
      primary: await card.locator('.button-primary').count(),
    })),
  )
}

/** The blocks beside the first cause are as many as its words say, and of what may follow later only the proof stands open. */
async function saysOneThing(page: Page): Promise<void> {
  const likely = page.getByRole('list', { name: 'How likely' }).getByRole('listitem').first()
  const tenths = /(\d) in 10/.exec(await likely.innerText())?.[1]
  if (tenths !== undefined) assert.equal(await likely.locator('.bg-accent').count(), Number(tenths))
  const later = (await page.getByRole('region', { name: 'Steps' }).locator('li:visible').allInnerTexts()).filter((text) => text.includes('then: '))
  assert.ok(later.length <= 1, later.join())
}

/** Does what the page asks for until it shows the proof; knows the fault only where the bank itself has to end it. */
async function mend(world: World, fault: DemoFault): Promise<void> {
  const { page, sandbox } = world
  const person = world.person('ana')
  person.learnPassword(sandbox.bank.state.logins.get('ana')?.password ?? '')
  const proof = page.getByRole('region', { name: 'Proof' })
  const asked = page.getByRole('form', { name: 'Question of the bank' })
  const password = page.getByLabel('Password or PIN')
  const check = page.getByRole('button', { name: /^(Check now|Check once|Get a new question|Sign in once|It is right: send it once more)$/ })
  const waiting = page.getByText(/^Relink asks again/)
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    await proof.or(asked).or(password).or(check).or(waiting).first().waitFor()
    if (await proof.isVisible()) return
    if (await asked.isVisible()) {
      await asked.getByRole('textbox').fill(await person.answer((await asked.locator('label').innerText()).trim()))
      await asked.getByRole('button', { name: 'Answer' }).click()
      await asked.waitFor({ state: 'hidden' })
    } else if (await password.isVisible()) {
      await password.fill(person.password())
      await page.getByRole('button', { name: 'Save and sign in once' }).click()
      await password.waitFor({ state: 'hidden' })
    } else if (await check.isVisible()) {
      await actAtBank(world, fault, person)
      const answered = page.waitForResponse((response) => response.url().endsWith('/repair') && response.request().method() === 'POST')
      await check.click()
      await answered
    } else {
      await letBankRepair(world, fault)
    }
  }
  assert.fail(`the repair comes to no end: ${await page.getByRole('main').innerText()}`)
}

/** What only a person can do outside of Relink: at the bank's site, or by a call that makes the bank act. */
async function actAtBank({ sandbox }: World, fault: DemoFault, person: Person): Promise<void> {
  if (fault.family === 'outdated') await person.renewConsent()
  else sandbox.bank.clear(fault.fault)
  await sandbox.listening.settle()
}

/** The proof may be of a read before the last day that was let pass, on which the bank booked more. */
async function readOnce({ sandbox, connectionId }: World): Promise<void> {
  const { verbs, events } = sandbox.opened.instance
  for (;;) {
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const stop = events.subscribe(() => resolve())
    const read = await verbs.sync(connectionId, 'person')
    if (!read.ok && read.failure.code === 'busy') await ended
    stop()
    if (read.ok) return assert.equal(read.value.outcome, 'succeeded', read.value.failure?.message)
    assert.equal(read.failure.code, 'busy', read.failure.message)
  }
}

/** On the page Demo, and back to the repair: the bank's trouble ends, else more time passes. */
async function letBankRepair({ page, untilRead }: World, fault: DemoFault): Promise<void> {
  const address = page.url()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Demo' }).click()
  const panel = page.getByRole('region', { name: FAMILY_NAMES[fault.family], exact: true })
  const repairs = panel.getByRole('button', { name: 'The bank repairs it' })
  await panel.waitFor()
  await untilRead(async () => ((await repairs.isVisible()) ? repairs : page.getByRole('button', { name: 'Let a day pass' })).click())
  await page.goto(address)
}
