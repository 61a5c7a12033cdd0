/** The contract of `relink diagnose --format jsonl`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAUSE_CODES } from '../domain/cause.ts'
import { diagnoseLines, type LineError } from './jsonl.ts'

async function* lines(...texts: readonly string[]): AsyncIterable<string> {
  yield* texts
}

async function answers(...texts: readonly string[]): Promise<{ readonly out: readonly Record<string, never>[]; readonly errors: readonly LineError[] }> {
  const errors: LineError[] = []
  const out: Record<string, never>[] = []
  for await (const line of diagnoseLines(lines(...texts), (error) => errors.push(error))) out.push(JSON.parse(line))
  return { out, errors }
}

const CASE = JSON.stringify({ id: 'a', evidence: { protocol: 'ofx', stage: 'signon', codes: ['15502'] }, context: {}, cause: 'client_bug', action: 'import_file' })

test('one line a case, same order, all causes summing to 1, with an action and sentences', async () => {
  const { out, errors } = await answers(CASE, JSON.stringify({ id: 'b', evidence: { httpStatus: 429 } }))
  assert.deepEqual(out.map((one) => one['id']), ['a', 'b'])
  assert.deepEqual(errors, [])
  for (const one of out as unknown as { causes: { cause: string; p: number }[]; action: string; for: string[]; against: string[] }[]) {
    assert.deepEqual(Object.keys(one), ['id', 'causes', 'action', 'for', 'against'])
    assert.deepEqual(one.causes.map(({ cause }) => cause).toSorted(), [...CAUSE_CODES].toSorted())
    assert.ok(Math.abs(one.causes.reduce((sum, { p }) => sum + p, 0) - 1) < 1e-9)
    assert.ok(one.causes.every(({ p }, at) => p >= 0 && (at === 0 || p <= (one.causes[at - 1]?.p ?? 0))))
    assert.ok(one.for.length > 0)
  }
})

test('a protocol is known by the names that other programs give it, and one that nobody knows is "other"', async () => {
  const record = (protocol: string): string => JSON.stringify({ id: 'a', evidence: { protocol, stage: 'signon', codes: ['15500'] }, context: { connection: 'established' } })
  const { out } = await answers(record('ofx'), record('OFX Direct Connect'), record('ofx_dc'), record('unheard of'), record('other'))
  assert.deepEqual(out[1], out[0])
  assert.deepEqual(out[2], out[0])
  assert.deepEqual(out[3], out[4])
  assert.notDeepEqual(out[3], out[0])
})

test('labels are ignored', async () => {
  const bare = JSON.stringify({ id: 'a', evidence: { protocol: 'ofx', stage: 'signon', codes: ['15502'] }, context: {} })
  const { out } = await answers(CASE, bare)
  assert.deepEqual(out[0], out[1])
})

test('a malformed line is answered in its place with its number, the others still', async () => {
  const { out, errors } = await answers(CASE, '{"id": ', '{"id":"c"}', CASE, '', '{"id":"d","evidence":{"httpStatus":"403"}}')
  assert.deepEqual(errors.map(({ code, line }) => [code, line]), [['line_not_json', 2], ['line_not_a_case', 3], ['line_not_a_case', 6]])
  assert.deepEqual(out.map((one) => one['id']), ['a', null, 'c', 'a', 'd'])
  assert.match(errors[2]?.message ?? '', /Line 6: "evidence.httpStatus"/)
})

test('unknown words and null fields are no errors: the record is read as far as it is known', async () => {
  const { out, errors } = await answers('{"id":7,"evidence":{"protocol":"pigeon","stage":"later","message":null,"codes":[103]},"context":{"sameBank":"perhaps","mood":"bad"}}')
  assert.deepEqual(errors, [])
  assert.equal(out[0]?.['id'], '7')
})

test('what is known beside a failure is enough without the failure, and what another program adds to it is no error', async () => {
  const quiet = '{"id":"q","context":{"bankLoginWorks":false,"passwordChangedAtBank":true}}'
  const { out, errors } = await answers(quiet, quiet.replace('"context":{', '"evidence":null,"context":{"tags":["mine"],"seen":{"by":"us"},'), '{"id":"n","evidence":null,"context":null}')
  assert.deepEqual(errors.map(({ line, message }) => [line, message.slice(0, 40)]), [[3, 'Line 3: the line does not fit a case rec']])
  assert.deepEqual(out[1], out[0])
  assert.equal((out[0]?.['causes'] as unknown as { cause: string }[])[0]?.cause, 'credentials_invalid')
})

test('a byte order mark before the first line is no part of it', async () => {
  const { errors } = await answers(`\uFEFF${CASE}`, CASE)
  assert.deepEqual(errors, [])
})

test('10,000 records take well under ten seconds, one at a time', async () => {
  let count = 0
  async function* many(): AsyncIterable<string> {
    for (let at = 0; at < 10_000; at++) yield JSON.stringify({ id: String(at), evidence: { protocol: 'ofx', stage: 'signon', codes: ['15500'], message: `Please try again later (${at}). The account is locked.` }, context: { sameBank: 'some', hoursSinceSuccess: at } })
  }
  const start = process.cpuUsage()
  for await (const line of diagnoseLines(many())) count += line.length > 0 ? 1 : 0
  assert.equal(count, 10_000)
  const { user, system } = process.cpuUsage(start)
  assert.ok((user + system) / 1000 < 10_000, 'processor time, so that a busy machine does not decide')
})
