import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAUSE_CODES, type CauseCode } from '../../domain/cause.ts'
import type { Problem } from '../../domain/connection.ts'
import { aConnection, aProblem } from '../../store/fixtures.ts'
import { accountCode, connectionCode } from './attention.ts'
import { aReader, aWorld, anAccountIn, NOW, report } from './testing.ts'

const because = (cause: CauseCode): Pick<Problem, 'diagnosis'> => ({ diagnosis: { causes: [{ cause, p: 0.9, for: [], against: [] }], action: 'auto_retry' } })

async function aBank() {
  const world = await aWorld()
  const connection = aConnection({ institutionId: 'riverbank', institutionName: 'Riverbank' })
  await world.store.connections.create(connection)
  const [everyday, savings] = [await anAccountIn(world, connection.id, { name: 'Everyday' }), await anAccountIn(world, connection.id, { name: 'Savings' })]
  return { world, connection, everyday, savings }
}

test('a broken connection is told in both versions, and its accounts stay with their last balance', async () => {
  const { world, connection, everyday } = await aBank()
  await report(everyday, [{ on: '2026-06-01', amount: 500n }])
  const problem = aProblem(connection.id)
  await world.store.problems.open(problem)
  const { accounts } = await aReader(world)
  const answer = await accounts('?balances-only=1')
  assert.deepEqual(answer.accounts.map(({ balance }) => balance), ['5.00', '0.00'])
  const [error] = answer.errlist
  assert.deepEqual([answer.errlist.length, error!.code, error!.conn_id, error!.account_id, error!.extra!['cause'], error!.extra!['action']], [1, 'con.auth', connection.id, undefined, 'credentials_invalid', 'fix_credentials'])
  assert.match(error!.msg, /^Riverbank did not accept the user name or password\. Next, in Relink: Enter the password\.$/)
  assert.deepEqual(answer.errors, ['Connection to Riverbank may need attention', error!.msg])
  await world.store.problems.update(problem.id, { closedAt: NOW })
  assert.deepEqual((await accounts()).errlist, [])
  assert.deepEqual((await accounts()).errors, [])
})

test('trouble of one account spares its siblings in clients that know only the name of the bank', async () => {
  const { world, connection, everyday, savings } = await aBank()
  await world.store.problems.open(aProblem(connection.id, { accountId: savings.accountId, ...because('account_closed') }))
  const { accounts } = await aReader(world)
  const both = await accounts()
  assert.deepEqual(both.errlist.map(({ code, account_id, conn_id }) => [code, account_id, conn_id]), [['act.account_closed', savings.accountId, connection.id]])
  assert.ok(both.errors.length === 1 && !both.errors[0]!.startsWith('Connection to'))
  const alone = await accounts(`?account=${savings.accountId}`)
  assert.equal(alone.errors[0], 'Connection to Riverbank may need attention')
  const sibling = await accounts(`?account=${everyday.accountId}`)
  assert.deepEqual([sibling.errlist, sibling.errors], [[], []])
})

test('problems of accounts and connections that were not granted are not told', async () => {
  const { world, connection, everyday, savings } = await aBank()
  const other = aConnection({ institutionId: 'hilltop', institutionName: 'Hilltop' })
  await world.store.connections.create(other)
  await anAccountIn(world, other.id)
  await world.store.problems.open(aProblem(other.id, { institutionId: 'hilltop' }))
  await world.store.problems.open(aProblem(connection.id, { accountId: savings.accountId }))
  const { accounts } = await aReader(world, [everyday.accountId])
  const answer = await accounts()
  assert.deepEqual([answer.errlist, answer.errors], [[], []])
  assert.ok(!JSON.stringify(answer).includes('Hilltop') && !JSON.stringify(answer).includes('Savings'))
})

test('an outage of the bank, told once as a problem, strikes every connection to it', async () => {
  const { world, connection } = await aBank()
  const second = aConnection({ institutionId: 'riverbank', institutionName: 'Riverbank', loginLabel: 'be…' })
  await world.store.connections.create(second)
  await anAccountIn(world, second.id)
  await world.store.problems.open(aProblem(connection.id, because('institution_down')))
  const { errlist, errors } = await (await aReader(world)).accounts()
  assert.deepEqual(errlist.map(({ code, conn_id }) => [code, conn_id]), [['con.institution_down', connection.id], ['con.institution_down', second.id]])
  assert.deepEqual(errors.slice(0, 2), ['Connection to Riverbank (an…) may need attention', 'Connection to Riverbank (be…) may need attention'])
  assert.equal(errors.length, 3, 'the sentence comes once')
})

// Fails when: the account at which another connection found it is told, too (was so).
test('an outage that was found at an account which was not granted is told without that account', async () => {
  const { world, connection, savings } = await aBank()
  const second = aConnection({ institutionId: 'riverbank', institutionName: 'Riverbank', loginLabel: 'be…' })
  await world.store.connections.create(second)
  const granted = await anAccountIn(world, second.id)
  await world.store.problems.open(aProblem(connection.id, { accountId: savings.accountId, ...because('institution_down') }))
  const answer = await (await aReader(world, [granted.accountId])).accounts()
  assert.deepEqual(answer.errlist.map(({ code, conn_id, account_id }) => [code, conn_id, account_id]), [['con.institution_down', second.id, undefined]])
  for (const hidden of [savings.accountId, 'Savings', connection.id]) assert.ok(!JSON.stringify(answer).includes(hidden), hidden)
  const both = await (await aReader(world)).accounts()
  assert.deepEqual(both.errlist.map(({ code, conn_id, account_id }) => [code, conn_id, account_id]), [['act.failed', connection.id, savings.accountId], ['con.institution_down', second.id, undefined]])
})

test('a removed connection has no trouble to tell', async () => {
  const { world, connection } = await aBank()
  await world.store.problems.open(aProblem(connection.id))
  await world.store.connections.update(connection.id, { state: 'removed' })
  assert.deepEqual((await (await aReader(world)).accounts()).errlist, [])
})

test('every cause has a code that a client can fall back on', () => {
  for (const cause of CAUSE_CODES) {
    assert.match(connectionCode(cause), /^con\.[a-z_]+$/)
    assert.match(accountCode(cause), /^act\.[a-z_]+$/)
  }
  assert.deepEqual(['mfa_required', 'login_locked', 'consent_expired', 'institution_down', 'unknown'].map((cause) => connectionCode(cause as CauseCode)), ['con.auth', 'con.auth', 'con.auth', 'con.institution_down', 'con.unknown'])
  assert.deepEqual(['history_limit', 'institution_error', 'account_closed', 'unknown'].map((cause) => accountCode(cause as CauseCode)), ['act.missingdata', 'act.failed', 'act.account_closed', 'act.failed'])
})
