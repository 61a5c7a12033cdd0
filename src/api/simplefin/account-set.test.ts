import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../test/tries.ts'
import { day } from '../../domain/day.ts'
import { formatMoney } from '../../domain/money.ts'
import { aConnection, anUpdate, aPage, aRun, aSource, newId, type Ledger } from '../../store/fixtures.ts'
import { boundsOf, noonOf } from './request.ts'
import { plainAmount } from './rows.ts'
import { aReader, aWorld, anAccountIn, midnight, noon, NOW, report, type Answer, type World } from './testing.ts'

const HOUR_MS = 3_600_000
const ids = (answer: Answer, account = 0): readonly string[] => answer.accounts[account]!.transactions.map((row) => row.id)

async function aFeed(over: Parameters<typeof anAccountIn>[2] = {}): Promise<{ world: World; ledger: Ledger }> {
  const world = await aWorld()
  const connection = aConnection({ institutionId: 'riverbank', institutionName: 'Riverbank' })
  await world.store.connections.create(connection)
  return { world, ledger: await anAccountIn(world, connection.id, over) }
}

async function turnPosted(ledger: Ledger, id: string, at: number): Promise<void> {
  const row = (await ledger.tenant.feed.transaction(id))!
  const change = { transactionId: id, at, runId: ledger.runId, reason: 'pending_posted' as const, by: null, changes: { state: ['pending', 'posted'] as const } }
  await ledger.tenant.feed.commitPage(aPage(ledger, [], { at, updates: [anUpdate({ ...row, contentKey: '0'.repeat(32) }, { content: { status: 'posted' }, state: 'posted', change })] }))
}

test('one payload is whole in version 1 and in version 2', async () => {
  const world = await aWorld({ institutions: [{ id: 'riverbank', name: 'Riverbank', country: 'US', website: 'https://www.riverbank.example/login', routingNumbers: [], timeZone: 'UTC', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null }, routes: [{ connector: 'x', settings: {} }] }] })
  const connection = aConnection({ institutionId: 'riverbank', institutionName: 'Riverbank' })
  await world.store.connections.create(connection)
  const ledger = await anAccountIn(world, connection.id, { name: 'Everyday', kind: 'checking' })
  const { accountId, sourceId, runId } = ledger
  const stated = (kind: 'ledger' | 'available', amount: bigint, on: string) => ({ accountId, sourceId, runId, kind, amount, on: day(on), observedAt: NOW })
  await ledger.tenant.feed.commitPage(aPage(ledger, [], { balances: [stated('ledger', 10_023n, '2026-06-14'), stated('available', 7_523n, '2026-06-14')] }))
  const [id] = await report(ledger, [{ on: '2026-06-10', text: 'x', amount: -3_343n, transactedOn: '2026-06-09', memo: 'at the pier' }])
  const { consumer, accounts } = await aReader(world)
  const sfin = `${consumer.url}/simplefin`
  assert.deepEqual(await accounts(), {
    errlist: [],
    errors: [],
    connections: [{ conn_id: connection.id, name: 'Riverbank', org_id: 'riverbank', org_name: 'Riverbank', org_url: 'https://www.riverbank.example/login', sfin_url: sfin }],
    accounts: [{
      id: accountId, name: 'Everyday', conn_id: connection.id, conn_name: 'Riverbank',
      org: { id: 'riverbank', name: 'Riverbank', domain: 'www.riverbank.example', url: 'https://www.riverbank.example/login', 'sfin-url': sfin },
      currency: 'USD', balance: '100.23', 'available-balance': '75.23', 'balance-date': noon('2026-06-14'), holdings: [],
      extra: { kind: 'checking', state: 'open', 'balance-is-stated': true },
      transactions: [{
        id, posted: noon('2026-06-10'), transacted_at: noon('2026-06-09'), amount: '-33.43', description: 'Shop "x" \\ {a,b} NULL at the pier', payee: 'Shop "x" \\ {a,b} NULL', memo: 'at the pier',
        pending: false, extra: { reference: 'ref-x', kind: 'DEBIT' },
      }],
    }],
  })
})

