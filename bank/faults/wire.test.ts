/** Every fault of the atlas, seen over a real socket: it strikes when injected and is gone when cleared. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bank } from '../bank.ts'
import { ACCOUNTS, CHALLENGE, codes, PROFILE, statementOf, values } from '../ofx/probe.ts'
import { ATLAS } from './atlas.ts'
import type { FaultOrder } from './engine.ts'
import { CARD, CHECKING, inWorld, type World } from './world.ts'

type Observation = { readonly order?: Partial<FaultOrder>; readonly see: (world: World) => Promise<void>; readonly stays?: true }

/** HTTP status, and a text that must be in the body. */
const status = (expected: number, body?: RegExp, headers: Readonly<Record<string, RegExp>> = {}): Observation => ({
  see: async ({ send }) => {
    const seen = await send()
    assert.equal(seen.status, expected)
    if (body !== undefined) assert.match(seen.text, body)
    for (const [name, pattern] of Object.entries(headers)) assert.match(String(seen.headers[name]), pattern)
  },
})

/** OFX codes, sign-on first, and a text of the message. */
const refused = (expected: readonly number[], message?: RegExp): Observation => ({
  see: async ({ statement }) => {
    const text = await statement()
    assert.deepEqual(codes(text), expected)
    if (message !== undefined) assert.match(text, message)
  },
})

/** The handshake fails, and no request reaches the bank; plain HTTP is untouched. */
const handshake = (error: RegExp): Observation => ({
  see: async ({ send, bank }) => {
    const before = bank.requests().length
    const seen = await send({ secure: true })
    assert.match(seen.error ?? '', error)
    assert.equal(bank.requests().length, before)
    assert.equal((await send()).status, 200)
  },
})

const rowsOf = (text: string): string[] =>
  text
    .split('<STMTTRN>')
    .slice(1)
    .map((row) => row.split('</STMTTRN>')[0] ?? '')
const balanceOf = (text: string): string => values(text, 'BALAMT')[0] ?? ''

/** The statement before and after, when only the shown data changes. */
const shown = (
  compare: (before: string, after: string, world: World) => void | Promise<void>,
  order: Partial<FaultOrder> = {},
): Observation => ({
  order: { account: 'ana-checking', ...order },
  see: async (world) => {
    const after = await world.statement()
    assert.deepEqual(codes(after), [0, 0])
    await compare(world.before, after, world)
  },
})

