import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connector } from '../connector-kit/connector.ts'
import type { Institution, JsonObject } from '../domain/institution.ts'
import { ok } from '../domain/result.ts'
import { readLanguages } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { addBank, changeBank, removeBank, type NewBank } from './add-bank.ts'
import { aConnection } from '../store/fixtures.ts'
import { INSTITUTION, ScriptedBank, World } from './testing.ts'

await readLanguages()

const FIELD = { hint: null, kind: 'text', required: false, isLogin: false } as const
const FIELDS = [{ ...FIELD, name: 'url', label: 'Address for programs (OFX server)', kind: 'url', required: true }, { ...FIELD, name: 'org', label: 'ORG' }, { ...FIELD, name: 'fid', label: 'FID' }] as const
const CHASE: Institution = { ...INSTITUTION, id: 'chase', name: 'Chase', routes: [{ connector: 'scripted', settings: { url: 'https://ofx.chase.example', org: 'B1', fid: '10898', clientUid: 'always' } }] }

/** A bank is typed; what was added before is known. */
function typing(found: Partial<Awaited<ReturnType<Connector['probe']>>> = {}) {
  const { deps, store } = new World()
  const scripted = new ScriptedBank().connector
  const connector: Connector = {
    ...scripted, manifest: { ...scripted.manifest, bankFields: FIELDS }, checkSettings: (_, { settings }) => ok({ settings, origins: [String(settings['url'])] }),
    probe: async () => ({ probe: 'profile', outcome: 'answers', sentence: '', evidence: null, facts: {}, ...found }),
  }
  const known = [CHASE]
  const learn = async (): Promise<void> => void known.push(...(await store.addedBanks.list()).filter(({ id }) => !known.some((one) => one.id === id)))
  const bank: Omit<NewBank, 'form'> = { name: 'Own', country: 'US', timeZone: 'UTC', connector: 'scripted' }
  const all = { ...deps, institutions: () => known, learn, connectorOf: () => connector, openTransport: () => ({ exchange: async () => assert.fail('asked') }) }
  /** The id, or why there is none. */
  return async (form: NewBank['form']): Promise<string> => {
    const added = await addBank(all, { ...bank, form })
    return added.ok ? added.value.id : (added.failure.existing ?? added.failure.message)
  }
}

// Fails when: an address that is written another way makes a second entry of a listed bank, without what the list says of it (was so).
test('a bank that is listed is known however its address is written, and by no other names', async () => {
  const add = typing()
  for (const url of ['https://ofx.chase.example/', 'HTTPS://OFX.Chase.example', 'ofx.chase.example:443']) assert.equal(await add({ url, org: 'B1', fid: '10898' }), 'chase', url)
  assert.match(await add({ url: 'https://ofx.chase.example/', org: 'B2', fid: '10898' }), /^at-ofx-chase-example-b2-10898-[0-9a-f]{8}$/)
})

// Fails when: the id leaves out the path, or what is no letter of an id, so that one bank is said to be another and has its permission (was so).
test('two that are typed differently are two, and the id of each is known before', async () => {
  const add = typing()
  const forms: NewBank['form'][] = [
    { url: 'https://oasis.example/fip/02101.ofx' }, { url: 'https://oasis.example/fip/02102.ofx' }, { url: 'https://a-b.example' }, { url: 'https://a.b.example' },
    { url: 'https://names.example', org: '银行' }, { url: 'https://names.example', org: '信用' }, { url: 'https://names.example', org: '7' }, { url: 'https://names.example', fid: '7' }, { url: `https://names.example/?${'long'.repeat(100)}`, org: 'o'.repeat(200) },
  ]
  const ids: string[] = []
  for (const form of forms) ids.push(await add(form))
  assert.equal(new Set(ids).size, forms.length)
  for (const id of ids) assert.match(id, /^at-[a-z0-9-]{1,88}-[0-9a-f]{8}$/)
  // As docs/operate/institutions.md makes it: printf 'https://ofx.my-bank.example/ofx\norg=MYBANK\nfid=1234' | sha256sum | cut -c1-8
  assert.equal(await add({ url: 'https://ofx.my-bank.example/ofx', org: 'MYBANK', fid: '1234' }), 'at-ofx-my-bank-example-mybank-1234-da8c4d87')
  assert.equal(await add({ url: 'https://OASIS.example/fip/02101.ofx' }), ids[0], 'it is known')
})