test('what every client needs is there for an account of files, without a bank, a balance or a row', async () => {
  const world = await aWorld()
  const { accountId } = await anAccountIn(world, null, { institutionName: null })
  const { accounts } = await aReader(world)
  const [account] = (await accounts()).accounts
  const org = account!['org'] as Record<string, string>
  assert.ok(org['name'] !== '' && org['domain'] !== '' && org['sfin-url'] !== '')
  assert.deepEqual([account!.balance, account!.transactions, account!['holdings'], account!['balance-date'], account!['conn_id']], ['0.00', [], [], NOW / 1_000, `files-${accountId}`])
})

test('the date of a balance is never in the future', async () => {
  const { world, ledger } = await aFeed()
  const { accountId, sourceId, runId } = ledger
  await ledger.tenant.feed.commitPage(aPage(ledger, [], { balances: [{ accountId, sourceId, runId, kind: 'closing', amount: 1n, on: day('2026-06-15'), observedAt: NOW }] }))
  const { accounts } = await aReader(world)
  assert.equal((await accounts()).accounts[0]!['balance-date'], NOW / 1_000)
})

test('start-date is included and end-date is not, to the second; a fraction is tolerated', async () => {
  const { world, ledger } = await aFeed()
  const [a, b, c] = await report(ledger, [{ on: '2026-06-01' }, { on: '2026-06-02' }, { on: '2026-06-03' }])
  const { accounts } = await aReader(world)
  const at = noon('2026-06-02')
  for (const [query, expected] of [
    ['', [a, b, c]], ['?start-date=0', [a, b, c]], ['?start-date=&end-date=', [a, b, c]],
    [`?start-date=${at}`, [b, c]], [`?start-date=${at}.75`, [b, c]], [`?start-date=${at + 1}`, [c]],
    [`?end-date=${at}`, [a]], [`?end-date=${at + 1}`, [a, b]], [`?start-date=${at}&end-date=${at + 1}`, [b]], [`?start-date=${at}&end-date=${at}`, []],
    [`?start-date=${midnight('2026-06-02')}&end-date=${midnight('2026-06-03')}`, [b]], ['?start-date=-99999999999999', [a, b, c]], ['?end-date=99999999999999', [a, b, c]], ['?start-date=99999999999999', []],
  ] as const) assert.deepEqual(ids(await accounts(query)), expected, query)
})

test('a date that is no number is refused with a sentence', async () => {
  const { world } = await aFeed()
  const { get } = await aReader(world)
  for (const query of ['start-date=2026-06-01', 'end-date=soon', 'start-date=NaN', 'start-date=Infinity', 'start-date=0x10', 'end-date=1e400']) {
    const answer = await get(`?${query}`)
    assert.equal(answer.statusCode, 400, query)
    assert.equal(answer.json().errlist[0].code, 'gen.api')
  }
})

test('windows are those of noon, whatever the two instants', () => {
  const instants = fc.integer({ min: midnight('1990-01-01'), max: midnight('2100-01-01') })
  fc.assert(fc.property(instants, instants, fc.integer({ min: 0, max: 40_000 }), (start, end, offset) => {
    const on = new Date(Date.parse('1990-01-01') + offset * 86_400_000).toISOString().slice(0, 10)
    const { first, last } = boundsOf({ start, end })
    const inside = noonOf(day(on)) >= start && noonOf(day(on)) < end
    assert.equal(first! <= on && on <= last!, inside)
  }))
})

test('pending rows come only when asked for, dated by their transaction, and keep their id when they are posted', async () => {
  const { world, ledger } = await aFeed()
  const [id, undated] = await report(ledger, [{ on: '2026-06-12', status: 'pending', transactedOn: '2026-06-11' }, { on: '2026-06-13', status: 'pending' }])
  const { accounts } = await aReader(world)
  for (const query of ['', '?pending=0', '?pending=', '?pending=true']) assert.deepEqual(ids(await accounts(query)), [], query)
  const [pending, other] = (await accounts('?pending=1')).accounts[0]!.transactions
  assert.deepEqual([pending!.id, pending!['posted'], pending!['transacted_at'], pending!['pending']], [id, 0, noon('2026-06-11'), true])
  assert.deepEqual([other!.id, other!['transacted_at']], [undated, noon('2026-06-13')])
  await turnPosted(ledger, id!, NOW)
  const [posted] = (await accounts()).accounts[0]!.transactions
  assert.deepEqual([posted!.id, posted!['posted'], posted!['pending']], [id, noon('2026-06-12'), false])
})