const OBSERVED: Readonly<Record<string, Observation>> = {
  'connection-refused': { see: async ({ send }) => assert.equal((await send()).error, 'ECONNREFUSED') },
  'dns-gone': {
    see: async ({ bank, send }) => {
      assert.equal(bank.door().resolves, false)
      assert.equal((await send()).error, 'ECONNRESET')
      const profile = await send({ probe: { user: 'anonymous', body: PROFILE } })
      assert.ok(values(profile.text, 'URL').includes('http://ofx.sandbox-bank.invalid/ofx'))
    },
  },
  'connection-reset': { see: async ({ send }) => assert.equal((await send()).error, 'ECONNRESET') },
  'slow-drip': {
    see: async ({ send }) => {
      const seen = await send({ stopAfterFirstBytes: true })
      assert.equal(seen.status, 200)
      assert.ok(seen.bytes.length <= 4, String(seen.bytes.length))
    },
  },
  'half-open': { see: async ({ send }) => assert.equal((await send({ patienceMs: 400 })).error, 'timeout') },
  'http-500': status(500),
  'http-502': status(502, /Bad Gateway/, { server: /^SandboxBank/ }),
  'http-503': status(503),
  'http-504': status(504),
  'html-instead': status(200, /^<!DOCTYPE html>/, { 'content-type': /html/ }),
  'truncated-body': {
    see: async ({ send }) => {
      const seen = await send()
      assert.equal(seen.whole, false)
      assert.match(seen.error ?? '', /ECONNRESET|aborted/)
      assert.ok(seen.bytes.length > 100 && seen.bytes.length < Number(seen.headers['content-length']))
    },
  },
  'wrong-charset': {
    order: { login: 'lena' },
    see: async ({ bank, send }) => {
      bank.state.logins.get('lena')!.mfa = 'none'
      const lena = {
        user: 'lena',
        password: 'green tea 42',
        clientUid: 'u',
        body: statementOf('4111111111111111', 'CARD', '<DTSTART>20260601'),
      }
      assert.match((await send({ probe: lena })).bytes.toString('utf8'), /CHARSET:1252[^]*[ÄÉÜ]/)
      assert.match((await send({ probe: { ...lena, version: 211 } })).bytes.toString('latin1'), /encoding="UTF-8"[^]*[ÄÉÜ]/)
    },
  },
  'empty-200': {
    see: async ({ send }) => {
      const seen = await send()
      assert.deepEqual([seen.status, seen.bytes.length, seen.whole], [200, 0, true])
    },
  },
  'endless-blanks': {
    order: { parameters: { bytes: 3_000_000 } },
    see: async ({ send }) => {
      const seen = await send()
      assert.ok(seen.whole && seen.bytes.length > 3_000_000)
      assert.match(seen.text.slice(-100), /^ +$/)
    },
  },
  'garbage-body': {
    see: async ({ send }) => {
      const seen = await send()
      assert.deepEqual([seen.status, seen.bytes.length, seen.text.includes('<OFX>')], [200, 4_000, false])
    },
  },
  'general-error': refused([0, 2000]),
  'wrong-certificate': handshake(/ERR_TLS_CERT_ALTNAME_INVALID/),
  'expired-certificate': handshake(/CERT_HAS_EXPIRED/),

  'wrong-password': {
    see: async ({ statement }) => {
      assert.deepEqual(codes(await statement()), [15500, 15500])
      assert.deepEqual(codes(await statement(CHECKING, { password: 'battery staple' })), [0, 0])
    },
  },
  'password-changed': {
    see: async ({ statement }) => {
      assert.deepEqual(codes(await statement()), [15500, 15500])
      assert.deepEqual(codes(await statement(CHECKING, { password: 'new horse 2' })), [0, 0])
    },
  },
  'password-expired': refused([15000, 15500]),
  'login-locked': refused([15502, 15500]),
  'not-enrolled': refused([15500, 15500], /enroll/),
  'terms-to-accept': refused([2000, 15500], /terms/),
  'message-to-read': refused([2000, 15500], /message/),
  'identity-check': refused([15510, 15500], /confirm/),

  'account-closed': { ...refused([0, 2004]), order: { account: CHECKING } },
  'account-dormant': { ...refused([0, 2002], /dormant/), order: { account: CHECKING } },
  'account-renumbered': {
    order: { account: CHECKING },
    stays: true,
    see: async ({ bank, statement, before, send }) => {
      assert.deepEqual(codes(await statement()), [0, 2003])
      const now = bank.find('ana-checking').account.number
      assert.ok(values((await send({ probe: { body: ACCOUNTS } })).text, 'ACCTID').includes(now))
      assert.deepEqual(rowsOf(await statement(now)), rowsOf(before))
    },
  },
  'card-replaced': {
    stays: true,
    see: async ({ bank, statement }) => {
      assert.deepEqual(codes(await statement(CARD)), [0, 2003])
      assert.deepEqual(codes(await statement()), [0, 0])
      const now = bank.find(CARD).account.number
      assert.ok((await statement(now, { body: statementOf(now, 'CARD') })).includes('<STMTTRN>'))
    },
  },
  'access-withdrawn': {
    order: { account: CHECKING },
    see: async ({ statement, send }) => {
      assert.deepEqual(codes(await statement()), [0, 2005])
      assert.equal(values((await send({ probe: { body: ACCOUNTS } })).text, 'ACCTID').includes(CHECKING), false)
      assert.deepEqual(codes(await statement(CARD)), [0, 0])
    },
  },
  'account-list-empty': {
    see: async ({ send, statement }) => {
      const text = (await send({ probe: { body: ACCOUNTS } })).text
      assert.deepEqual([codes(text), values(text, 'ACCTID')], [[0, 0], []])
      assert.deepEqual(codes(await statement()), [0, 0])
    },
  },

  'mfa-demanded': refused([3000, 15500]),
  'mfa-method-changed': refused([15512, 15500]),
  'mfa-code-wrong': mfaRefused(/wrong answer/),
  'mfa-code-expired': mfaRefused(/expired/),
  'mfa-push-unanswered': mfaRefused(/not approved in the app in time/),
  'mfa-every-login': {
    see: async ({ bank, clock, statement }) => {
      assert.deepEqual(codes(await statement(CHECKING, { clientUid: 'd' })), [3000, 15500])
      await passText(bank, statement)
      assert.deepEqual(codes(await statement(CHECKING, { clientUid: 'd' })), [0, 0])
      clock.value += 11 * 60_000
      assert.deepEqual(codes(await statement(CHECKING, { clientUid: 'd' })), [3000, 15500])
    },
  },
  'device-forgotten': {
    see: async ({ bank, statement }) => {
      assert.deepEqual(codes(await statement(CHECKING, { clientUid: 'd' })), [3000, 15500])
      await passText(bank, statement)
      assert.deepEqual(codes(await statement(CHECKING, { clientUid: 'd' })), [0, 0])
      assert.equal(bank.faults.list(bank.now()).length, 0, 'it ends when the device has passed')
      bank.state.logins.get('ana')!.mfa = 'none'
    },
  },

  'url-moved': {
    see: async ({ send, listening }) => {
      assert.equal((await send()).status, 404)
      const moved = await send({ path: '/ofx/v2', probe: { body: PROFILE } })
      assert.ok(values(moved.text, 'URL').includes(`${listening.ofxUrl}/v2`))
    },
  },
  'fid-changed': {
    see: async ({ statement }) => {
      assert.deepEqual(codes(await statement()), [13504, 15500])
      assert.deepEqual(codes(await statement(CHECKING, { fid: '99002', org: 'SANDBOXNEW' })), [0, 0])
    },
  },
  'version-refused': {
    see: async ({ statement }) => {
      assert.deepEqual(codes(await statement()), [2021])
      assert.deepEqual(codes(await statement(CHECKING, { version: 211 })), [0, 0])
    },
  },
  'old-tls-only': {
    see: async ({ send }) => {
      assert.match((await send({ secure: true })).error ?? '', /EPROTO|PROTOCOL|SSL/)
      assert.equal((await send({ secure: true, tls: { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } })).status, 200)
    },
  },
  'header-demanded': {
    see: async ({ send }) => {
      assert.equal((await send()).status, 403)
      assert.equal((await send({ headers: { 'user-agent': 'InetClntApp/3.0' } })).status, 200)
    },
  },
  'consent-expired': refused([2000, 15500], /consent .* expired/),
  'consent-expired-early': refused([2000, 15500], /consent .* expired/),
  'consent-revoked': refused([2000, 15500], /withdrawn/),
  'bank-merged': status(410, /now part of Harbor Bank/),
  'method-retired': refused([2000, 15500], /discontinued/),

  'third-party-blocked': status(403, /third-party software/),
  'client-blocked': {
    see: async ({ statement }) => {
      assert.deepEqual(codes(await statement()), [2000, 15500])
      assert.deepEqual(codes(await statement(CHECKING, { appId: 'BANKAPP' })), [0, 0])
    },
  },
  'rate-limit': {
    order: { parameters: { allowed: 2, windowSeconds: 60 } },
    see: async ({ send, clock }) => {
      const seen = [await send(), await send(), await send()]
      assert.deepEqual(
        seen.map((one) => one.status),
        [200, 200, 429],
      )
      clock.value += Number(seen[2]!.headers['retry-after']) * 1_000
      assert.equal((await send()).status, 200)
    },
  },
  'rate-limit-silent': {
    see: async ({ send }) => {
      const seen = await send()
      assert.deepEqual([seen.status, seen.headers['retry-after']], [429, undefined])
    },
  },
  'login-in-use': refused([15501, 15500]),
  'history-cut': shown((before, after) => {
    assert.deepEqual(rowsOf(after), rowsOf(before).slice(-rowsOf(after).length))
    assert.ok(rowsOf(after).length < rowsOf(before).length)
    assert.deepEqual(values(after, 'DTSTART'), values(before, 'DTSTART'))
  }),
  'range-refused': {
    see: async ({ statement, send }) => {
      assert.deepEqual(codes(await statement()), [0, 2027])
      assert.deepEqual(codes((await send({ probe: { body: statementOf(CHECKING, 'CHECKING', '<DTSTART>20261001') } })).text), [0, 0])
    },
  },
  'geo-block': status(403, /your region/, { server: /EdgeShield/ }),

  'maintenance-announced': {
    order: { startsInMs: 3_600_000, lastsMs: 7_200_000 },
    see: async ({ bank, clock, send }) => {
      assert.match(bank.state.notices[0]?.text ?? '', /^Maintenance from 2026-11-18T21:00:00.000Z to 2026-11-18T23:00:00.000Z/)
      assert.equal((await send()).status, 200)
      clock.value += 3_600_000
      const seen = await send()
      assert.deepEqual([seen.status, seen.headers['retry-after']], [503, '7200'])
      clock.value += 7_200_000
      assert.equal((await send()).status, 200)
      assert.equal(bank.state.notices.length, 0)
    },
  },
  'maintenance-unannounced': status(503, /maintenance/i),
  'maintenance-sunday-night': {
    see: async ({ clock, send }) => {
      assert.equal((await send()).status, 200)
      clock.value = Date.UTC(2026, 10, 22, 6)
      assert.equal((await send()).status, 503)
      clock.value = Date.UTC(2026, 10, 22, 11)
      assert.equal((await send()).status, 200)
    },
  },

  'aggregator-down': status(502, /upstream/, { server: /relay/, via: /relay/ }),
  'clock-skew': {
    see: async ({ send, clock }) => {
      const seen = await send()
      assert.deepEqual(codes(seen.text), [2020, 15500])
      assert.equal(Date.parse(String(seen.headers['date'])) - clock.value, 3 * 3_600_000)
    },
  },
  'proxy-broken': status(407, /Proxy/, { server: /squid/, via: /gateway/ }),
  'captive-portal': status(200, /guest network/i, { server: /GuestPortal/ }),
  'trust-store-stale': handshake(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER/),
  'request-malformed': status(400, /malformed/),
  'unknown-field': shown(
    (before, after) => {
      assert.match(after, /<SANDBOX\.INSIGHTS>[^]*<TRNTYPE>INSTANTPMT|<TRNTYPE>INSTANTPMT[^]*<SANDBOX\.INSIGHTS>/)
      assert.deepEqual(values(after, 'TRNAMT'), values(before, 'TRNAMT'))
    },
    { account: CHECKING },
  ),

  'repeated-page': shown((before, after) => assert.deepEqual(rowsOf(after), [...rowsOf(before), ...rowsOf(before)])),
  'reordered-page': shown((before, after) => {
    assert.notDeepEqual(values(after, 'FITID'), values(before, 'FITID'))
    assert.deepEqual(values(after, 'FITID').sort(), values(before, 'FITID').sort())
  }),
  'repeated-row': shown((before, after) => {
    assert.equal(rowsOf(after).length, rowsOf(before).length + 1)
    assert.deepEqual([...new Set(values(after, 'FITID'))], values(before, 'FITID'))
  }),
  'repeated-row-new-id': shown((before, after) => {
    assert.equal(new Set(values(after, 'FITID')).size, rowsOf(before).length + 1)
    assert.equal(balanceOf(after), balanceOf(before))
  }),
  'row-removed-restored': shown(async (before, after, { bank, statement }) => {
    assert.equal(rowsOf(after).length, rowsOf(before).length - 1)
    assert.equal(await statement(), after, 'the same row is missing each time')
    assert.equal(balanceOf(after), balanceOf(before))
    bank.clear()
    assert.equal(await statement(), before)
  }),
  'back-dated-row': {
    order: { account: CHECKING },
    stays: true,
    see: async ({ bank, statement, before }) => {
      const after = await statement()
      const added = rowsOf(after).filter((row) => !rowsOf(before).includes(row))
      assert.equal(added.length, 1)
      assert.match(added[0]!, /<DTPOSTED>20261109[^]*<TRNAMT>-17\.00/)
      assert.equal(balanceOf(after), bank.balance(CHECKING))
    },
  },
  'sign-flip': shown((before, after) =>
    assert.deepEqual(
      values(after, 'TRNAMT'),
      values(before, 'TRNAMT').map((amount) => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`)),
    ),
  ),
  'date-off-by-one': shown((before, after) => {
    assert.deepEqual(values(after, 'FITID'), values(before, 'FITID'))
    const days = (text: string): number[] =>
      values(text, 'DTPOSTED').map(
        (value) => Date.UTC(Number(value.slice(0, 4)), Number(value.slice(4, 6)) - 1, Number(value.slice(6, 8))) / 86_400_000,
      )
    assert.deepEqual(
      days(after),
      days(before).map((one) => one - 1),
    )
  }),
  'year-wrong': shown((before, after) =>
    assert.deepEqual(
      values(after, 'DTPOSTED').map((value) => value.slice(0, 4)),
      values(before, 'DTPOSTED').map(() => '2025'),
    ),
  ),
  'text-changed': shown((before, after) => {
    assert.deepEqual(values(after, 'FITID'), values(before, 'FITID'))
    assert.ok(values(after, 'NAME').every((name) => name.startsWith('POS ')))
  }),
  'reissued-ids': shown((before, after) => {
    assert.equal(values(after, 'FITID').filter((id) => values(before, 'FITID').includes(id)).length, 0)
    assert.deepEqual(values(after, 'TRNAMT'), values(before, 'TRNAMT'))
  }),
  'id-reuse': shown(async (before, _after, { bank, clock, statement }) => {
    clock.value += 1_000
    const id = bank.book(CHECKING, { minor: -777n, name: 'NEW ROW' })
    assert.ok(id)
    const after = await statement()
    const reused = values(rowsOf(after).find((row) => row.includes('NEW ROW')) ?? '', 'FITID')[0]!
    const older = rowsOf(before).find((row) => row.includes(`<FITID>${reused}\r`))
    assert.ok(older !== undefined && !older.includes('-7.77'))
    bank.clear()
    assert.ok((await statement()).includes(`<FITID>${reused}\r\n<NAME>NEW ROW`), 'the id stays when the fault has ended')
  }),
  'pending-as-booked': {
    order: { account: CARD },
    see: async ({ bank, clock, statement }) => {
      bank.book(CARD, { minor: -5_000n, pendingMinor: -4_200n, name: 'TIPPED GRILL', pendingForMs: 60_000 })
      const pending = rowsOf(await statement(CARD)).find((row) => row.includes('TIPPED')) ?? ''
      clock.value += 60_000
      const booked = rowsOf(await statement(CARD)).filter((row) => row.includes('TIPPED'))
      assert.equal(booked.length, 1)
      assert.deepEqual([values(pending, 'TRNAMT')[0], values(booked[0]!, 'TRNAMT')[0]], ['-42.00', '-50.00'])
      assert.notEqual(values(pending, 'FITID')[0], values(booked[0]!, 'FITID')[0])
    },
  },
  'currency-wrong': shown((before, after) => {
    assert.deepEqual([values(before, 'CURDEF'), values(after, 'CURDEF')], [['USD'], ['CAD']])
    assert.deepEqual(values(after, 'TRNAMT'), values(before, 'TRNAMT'))
  }),
  'balance-wrong': shown(async (before, after, { clock, statement }) => {
    assert.equal((Number(balanceOf(after)) - Number(balanceOf(before))).toFixed(2), '100.00')
    clock.value += 86_400_000 - 1
    assert.notEqual(balanceOf(await statement()), balanceOf(before))
    clock.value += 1
    assert.deepEqual(codes(await statement()), [0, 0])
  }),
  'balance-of-another-day': shown((_before, after, { bank }) => {
    const later = bank.truth(CHECKING).filter((row) => row.state === 'booked' && row.bookedOn > '2026-11-15')
    const expected = later.reduce((sum, row) => sum - Number(row.amount), Number(bank.balance(CHECKING)))
    assert.equal(balanceOf(after), expected.toFixed(2))
    assert.match(values(after, 'DTASOF')[0]!, /^20261115/)
  }),
  'balance-counts-pending': {
    order: { account: CARD },
    see: async ({ bank, statement }) => {
      bank.book(CARD, { minor: -5_000n, name: 'GRILL', pendingForMs: 60_000 })
      const pending = bank.truth(CARD).filter((row) => row.state === 'pending')
      const sum = pending.reduce((total, row) => total + Number(row.amount), Number(bank.balance(CARD)))
      assert.equal(balanceOf(await statement(CARD)), sum.toFixed(2))
    },
  },
}

async function passText(bank: Bank, statement: World['statement']): Promise<void> {
  const challenge = await statement(CHECKING, { version: 103, clientUid: 'd', mfa: CHALLENGE, body: '' })
  const code = bank.state.logins.get('ana')!.challenge!.expected
  const extra = `<MFACHALLENGEANSWER><MFAPHRASEID>${values(challenge, 'MFAPHRASEID')[0]}<MFAPHRASEA>${code}</MFACHALLENGEANSWER>`
  assert.equal(codes(await statement(CHECKING, { version: 103, clientUid: 'd', extra }))[0], 0)
}

/** Even the right answer is refused with the given words. */
function mfaRefused(message: RegExp): Observation {
  return {
    see: async ({ bank, statement }) => {
      assert.deepEqual(codes(await statement(CHECKING, { clientUid: 'd' })), [3000, 15500])
      const challenge = await statement(CHECKING, { version: 103, clientUid: 'd', mfa: CHALLENGE, body: '' })
      const waiting = bank.state.logins.get('ana')!.challenge!
      waiting.approved = true
      const extra = `<MFACHALLENGEANSWER><MFAPHRASEID>${values(challenge, 'MFAPHRASEID')[0]}<MFAPHRASEA>${waiting.expected}</MFACHALLENGEANSWER>`
      const text = await statement(CHECKING, { version: 103, clientUid: 'd', extra })
      assert.equal(codes(text)[0], 3001)
      assert.match(text, message)
    },
  }
}

test('every fault of the atlas is observed here, and nothing else', () => {
  assert.deepEqual(Object.keys(OBSERVED).sort(), ATLAS.map((definition) => definition.name).sort())
})

for (const definition of ATLAS) {
  test(`${definition.family}: ${definition.name}`, async () => {
    const observation = OBSERVED[definition.name]
    assert.ok(observation !== undefined)
    await inWorld(async (world) => {
      assert.deepEqual(codes(world.before), [0, 0], 'healthy before')
      const login = definition.door !== undefined || observation.order?.account !== undefined ? {} : { login: 'ana' }
      const { account, ...order } = observation.order ?? {}
      world.bank.inject({ name: definition.name, ...login, ...order, ...(account === undefined ? {} : { account }) })
      await world.listening.settle()
      await observation.see(world)
      world.bank.clear()
      await world.listening.settle()
      if (observation.stays !== true) assert.deepEqual(codes(await world.statement()), [0, 0], 'healthy after')
    })
  })
}
