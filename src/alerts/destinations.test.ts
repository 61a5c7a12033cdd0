import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Place } from '../domain/alert.ts'
import { addDestination, changeDestination, removeDestination, type Change } from './destinations.ts'
import { ENTERED, MINUTE, world } from './world.fixture.ts'

test('a new destination, or one that is turned elsewhere, is told to the others, whatever they chose; secrets are kept for their address only', async () => {
  const { store, add, pass, sent, parts, sealed } = await world()
  const mail = await add({ label: 'Mail', topics: [] })
  assert.deepEqual(await pass(MINUTE), [])
  const phone = await add({ label: 'Phone' })
  await pass(MINUTE)
  assert.deepEqual(sent.map(({ to, letter }) => [to, letter.items[0]?.topic]), [['Mail', 'security']])
  const hook = await addDestination(parts, 'user:a', { ...ENTERED, label: 'Hook', place: { kind: 'webhook', url: 'https://hooks.example/secret' } })
  assert.ok(hook.ok && hook.value.signing?.startsWith('whsec_'))
  assert.ok(!JSON.stringify(await store.alerts.destinations()).includes('secret'))
  const place = { kind: 'ntfy', server: 'https://other.example', topic: 'x' } as const
  const withToken = await changeDestination(parts, 'user:a', phone.id, { place: { ...place, server: 'https://ntfy.example', token: 'tk_1' } })
  assert.ok(withToken.ok)
  assert.equal((await changeDestination(parts, 'user:a', phone.id, { place: { ...place, server: 'https://ntfy.example', topic: 'y' } })).ok, true)
  assert.deepEqual(sealed.get(`${phone.id} https://ntfy.example`), { topic: 'y', token: 'tk_1' }, 'the token stays where the address stays')
  assert.equal((await changeDestination(parts, 'user:a', phone.id, { place })).ok, true)
  assert.deepEqual(sealed.get(`${phone.id} https://other.example`), { topic: 'x' }, 'and goes nowhere else')
  for (const wrong of ['ftp://x.example', 'https://a:b@x.example', 'nonsense']) assert.equal((await changeDestination(parts, 'user:a', hook.ok ? hook.value.destination.id : '', { place: { kind: 'webhook', url: wrong } })).ok, false, wrong)
  assert.equal((await changeDestination(parts, 'user:a', phone.id, { paused: true, topics: ['outage'] })).ok, true)
  assert.equal((await removeDestination(parts, 'user:a', mail.id)).ok, true)
  assert.equal((await removeDestination(parts, 'user:a', mail.id)).ok, false)
  assert.deepEqual((await store.alerts.destinations()).map(({ label, state }) => [label, state]), [['Phone', 'paused'], ['Hook', 'active']])
  assert.ok([...sealed.keys()].every((key) => !key.startsWith(mail.id)))
  assert.deepEqual((await store.audit.list({ limit: 99 })).map(({ action }) => action).slice(0, 2), ['destination.removed', 'destination.changed'])
})

test('only what turns messages elsewhere, or changes what is in them, is told to the others', async () => {
  const { add, pass, parts } = await world()
  await add({ label: 'Other' })
  const { id } = await add()
  const server = { host: 'smtp.example', port: 587, security: 'starttls', user: 'a', from: 'a@b.example', to: ['a@b.example'] } as const
  const { id: mail } = await add({ label: 'Mail', place: { kind: 'email', server, password: 'x' } })
  await pass(MINUTE)
  const tells = async (of: string, change: Change): Promise<boolean> => {
    assert.equal((await changeDestination(parts, 'user:a', of, change)).ok, true)
    return (await pass(MINUTE)).length > 0
  }
  const { label, topics, amounts, quiet, timeZone, place } = ENTERED
  assert.equal(await tells(id, { label: `${label} 2`, topics: [...topics].reverse(), amounts, quiet, timeZone }), false, 'the form sends all of it')
  assert.equal(await tells(id, { place }), false)
  assert.equal(await tells(id, { place: { ...place, topic: 'mine' } as never }), true)
  assert.equal(await tells(id, { topics: topics.slice(1) }), true)
  assert.equal(await tells(id, { amounts: true }), true)
  assert.equal(await tells(mail, { place: { kind: 'email', server, password: 'y' } }), false, 'a new password')
  assert.equal(await tells(mail, { place: { kind: 'email', server: { ...server, to: ['c@b.example'] } } }), true)
  assert.deepEqual([await tells(id, { paused: true }), await tells(id, { paused: true })], [true, false])
})

test('hours of quiet move with the zone, whoever changes it', async () => {
  const { store, add, parts } = await world()
  const { id } = await add({ quiet: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }, timeZone: 'Europe/Berlin' })
  assert.equal((await changeDestination(parts, 'user:a', id, { timeZone: 'America/New_York' })).ok, true)
  const { quiet, timeZone } = (await store.alerts.destinations()).find((one) => one.id === id)!
  assert.deepEqual([quiet?.timeZone, quiet?.from, timeZone], ['America/New_York', '22:00', 'America/New_York'])
})

const HOOK = { kind: 'webhook', url: 'https://hooks.example/secret' } as const

async function hooked() {
  const all = await world()
  const made = await addDestination(all.parts, 'user:a', { ...ENTERED, label: 'Hook', place: HOOK })
  assert.ok(made.ok && made.value.signing !== null)
  const { id } = made.value.destination
  return { ...all, id, signing: made.value.signing, secrets: () => all.sealed.get(`${id} https://hooks.example`), row: async () => (await all.store.alerts.destinations()).find((one) => one.id === id)! }
}