// Fails when: who runs the server must guess by which id an address of the own network is permitted.
test('an address that is not called is refused with the id by which it can be permitted', async () => {
  const sentence = 'Relink does not call this address: 10.0.0.1 is not a public address.'
  const refused = await typing({ outcome: 'silent', sentence, evidence: [{ stage: 'resolve', codes: ['address_forbidden'], message: sentence }] })({ url: 'https://10.0.0.1/ofx' })
  assert.match(refused, /^The bank was not asked\. Relink does not call this address: 10\.0\.0\.1 is not a public address\. .*\(RELINK_NETWORK\), for the bank “at-10-0-0-1-[0-9a-f]{8}”\.$/)
  assert.match(retold('de', refused), /^Die Bank wurde nicht gefragt\. Relink ruft diese Adresse nicht auf: 10\.0\.0\.1 ist keine öffentliche Adresse\. .* für die Bank „at-10-0-0-1-[0-9a-f]{8}“\.$/)
  assert.equal(await typing({ outcome: 'silent', sentence: 'Nothing came.', evidence: [{ stage: 'resolve' }] })({ url: 'https://away.example' }), 'Nothing came.')
})

// Fails when: the label of the field stays English in a German answer (was so).
test('what is not filled in is named in the reader’s language', async () => {
  assert.equal(retold('de', await typing()({ org: 'B1' })), 'Adresse für Programme (OFX-Server): muss ausgefüllt sein.')
})

const AT = { url: 'https://old.example/ofx', org: 'B1' }
const ENTRY = { name: 'Own', country: 'US', timeZone: 'UTC' }

/** An added bank with a login that was typed for its first address. */
async function lived(answers: (settings: JsonObject) => boolean = () => true) {
  const world = new World()
  const { deps, store } = world
  const scripted = new ScriptedBank().connector
  const asked: string[] = []
  const connector: Connector = {
    ...scripted, manifest: { ...scripted.manifest, bankFields: FIELDS, withoutProfile: { profile: false } }, checkSettings: (_, { settings }) => ok({ settings, origins: [String(settings['url'])] }),
    originsOf: ({ url }) => [new URL(String(url)).origin],
    async probe({ settings }) {
      asked.push(String(settings['url']))
      return { probe: 'profile', outcome: answers(settings) ? 'answers' : 'answers_wrongly', sentence: 'The bank answered with status 400.', evidence: null, facts: {} }
    },
  }
  let known: readonly Institution[] = []
  const learn = async (): Promise<void> => void (known = await store.addedBanks.list())
  const all = { ...deps, institutions: () => known, learn, connectorOf: () => connector, openTransport: () => ({ exchange: async () => assert.fail('asked') }) }
  const added = await addBank(all, { ...ENTRY, connector: 'scripted', form: AT })
  assert.ok(added.ok)
  const connection = aConnection({ institutionId: added.value.id, institutionName: 'Own', connector: 'scripted', settings: added.value.routes[0].settings, state: 'active' })
  await store.connections.create(connection)
  asked.length = 0
  return { all, store, asked, id: added.value.id, now: () => known[0], read: async () => (await store.connections.get(connection.id))!, connection }
}

// Fails when: a mistyped name can never be mended; a name alone costs the bank a question, or needs it to answer.
test('name and time zone of an added bank are changed without asking it, and its logins are called so', async () => {
  const { all, asked, id, now, read } = await lived()
  assert.ok((await changeBank(all, id, { ...ENTRY, name: 'Own Bank', timeZone: 'America/Chicago', form: AT })).ok)
  assert.deepEqual([asked, now()?.name, now()?.timeZone, (await read()).institutionName], [[], 'Own Bank', 'America/Chicago', 'Own Bank'])
  // Fails when: what somebody else made of it is overwritten by whoever never saw it (was so).
  const late = await changeBank(all, id, { ...ENTRY, name: 'Mine', form: AT, from: { ...ENTRY, form: AT } })
  assert.deepEqual(late.ok ? null : [late.failure.code, late.failure.now, now()?.name], ['changed', { name: 'Own Bank', country: 'US', timeZone: 'America/Chicago', form: AT }, 'Own Bank'])
  const none = await changeBank(all, 'chase', { ...ENTRY, form: AT })
  assert.equal(none.ok ? '' : none.failure.code, 'not_found')
})