test('withdrawn, deleted and excluded rows are left out', async () => {
  const { world, ledger } = await aFeed()
  const [kept, deleted, excluded, withdrawn] = await report(ledger, [{ on: '2026-06-01' }, { on: '2026-06-02' }, { on: '2026-06-03' }, { on: '2026-06-04', status: 'pending' }])
  await world.store.feed.decide(deleted!, { deleted: true }, NOW)
  await world.store.feed.decide(excluded!, { excluded: true }, NOW)
  const row = (await world.store.feed.transaction(withdrawn!))!
  await ledger.tenant.feed.commitPage(aPage(ledger, [], { updates: [anUpdate({ ...row, contentKey: '0'.repeat(32) }, { state: 'withdrawn', withdrawnReason: 'pending_dropped' })] }))
  const { accounts } = await aReader(world)
  assert.deepEqual(ids(await accounts('?pending=1')), [kept])
})

test('account can be given several times; unknown ids are left out; only granted accounts are seen', async () => {
  const world = await aWorld()
  const [a, b, c] = [await anAccountIn(world, null), await anAccountIn(world, null), await anAccountIn(world, null)].map((one) => one.accountId) as [string, string, string]
  const seen = async (reader: Awaited<ReturnType<typeof aReader>>, query: string) => (await reader.accounts(query)).accounts.map(({ id }) => id)
  const all = await aReader(world)
  assert.deepEqual(await seen(all, ''), [a, b, c])
  assert.deepEqual(await seen(all, `?account=${c}&account=${a}&account=${newId()}&account=junk`), [a, c])
  assert.deepEqual(await seen(all, '?account=junk'), [])
  const some = await aReader(world, [b])
  assert.deepEqual(await seen(some, ''), [b])
  assert.deepEqual(await seen(some, `?account=${a}&account=${b}`), [b])
  assert.deepEqual((await some.accounts()).connections.map((one) => one['conn_id']), [`files-${b}`])
  const { accountId } = await anAccountIn(world, null)
  assert.deepEqual(await seen(all, ''), [a, b, c, accountId], 'all means those of later, too')
})

test('balances-only leaves the lists there and empty', async () => {
  const { world, ledger } = await aFeed()
  await report(ledger, [{ on: '2026-06-01' }])
  const { accounts } = await aReader(world)
  const [account] = (await accounts('?balances-only=1&start-date=0')).accounts
  assert.deepEqual([account!.transactions, account!['holdings'], account!.balance], [[], [], '-12.50'])
})

test('many rows come over all pages, oldest first, each once', async () => {
  const { world, ledger } = await aFeed()
  const rows = Array.from({ length: 4_203 }, (_, index) => ({ on: new Date(Date.parse('2020-01-01') + ((index * 7) % 900) * 86_400_000).toISOString().slice(0, 10) }))
  const given = await report(ledger, rows)
  const { accounts } = await aReader(world)
  const answer = await accounts()
  const posted = answer.accounts[0]!.transactions.map((row) => Number(row['posted']))
  assert.deepEqual([...ids(answer)].sort(), [...given].sort())
  assert.deepEqual(posted, [...posted].sort((x, y) => x - y))
})

test('a row that is booked into days that were taken already comes late, exactly once it is new', async () => {
  const { world, ledger } = await aFeed()
  const [old] = await report(ledger, [{ on: '2026-05-20' }])
  const { accounts } = await aReader(world)
  assert.deepEqual(ids(await accounts(`?start-date=${midnight('2026-05-01')}`)), [old])
  world.clock.at = NOW + 24 * HOUR_MS
  const [late, before, fresh] = await report(ledger, [{ on: '2026-05-25', seenAt: world.clock.at }, { on: '2026-04-25', seenAt: world.clock.at }, { on: '2026-06-14', seenAt: world.clock.at }])
  const recent = `?start-date=${midnight('2026-06-10')}`
  assert.deepEqual(ids(await accounts(recent)), [late, fresh], 'April was never asked for')
  assert.deepEqual(ids(await accounts(`?start-date=${midnight('2026-06-17')}`)), [], 'it is not late for ever')
  assert.deepEqual(ids(await accounts(`${recent}&end-date=${NOW / 1_000}`)), [fresh], 'it came after this window')
  assert.deepEqual(ids(await accounts(`?start-date=${midnight('2026-04-01')}`)), [before, old, late, fresh])
})

