/**
 * What nobody means to send, in every field of every route: it is refused with a reason, or taken as it is, and
 * never breaks the server. Fields, and what else a request needs, are read from the table of routes, so that a new one is asked, too.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z, type ZodType } from 'zod'
import type { Route } from '../../src/api/route.ts'
import { ROUTES } from '../../src/api/routes/index.ts'
import { createConnection, settled } from './neighbour.ts'
import { addTotp, openHouse, OWNER, type House } from './house.ts'

const STRANGE: readonly unknown[] = ['', 'a\u0000b', '2026-02-30', 'x'.repeat(5_000), -1, null, [[]]]

/** As JSON Schema, of which this reads what the routes use. */
type Schema = { readonly type?: string; readonly format?: string; readonly enum?: readonly unknown[]; readonly const?: unknown; readonly default?: unknown; readonly anyOf?: readonly Schema[]; readonly oneOf?: readonly Schema[]; readonly properties?: Readonly<Record<string, Schema>>; readonly required?: readonly string[]; readonly items?: Schema; readonly additionalProperties?: Schema | false }

let house: House
before(async () => {
  house = await openHouse()
})
after(() => house.close())

test('nothing that is sent breaks the server: each field of each route takes it or says what is wrong', async () => {
  const owner = house.browser()
  await owner.ask('POST', '/api/sign-in/setup', { token: house.setupToken, ...OWNER })
  await addTotp(owner, OWNER.password)
  const { json: { token } } = await owner.ask('POST', '/api/invitations', { role: 'reader', label: 'Rita' })
  await house.browser().ask('POST', '/api/sign-in/join', { token, name: 'Rita', email: 'rita@books.example', password: 'four calm rivers bend' })
  const reader = (await house.instance.store.access.members()).find(({ role }) => role === 'reader')
  const ids = await settled(house.instance.store, await createConnection(house.instance.store))
  const broken: string[] = []
  let asked = 0
  const ask = async (route: Route, path: string, body: unknown, what: string): Promise<void> => {
    asked += 1
    const { status, json, text } = await owner.ask(route.method, `/api${path}`, body)
    if (status >= 500 || (status >= 400 && typeof json?.code !== 'string')) broken.push(`${route.method} ${route.url} with ${what}: ${status} ${text.slice(0, 200)}`)
  }
  // Deleting all of it is another test's; a session that has ended would be asked nothing more.
  for (const route of ROUTES.filter(({ method, url }) => `${method} ${url}` !== 'DELETE /tenant' && url !== '/sign-in/out')) {
    const [query, body] = [schemaOf(route.query), route.body === 'stream' ? undefined : schemaOf(route.body)]
    const plain = query === undefined ? {} : Object.fromEntries(Object.entries(query.properties ?? {}).filter(([name]) => query.required?.includes(name)).map(([name, one]) => [name, String(usual(one, name, ids))]))
    const path = route.url.replace(':id', idFor(route.url, ids)).replace(':user', reader?.userId ?? '').replace(/:\w+/, '0000000000000000')
    const full = body === undefined ? undefined : usual(body, '', ids)
    if (route.body !== undefined && route.body !== 'stream') await ask(route, `${path}?${new URLSearchParams(plain)}`, {}, 'nothing in it')
    for (const value of STRANGE) {
      for (const name of Object.keys(query?.properties ?? {})) await ask(route, `${path}?${new URLSearchParams({ ...plain, [name]: String(value) })}`, full, `${name} = ${shown(value)}`)
      if (route.url.includes(':') && typeof value === 'string' && value !== '') await ask(route, `${route.url.replace(/:\w+/, encodeURIComponent(value))}?${new URLSearchParams(plain)}`, full, `an id ${shown(value)}`)
      for (const [where, changed] of body === undefined ? [] : changes(body, full, value)) await ask(route, `${path}?${new URLSearchParams(plain)}`, changed, `${where} = ${shown(value)}`)
    }
  }
  assert.deepEqual(broken, [])
  assert.equal((await owner.ask('GET', '/api/account')).status, 200, 'whoever asked all of it is signed in still')
  assert.ok(asked > 1_000, String(asked))
})

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 30)

function schemaOf(schema: ZodType | undefined): Schema | undefined {
  return schema === undefined ? undefined : z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema
}

/** Where a schema allows several, the first. */
const firstOf = (schema: Schema): Schema => schema.anyOf?.[0] ?? schema.oneOf?.[0] ?? schema

/** One value that a schema allows, or nearly. */
function usual(schema: Schema, name: string, ids: Readonly<Record<string, string>>): unknown {
  const one = firstOf(schema)
  if (schema.default !== undefined) return schema.default
  if (one.const !== undefined) return one.const
  if (one.enum !== undefined) return one.enum[0]
  if (one.type === 'object') return Object.fromEntries(Object.entries(one.properties ?? {}).map(([key, inner]) => [key, usual(inner, key, ids)]))
  if (one.type === 'array') return [usual(one.items ?? {}, name, ids)]
  if (one.type === 'integer' || one.type === 'number') return 1
  if (one.type === 'boolean') return false
  if (one.format === 'uuid') return ids[name] ?? ids['transactionId']
  return one.format === 'date' ? '2026-03-05' : name === 'balance' ? '1.00' : name === 'email' ? 'a@books.example' : 'abc'
}

/** The body with the value in the place of each of its fields, one at a time. */
function changes(schema: Schema, body: unknown, value: unknown, where = 'body'): readonly (readonly [string, unknown])[] {
  const one = firstOf(schema)
  const within = (inner: Schema, key: string, put: (changed: unknown) => unknown): readonly (readonly [string, unknown])[] => changes(inner, (body as Record<string, unknown>)[key], value, `${where}/${key}`).map(([place, changed]) => [place, put(changed)])
  if (one.type === 'array' && one.items !== undefined) return [[where, value], ...within(one.items, '0', (changed) => [changed])]
  if (one.type !== 'object' || typeof body !== 'object' || body === null) return [[where, value]]
  const free = typeof one.additionalProperties === 'object' ? [[`${where}/*`, { ...body, username: value }]] as const : []
  return [[where, value], ...free, ...Object.entries(one.properties ?? {}).flatMap(([key, inner]) => within(inner, key, (changed) => ({ ...body, [key]: changed })))]
}

function idFor(url: string, ids: Readonly<Record<string, string>>): string {
  const kind = Object.keys(ids).find((name) => url.startsWith(`/${name.replace(/Id$/, '')}s/`))
  return ids[kind ?? 'transactionId'] ?? ''
}