test('a new key for signatures is made for a webhook only, also beside a new address; its address stays', async () => {
  const { parts, id, signing, secrets, add, sealed } = await hooked()
  parts.entropy.bytes = (length) => new Uint8Array(length).fill(9)
  const anew = await changeDestination(parts, 'user:a', id, { newSigning: true })
  assert.ok(anew.ok && anew.value.signing !== null && anew.value.signing !== signing)
  assert.deepEqual(secrets(), { url: HOOK.url, signing: anew.value.signing })
  parts.entropy.bytes = (length) => new Uint8Array(length).fill(8)
  const both = await changeDestination(parts, 'user:a', id, { newSigning: true, place: { ...HOOK, url: 'https://hooks.example/other' } })
  assert.ok(both.ok && both.value.signing !== null && both.value.signing !== anew.value.signing)
  assert.deepEqual(secrets(), { url: 'https://hooks.example/other', signing: both.value.signing })
  const phone = await add()
  const wrong = await changeDestination(parts, 'user:a', phone.id, { newSigning: true })
  assert.ok(!wrong.ok && wrong.failure.code === 'invalid' && /webhook/.test(wrong.failure.message))
  sealed.clear()
  const lost = await changeDestination(parts, 'user:a', id, { newSigning: true })
  assert.ok(!lost.ok && lost.failure.code === 'invalid' && /Enter its address again/.test(lost.failure.message))
  assert.equal(sealed.size, 0, 'a key without an address sends nothing')
})

test('a destination is changed by one at a time; the other is told so, and row and secret stay of one change', async () => {
  const { parts, id, secrets, row, store } = await hooked()
  const both = await Promise.all(['a', 'b'].map((path) => changeDestination(parts, 'user:a', id, { label: path, place: { ...HOOK, url: `https://hooks.example/${path}` } })))
  assert.deepEqual(both.map((one) => (one.ok ? 'changed' : one.failure.code)).sort(), ['busy', 'changed'])
  assert.equal(secrets()?.['url'], `https://hooks.example/${(await row()).label}`)
  const meanwhile = await store.connections.exclusively(`destination/${id}`, () => removeDestination(parts, 'user:a', id))
  assert.ok(meanwhile !== null && !meanwhile.ok && meanwhile.failure.code === 'busy')
})

test('a change that is cut off between row and secret sends nothing, was told, and says to enter it again; entering it again mends it', async () => {
  for (const step of ['seal', 'after'] as const) {
    const { parts, id, row, add, pass, open, connection, store, sent } = await hooked()
    await add({ label: 'Other' })
    await pass(MINUTE)
    const { seal } = parts.drawer
    parts.drawer.seal = async (...given) => { if (step === 'after') await seal(...given); throw new Error('killed') }
    const place = { ...HOOK, url: 'https://hooks.example/elsewhere' }
    await assert.rejects(changeDestination(parts, 'user:a', id, { place }), step)
    parts.drawer.seal = seal
    sent.length = 0
    await open((await connection()).id, 'credentials_invalid')
    await pass(2 * MINUTE)
    assert.deepEqual([...new Set(sent.map(({ to }) => to))], ['Other'], step)
    assert.ok(sent.some(({ letter }) => letter.items.some(({ topic }) => topic === 'security')), `${step}: the others know`)
    const cut = await row()
    assert.equal(cut.state, 'stopped')
    assert.match(cut.failure ?? '', /not finished.*Enter it again/)
    assert.equal((await store.audit.list({ limit: 1 }))[0]?.action, 'destination.changed')
    assert.equal((await changeDestination(parts, 'user:a', id, { place })).ok, true)
    const mended = await row()
    assert.deepEqual([mended.state, mended.failure, mended.failingSince], ['active', null, null])
  }
})

test('at most twenty destinations, also of those that are added at once; one that is removed makes room', async () => {
  const { parts, add, store } = await world()
  const first = await add()
  for (let more = 1; more < 19; more++) await add()
  const codes = (await Promise.all([0, 1].map(() => addDestination(parts, 'user:a', ENTERED)))).map((one) => (one.ok ? 'added' : one.failure.code))
  assert.deepEqual(codes.sort(), ['added', 'busy'])
  const over = await addDestination(parts, 'user:a', ENTERED)
  assert.ok(!over.ok && over.failure.code === 'wrong_state' && /20 destinations.*Remove one/.test(over.failure.message), JSON.stringify(over))
  assert.equal((await store.alerts.destinations()).length, 20)
  assert.equal((await removeDestination(parts, 'user:a', first.id)).ok, true)
  assert.equal((await addDestination(parts, 'user:a', ENTERED)).ok, true)
})

test('where nothing is sent anyhow is refused when it is entered, with what to do; a place that stays as it is may still be renamed', async () => {
  const { parts, id, row, store } = await hooked()
  const strict = { ...parts, refusal: (place: Place) => (place.kind === 'webhook' && place.origin.startsWith('https:') ? null : 'Begin it with https://.') }
  const place = { kind: 'webhook', url: 'http://hooks.example/x' } as const
  const refused = [await addDestination(strict, 'user:a', { ...ENTERED, place }), await changeDestination(strict, 'user:a', id, { place })]
  assert.deepEqual(refused.map((one) => one.ok || one.failure), Array(2).fill({ code: 'invalid', message: 'Begin it with https://.' }))
  assert.equal((await store.alerts.destinations()).length, 1)
  assert.equal((await changeDestination({ ...parts, refusal: () => 'not any more' }, 'user:a', id, { label: 'Old hook' })).ok, true)
  assert.deepEqual([(await row()).label, (await row()).place], ['Old hook', { kind: 'webhook', origin: 'https://hooks.example' }])
})
