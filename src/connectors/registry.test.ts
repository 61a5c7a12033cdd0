import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { searchInstitutions } from '../domain/bank-search.ts'
import { discoverConnectors, loadInstitutions, readInstitutions } from './registry.ts'

const connectors = await discoverConnectors()
const directory = await mkdtemp(join(tmpdir(), 'relink-institutions-'))
after(() => rm(directory, { recursive: true }))

const ENTRY = { id: 'my-bank', name: 'My Bank', country: 'US', timeZone: 'America/Chicago', routes: [{ connector: 'ofx', settings: { url: 'https://ofx.my-bank.example/ofx' } }] }

async function load(content: unknown) {
  const path = join(directory, 'extra.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return await loadInstitutions(connectors, path)
}

test('connectors are found by their folders, and know their own institutions', async () => {
  assert.ok(connectors.has('ofx'))
  const loaded = await loadInstitutions(connectors, null)
  assert.ok(loaded.ok && loaded.value.length > 3)
  // The sandbox bank alone is reached without TLS: it is on this host.
  for (const institution of loaded.value.filter(({ id }) => !id.startsWith('sandbox'))) {
    for (const route of institution.routes) assert.ok(connectors.get(route.connector)?.originsOf(route.settings).every((origin) => origin.startsWith('https://')), institution.id)
  }
})

// A big bank has one for each region: who opened the account elsewhere has another one on the cheque.
test('each routing number of ours is one (ABA check digit), leads to one bank, and finds it', async () => {
  const loaded = await loadInstitutions(connectors, null)
  assert.ok(loaded.ok)
  const numbers = loaded.value.filter(({ country }) => country === 'US').flatMap(({ id, routingNumbers }) => routingNumbers.map((number) => [id, number] as const))
  assert.ok(numbers.length > 50)
  for (const [id, number] of numbers) {
    assert.match(number, /^\d{9}$/)
    assert.equal([...number].reduce((sum, digit, at) => sum + Number(digit) * [3, 7, 1][at % 3]!, 0) % 10, 0, `${id}: ${number}`)
    assert.deepEqual(searchInstitutions(loaded.value, number).map((one) => one.id), [id], number)
  }
})

test('a file of the operator adds institutions with everything optional filled in', async () => {
  const loaded = await load([ENTRY])
  const mine = loaded.ok ? loaded.value.find((institution) => institution.id === 'my-bank') : undefined
  assert.deepEqual([mine?.website, mine?.routingNumbers, mine?.limits.requestsPerDay], [null, [], null])
})

test('an entry of the operator takes the place of ours with the same id', async () => {
  const loaded = await load([{ ...ENTRY, id: 'chase', name: 'My own Chase' }])
  assert.deepEqual(loaded.ok && loaded.value.filter(({ id }) => id === 'chase').map(({ name }) => name), ['My own Chase'])
})

test('a mistake in the file is told by entry and field', async () => {
  const mistakes: readonly (readonly [unknown, RegExp])[] = [
    ['{', /not JSON/],
    [{}, /must hold a list/],
    [[ENTRY, { ...ENTRY, id: 'My Bank' }], /entry 2 \("My Bank"\), field id: must be lower-case/],
    [[{ ...ENTRY, country: 'USA' }], /entry 1 \("my-bank"\), field country/],
    [[{ ...ENTRY, timeZone: 'Chicago' }], /field timeZone/],
    [[{ ...ENTRY, website: 'http://x.example' }], /field website/],
    [[{ ...ENTRY, customers: 'everybody' }], /field customers: must be personal or business/],
    [[{ ...ENTRY, routes: [] }], /field routes/],
    [[{ ...ENTRY, routes: [{ connector: 'fax', settings: {} }] }], /field routes\.0\.connector: there is no connector "fax"/],
    [[{ ...ENTRY, routes: [{ connector: 'ofx', settings: { url: 'nowhere' } }] }], /field routes\.0\.settings: .*url/],
    [[{ ...ENTRY, colour: 'red' }], /entry 1/],
    [[7], /entry 1/],
    [[ENTRY, ENTRY], /"my-bank" is used twice/],
  ]
  for (const [content, message] of mistakes) {
    const loaded = await load(content)
    assert.ok(!loaded.ok, JSON.stringify(content))
    assert.match(loaded.failure.message, message)
  }
  const missing = await loadInstitutions(connectors, join(directory, 'none.json'))
  assert.ok(!missing.ok && /cannot be read: there is no such file\./.test(missing.failure.message))
  assert.ok(readInstitutions('[]', 'x', connectors).ok)
})