// Fails when: what was typed for one host is sent to another, because somebody changed the address of the bank (security.md section 3).
test('a login follows within its address, and stays where it was typed for when the bank is elsewhere', async () => {
  const { all, asked, id, now, read, connection } = await lived()
  const changed = await changeBank(all, id, { ...ENTRY, form: { ...AT, fid: '77' } })
  assert.ok(changed.ok)
  assert.deepEqual([asked, (await read()).settings], [[AT.url], { ...AT, fid: '77' }])
  assert.ok((await changeBank(all, id, { ...ENTRY, form: { ...AT, url: 'https://new.example/ofx' } })).ok)
  assert.deepEqual([now()?.routes[0].settings, (await read()).settings['url']], [{ ...AT, url: 'https://new.example/ofx' }, AT.url])
  assert.equal(now()?.id, connection.institutionId, 'it is the same bank')
  // Where it was another can be, under an id of its own.
  const second = await addBank(all, { ...ENTRY, name: 'Second', connector: 'scripted', form: AT })
  assert.equal(second.ok ? second.value.id : '', `${id}-2`)
  const taken = await changeBank(all, id, { ...ENTRY, form: AT })
  assert.equal(taken.ok ? '' : taken.failure.existing, `${id}-2`)
})

// Fails when: a bank that refuses the anonymous question cannot be added at all (was so), or whatever answers is taken for it unseen.
test('what answers and does not say who it is, is taken where a person trusts its very host', async () => {
  const { all, id, now, read } = await lived(({ org }) => org === 'B1')
  const form = { ...AT, url: 'https://mute.example/ofx', org: 'M' }
  const refused = await changeBank(all, id, { ...ENTRY, form })
  assert.deepEqual(refused.ok ? null : refused.failure, { code: 'not_answering', field: null, host: 'mute.example', message: 'The bank answered with status 400.' })
  assert.equal((await changeBank(all, id, { ...ENTRY, form, trustedHost: 'old.example' })).ok, false)
  assert.equal(now()?.routes[0].settings['url'], AT.url)
  assert.ok((await changeBank(all, id, { ...ENTRY, form, trustedHost: 'mute.example' })).ok)
  assert.deepEqual([now()?.routes[0].settings, (await read()).settings['url']], [{ ...form, profile: false }, AT.url])
  // Its name alone asks nothing, and loses nothing.
  assert.ok((await changeBank(all, id, { ...ENTRY, name: 'Mute', form })).ok)
  assert.deepEqual([now()?.name, now()?.routes[0].settings], ['Mute', { ...form, profile: false }])
  const added = await addBank(all, { ...ENTRY, connector: 'scripted', form: { url: 'https://mute.example/two', org: 'M' }, trustedHost: 'mute.example' })
  assert.ok(added.ok)
})

// Fails when: a bank goes under a login that is read, or is kept for ever for one that was removed.
test('a bank is removed where no login is of it; else it is said which', async () => {
  const { all, id, now, store, connection } = await lived()
  const kept = await removeBank(all, id)
  assert.deepEqual(kept.ok ? null : [kept.failure.code, kept.failure.connectionIds, kept.failure.message], ['in_use', [connection.id], `Own stays while a login is of it: ${connection.loginLabel}. Remove that first.`])
  assert.match(retold('de', kept.ok ? '' : kept.failure.message), /^Own bleibt/)
  await store.connections.update(connection.id, { state: 'removed' })
  assert.ok((await removeBank(all, id)).ok)
  assert.equal(now(), undefined)
})
