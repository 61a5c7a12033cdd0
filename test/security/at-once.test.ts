/** What one person may have under way at once (security.md row 31), and what happens as one or not at all. */
import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import { addTotp, openHouse, OWNER, signIn, type Browser, type House } from './house.ts'
import { openMailbox, type Mailbox } from './mailbox.ts'

const READER = { name: 'Rita Reader', email: 'rita@books.example', password: 'four calm rivers bend' }

let house: House
let mailbox: Mailbox
let owner: Browser

before(async () => {
  house = await openHouse(null, { tells: true })
  mailbox = await openMailbox()
  owner = house.browser()
  assert.equal((await owner.ask('POST', '/api/sign-in/setup', { token: house.setupToken, ...OWNER })).status, 200)
  await addTotp(owner, OWNER.password)
  const invited = await owner.ask('POST', '/api/invitations', { role: 'reader', label: 'Rita' })
  assert.equal((await house.browser().ask('POST', '/api/sign-in/join', { token: invited.json.token, ...READER })).status, 200)
})
after(async () => {
  await house.close()
  await mailbox.close()
})

// Fails when: who asks again and again for all of it, and reads none, holds as many reads of the database as they like.
test('three files at once for each who asks; who left, or has theirs, makes room', async (t) => {
  const { whole } = house.instance.store
  const rows = whole.rows.bind(whole)
  const go = Promise.withResolvers<void>()
  let begun = 0
  let isHeld = true
  let all = Promise.withResolvers<void>()
  const held = mock.method(whole, 'rows', async (...given: Parameters<typeof rows>) => {
    if (!isHeld) return rows(...given)
    begun += 1
    if (begun % 3 === 0) all.resolve()
    return go.promise.then(() => rows(...given))
  })
  t.after(() => held.mock.restore())
  const reader = await signIn(house.browser(), READER)
  const under = async (who: Browser): Promise<Promise<{ status: number }>[]> => {
    all = Promise.withResolvers()
    const three = [1, 2, 3].map(() => who.ask('GET', '/api/export'))
    await all.promise
    return three
  }
  const writing = [...(await under(owner)), ...(await under(reader))]
  // Another's are another's, and everything else of theirs goes on.
  isHeld = false
  const refused = await owner.ask('GET', '/api/export', undefined, { 'accept-language': 'de' })
  assert.deepEqual([refused.status, refused.json.code, refused.json.detail], [409, 'wrong_state', 'Zu viele Dateien werden gerade für Sie geschrieben; warten Sie, bis eine davon da ist.'])
  assert.equal((await owner.ask('GET', '/api/accounts')).status, 200)
  go.resolve()
  assert.deepEqual((await Promise.all(writing)).map(({ status }) => status), [200, 200, 200, 200, 200, 200])
  held.mock.restore()
  // The server hears that an answer has gone out a moment after who asked has it.
  const again = async (): Promise<number> => (await owner.ask('GET', '/api/export')).status
  let status = await again()
  while (status === 409) status = await again()
  assert.equal(status, 200)
})

// Fails when: requests for a new password line up without end before a mail server that says nothing, or those of nobody take the places.
test('twenty mails with a new password wait for a slow mail server, and no more; an address of nobody takes none of the places', async (t) => {
  const added = await owner.ask('POST', '/api/alerts/destinations', { label: 'Mail', place: { kind: 'email', server: { host: '127.0.0.1', port: mailbox.port, security: 'none', user: null, from: 'relink@books.example', to: [OWNER.email] } }, topics: [], quiet: null, timeZone: 'UTC', amounts: false })
  assert.equal(added.status, 201, added.text)
  const { resets, signIn: door, store: { access } } = house.instance
  const members = access.members.bind(access)
  let looked = 0
  const allLooked = Promise.withResolvers<void>()
  const mocks = [
    mock.method(door, 'mayTry', async () => true),
    mock.method(access, 'members', async () => {
      const found = await members()
      looked += 1
      if (looked === 50) allLooked.resolve()
      return found
    }),
  ]
  t.after(() => mocks.forEach((one) => one.mock.restore()))
  const mail = mailbox.hold()
  for (let n = 0; n < 25; n++) resets.ask('nobody@books.example', 'en')
  for (let n = 0; n < 25; n++) resets.ask(READER.email, 'en')
  await allLooked.promise
  // What each look-up leads to follows at once.
  await new Promise((resolve) => { setImmediate(resolve) })
  mail.release()
  await resets.settled()
  assert.deepEqual([mailbox.mails.length, new Set(mailbox.mails.flatMap(({ to }) => to))], [20, new Set([READER.email])])
  resets.ask(READER.email, 'en')
  await resets.settled()
  assert.equal(mailbox.mails.length, 21, 'there is room again')
})

// Fails when: a reset that stops half-way leaves a new password beside the factors and sessions of before.
test('a reset by who runs the server is all of it or nothing', async () => {
  const [{ userId }] = (await owner.ask('GET', '/api/members')).json.items.filter(({ email }: { email: string }) => email === OWNER.email)
  const { signIn: door } = house.instance
  await house.tamper('auth_session', `create function relink.no_end() returns trigger language plpgsql as 'begin raise exception ''not now''; end'; create trigger no_end before delete on relink.auth_session for each row execute function relink.no_end()`)
  await assert.rejects(door.resetUser(userId, 'nine copper bells ring'), /not now/)
  await house.tamper('auth_session', 'drop trigger no_end on relink.auth_session; drop function relink.no_end()')
  const enters = async (password: string): Promise<unknown> => (await house.browser().ask('POST', '/api/sign-in/password', { email: OWNER.email, password })).json.next ?? 'refused'
  assert.deepEqual([(await door.factors(userId)).hasTotp, (await owner.ask('GET', '/api/account')).status, await enters(OWNER.password), await enters('nine copper bells ring')], [true, 200, 'second_factor', 'refused'])
  await door.resetUser(userId, 'nine copper bells ring')
  assert.deepEqual([(await door.factors(userId)).hasTotp, (await owner.ask('GET', '/api/account')).status, await enters(OWNER.password)], [false, 401, 'refused'])
  assert.notEqual(await enters('nine copper bells ring'), 'refused')
  // Somebody whose only way in was a link gets a password, too.
  const linked = await door.createUser({ name: 'Lena', email: 'lena@books.example', password: null })
  await door.resetUser(linked!, 'nine copper bells ring')
  assert.equal((await door.factors(linked!)).hasPassword, true)
})