test('a pending row that was posted into days that were taken already comes late', async () => {
  const { world, ledger } = await aFeed()
  const [id] = await report(ledger, [{ on: '2026-05-20', status: 'pending', seenAt: NOW - 20 * 24 * HOUR_MS }])
  const { accounts } = await aReader(world)
  assert.deepEqual(ids(await accounts(`?start-date=${midnight('2026-05-01')}`)), [])
  await turnPosted(ledger, id!, NOW + HOUR_MS)
  assert.deepEqual(ids(await accounts(`?start-date=${midnight('2026-06-01')}`)), [id])
})

test('history that was there at the first read does not count as late, however new it is', async () => {
  const { world, ledger } = await aFeed()
  const rows = await report(ledger, [{ on: '2026-03-01', seenAt: NOW - 60_000 }, { on: '2026-06-10', seenAt: NOW - 60_000 }])
  const { accounts } = await aReader(world)
  await accounts('?balances-only=1')
  const recent = `?start-date=${midnight('2026-06-01')}`
  assert.deepEqual(ids(await accounts(recent)), [rows[1]])
  assert.deepEqual(ids(await accounts()), rows)
  world.clock.at = NOW + HOUR_MS
  assert.deepEqual(ids(await accounts(recent)), [rows[1]])
})

test('a row of a run that was on its way during the first read is not lost', async () => {
  const { world, ledger } = await aFeed()
  await world.store.runs.create(aRun({ outcome: 'running', startedAt: NOW - 120_000 }))
  const { accounts } = await aReader(world)
  assert.deepEqual(ids(await accounts(`?start-date=${midnight('2026-05-01')}`)), [])
  const [late] = await report(ledger, [{ on: '2026-05-20', seenAt: NOW - 60_000 }])
  world.clock.at = NOW + 24 * HOUR_MS
  assert.deepEqual(ids(await accounts(`?start-date=${midnight('2026-06-10')}`)), [late])
})

// Fails when: only rows that are new arrive late (was so): one taken back into the books on a day before the window never came.
test('a row that was kept out of the books when they were taken arrives once it is in them again', async () => {
  const { world, ledger } = await aFeed()
  const { accounts } = await aReader(world)
  const [out, gone] = await report(ledger, [{ on: '2026-05-20' }, { on: '2026-05-21' }])
  await world.store.feed.decide(out!, { excluded: true }, NOW)
  await world.store.feed.decide(gone!, { deleted: true }, NOW)
  assert.deepEqual(ids(await accounts()), [])
  world.clock.at = NOW + HOUR_MS
  await world.store.feed.decide(out!, { excluded: false }, world.clock.at)
  await world.store.feed.decide(gone!, { deleted: false }, world.clock.at)
  world.clock.at = NOW + 24 * HOUR_MS
  assert.deepEqual(ids(await accounts(`?start-date=${midnight('2026-06-10')}`)), [out, gone])
})

test('what one consumer took says nothing of another', async () => {
  const { world, ledger } = await aFeed()
  const [first, second] = [await aReader(world), await aReader(world)]
  await first.accounts()
  world.clock.at = NOW + HOUR_MS
  const [late] = await report(ledger, [{ on: '2026-05-20', seenAt: world.clock.at }])
  const recent = `?start-date=${midnight('2026-06-10')}`
  assert.deepEqual(ids(await first.accounts(recent)), [late])
  assert.deepEqual(ids(await second.accounts(recent)), [])
})

