import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bank, createBank } from './bank.ts'
import { listen } from './listen.ts'
import { ask, codes, statementOf, values } from './ofx/probe.ts'
import { createPerson, type Person } from './person.ts'
import { sendInMemory, sendOverHttp } from './send.ts'

const bankOf = (): Bank => createBank({ clock: { now: () => Date.UTC(2026, 10, 22, 20) }, seed: 1, historyDays: 10 })
const ana = (bank: Bank): Person => createPerson({ user: 'ana', password: 'correct horse', send: sendInMemory(bank) })

const MENDED_BY: Readonly<Record<string, (person: Person) => Promise<unknown>>> = {
  'password-expired': (person) => person.changePassword('better horse'),
  'login-locked': (person) => person.unlock(),
  'not-enrolled': (person) => person.enableAccess(),
  'terms-to-accept': (person) => person.acceptTerms(),
  'message-to-read': (person) => person.readMessages(),
  'identity-check': (person) => person.confirmSoftware(),
  'consent-expired': (person) => person.renewConsent(),
  'consent-expired-early': (person) => person.renewConsent(),
  'consent-revoked': (person) => person.renewConsent(),
}

for (const [name, mend] of Object.entries(MENDED_BY)) {
  test(`${name} ends when the person has acted at the web site`, async () => {
    const bank = bankOf()
    bank.inject({ name, login: 'ana' })
    assert.notEqual(codes(await ask(bank))[0], 0)
    const person = ana(bank)
    await mend(person)
    assert.equal(codes(await ask(bank, { password: person.password() }))[0], 0)
    assert.equal(bank.faults.list(bank.now()).length, 0)
  })
}

test('the bank sends the person first to what waits', async () => {
  for (const [name, path] of [
    ['password-expired', '/password'],
    ['terms-to-accept', '/terms'],
    ['message-to-read', '/messages'],
    ['http-503', '/accounts'],
  ] as const) {
    const bank = bankOf()
    bank.inject({ name, ...(name === 'http-503' ? {} : { login: 'ana' }) })
    assert.equal(await ana(bank).signIn(), path)
  }
})

test('a person with the wrong password, or locked, is told so', async () => {
  const bank = bankOf()
  await assert.rejects(createPerson({ user: 'ana', password: 'no', send: sendInMemory(bank) }).signIn(), /User or password is wrong/)
  bank.inject({ name: 'login-locked', login: 'ana' })
  await assert.rejects(ana(bank).signIn(), /locked/)
})

test('a changed method is asked of the next new device', async () => {
  const bank = bankOf()
  await ana(bank).changeMethod('token')
  assert.equal(codes(await ask(bank, { clientUid: 'new' }))[0], 15512)
})

test('announcements are on the status page, escaped', async () => {
  const bank = bankOf()
  bank.inject({ name: 'bank-merged', parameters: { into: '<b>Harbor</b> & Sons' } })
  const [line = ''] = await ana(bank).statusLines()
  assert.match(line, /&lt;b&gt;Harbor&lt;\/b&gt; &amp; Sons/)
})

test('pages of a signed-in person are closed to everybody else', async () => {
  const bank = bankOf()
  for (const path of ['/accounts', '/account?number=1000200031', '/messages', '/terms', '/password', '/access', '/security', '/phone']) {
    const given = await bank.handle({
      method: 'GET',
      url: path,
      headers: { cookie: 'session=123' },
      body: new Uint8Array(),
      scheme: 'http',
    })
    assert.ok(given.kind === 'http' && given.status === 303 && given.headers['location'] === '/login', path)
  }
})

test('the person reaches the site over HTTP even while the bank refuses connections', async () => {
  const bank = bankOf()
  const listening = await listen(bank)
  try {
    bank.inject({ name: 'connection-refused' })
    bank.inject({ name: 'terms-to-accept', login: 'ana' })
    await listening.settle()
    await createPerson({ user: 'ana', password: 'correct horse', send: sendOverHttp(listening.officeUrl) }).acceptTerms()
    assert.equal(bank.state.logins.get('ana')?.termsAccepted, true)
  } finally {
    await listening.close()
  }
})

test('files from the web site hold the rows of the feed under the same ids', async () => {
  const bank = bankOf()
  const feed = await ask(bank, { body: statementOf('1000200031', 'CHECKING', '<DTSTART>20261112') })
  assert.ok(values(feed, 'FITID').length > 3)
  for (const format of ['ofx', 'qfx', 'qbo']) {
    const file = await ana(bank).download('1000200031', format, '2026-11-12')
    assert.deepEqual(values(file, 'FITID'), values(feed, 'FITID'))
    assert.deepEqual(values(file, 'BALAMT'), values(feed, 'BALAMT'))
    assert.equal(file.includes('<INTU.BID>'), format !== 'ofx')
  }
  const csv = (await ana(bank).download('1000200031', 'csv', '2026-11-12')).trim().split('\r\n')
  assert.deepEqual(
    csv.slice(1).map((line) => line.split(',').at(-2)),
    values(feed, 'TRNAMT'),
  )
  await assert.rejects(ana(bank).download('2000300041', 'ofx'), /404|refuses/)
})