test('two logins at one bank are told apart; the connection of an account stays the first that fed it', async () => {
  const world = await aWorld()
  const [ana, ben, again] = [aConnection({ loginLabel: 'an…', createdAt: 1 }), aConnection({ loginLabel: 'be…', createdAt: 2 }), aConnection({ loginLabel: 'an…', createdAt: 3 })]
  for (const one of [ana, ben, { ...again, loginIndex: ana.loginIndex }]) await world.store.connections.create(one)
  const [mine, his] = [await anAccountIn(world, ana.id), await anAccountIn(world, ben.id)]
  const source = (await world.store.accounts.sources({ accountId: mine.accountId }))[0]!
  await world.store.accounts.addSource({ ...source, id: newId(), connectionId: again.id })
  await world.store.connections.update(ana.id, { state: 'removed' })
  const { accounts } = await aReader(world)
  assert.deepEqual((await accounts()).accounts.map((one) => [one.id, one['conn_id'], one['conn_name']]), [[mine.accountId, ana.id, 'Riverbank (an…)'], [his.accountId, ben.id, 'Riverbank (be…)']])
})

// Fails when: the place is that of the oldest connection (was so): a feed for an account of files gave it another id and organisation.
test('the place of an account never changes: not when an account of files gets a feed, nor when an older connection feeds it, too', async () => {
  const world = await aWorld()
  const [older, newer] = [aConnection({ createdAt: 1 }), aConnection({ createdAt: 2, institutionId: 'lakebank' })]
  for (const one of [older, newer]) await world.store.connections.create(one)
  const [files, fed] = [await anAccountIn(world, null, { institutionName: null }), await anAccountIn(world, newer.id)]
  const { accounts } = await aReader(world)
  const places = async () => (await accounts()).accounts.map((one) => [one.id, one['conn_id'], (one['org'] as Record<string, string>)['id']])
  const before = await places()
  assert.deepEqual(before, [[files.accountId, `files-${files.accountId}`, 'files'], [fed.accountId, newer.id, 'lakebank']])
  for (const { accountId } of [files, fed]) await world.store.accounts.addSource(aSource(accountId, { connectionId: older.id }))
  assert.deepEqual(await places(), before)
})

// Fails when: every account of the books is listed (was so): one that nobody chose stood there with a balance of zero.
test('an account of which nothing is known and nothing is read is not listed; one that is read no more is, with what is known', async () => {
  const world = await aWorld()
  const connection = aConnection()
  await world.store.connections.create(connection)
  const expected: string[] = []
  for (const state of ['open', 'missing', 'paused', 'closed'] as const) {
    const [bare, rows, stated] = [await anAccountIn(world, connection.id, { state }), await anAccountIn(world, connection.id, { state }), await anAccountIn(world, connection.id, { state })]
    await report(rows, [{ on: '2026-06-01', amount: 500n }])
    const { accountId, sourceId, runId } = stated
    await world.store.feed.commitPage(aPage(stated, [], { balances: [{ accountId, sourceId, runId, kind: 'ledger', amount: 700n, on: day('2026-06-10'), observedAt: NOW }] }))
    if (state === 'open' || state === 'missing') expected.push(`${bare.accountId} 0.00`)
    expected.push(`${rows.accountId} 5.00`, `${accountId} 7.00`)
  }
  const { accounts } = await aReader(world)
  assert.deepEqual((await accounts('?balances-only=1')).accounts.map(({ id, balance }) => `${id} ${balance}`), expected)
})

test('amounts are exact, with two decimals wherever two hold them', () => {
  for (const [minor, currency, text] of [
    [0n, 'USD', '0.00'], [-5n, 'USD', '-0.05'], [10_000n, 'USD', '100.00'], [1_000n, 'JPY', '1000.00'], [-1n, 'JPY', '-1.00'], [12_340n, 'KWD', '12.34'], [12_345n, 'KWD', '12.345'], [-1n, 'BTC', '-0.00000001'], [100_000_000n, 'BTC', '1.00'],
  ] as const) assert.equal(plainAmount(minor, currency), text)
  const amounts = fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n })
  fc.assert(fc.property(amounts, fc.constantFrom('USD', 'JPY', 'KWD', 'CLF', 'BTC'), (minor, currency) => {
    const text = plainAmount(minor, currency)
    assert.match(text, /^-?\d+\.\d{2,}$/)
    const canonical = (value: string): string => value.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
    assert.equal(canonical(text), canonical(formatMoney({ minor, currency }).includes('.') ? formatMoney({ minor, currency }) : `${formatMoney({ minor, currency })}.`))
  }))
})
