/** Institutions with their routes and their health, and the health of the banks that are in use. */
import { z } from 'zod'
import { searchInstitutions } from '../../domain/bank-search.ts'
import { retold } from '../../language/retold.ts'
import { bankHistory } from '../bank-history.ts'
import { bankHistoryShape } from '../bank-shapes.ts'
import { labelShape } from '../access-shapes.ts'
import { bankResources, fieldResources, institutionResource } from '../connection-resource.ts'
import { bankShape, fieldShape, institutionShape } from '../connection-shapes.ts'
import type { BankRefusal } from '../../sync/add-bank.ts'
import { ApiProblem } from '../problems.ts'
import { listOf, route, type Route } from '../route.ts'
import { timeZoneShape } from '../shapes.ts'

const SHOWN = 20

const bankParams = z.strictObject({ id: z.string().max(100) })

const search = route({
  method: 'GET', url: '/institutions', action: 'read', tag: 'Institutions', summary: 'Find a bank by name, web address or routing number',
  query: z.strictObject({ query: z.string().max(200).default('') }),
  response: listOf(institutionShape),
  handle: async ({ query, instance, language }) => {
    const found = searchInstitutions(instance.institutions, query.query).slice(0, SHOWN)
    return { items: await Promise.all(found.map((institution) => institutionResource(language, instance, institution))) }
  },
})

const forms = route({
  method: 'GET', url: '/bank-forms', action: 'administer', tag: 'Institutions', summary: 'By which ways a bank that is in no list can be added by its address, and what must be known of it',
  response: listOf(z.object({ connector: z.string(), name: z.string(), advice: z.string(), fields: z.array(fieldShape) })),
  handle: async ({ instance, language }) => ({
    items: [...instance.connectors.values()].flatMap(({ manifest: { id, name, advice, bankFields } }) => (bankFields === undefined ? [] : [{ connector: id, name, advice: retold(language, advice), fields: fieldResources(language, bankFields) }])),
  }),
})

const bankEntry = z.strictObject({
  name: labelShape, country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166)'), timeZone: timeZoneShape, form: z.record(z.string().max(64), z.string().max(500)),
  trustedHost: z.string().max(300).optional().meta({ description: 'The `host` of `bank_not_answering`: the bank is taken although what answers there does not say who it is' }),
})

const shown = bankEntry.omit({ trustedHost: true })

function refused({ code, field, existing, host, connectionIds, now, message }: BankRefusal): ApiProblem {
  if (code === 'known') return new ApiProblem('bank_known', message, { bank: existing })
  if (code === 'in_use') return new ApiProblem('bank_in_use', message, { connectionIds })
  if (code === 'changed') return new ApiProblem('wrong_state', message, { now })
  if (code === 'not_found') return new ApiProblem('not_found', message)
  if (code === 'not_answering') return new ApiProblem('bank_not_answering', message, host === undefined ? {} : { host })
  return new ApiProblem('invalid_request', message, { errors: [{ field: field === null ? 'form' : `form/${field}`, message }] })
}

const add = route({
  method: 'POST', url: '/institutions', action: 'administer', tag: 'Institutions', summary: 'Add a bank that is in no list by its address; it is asked who it is, without a sign-in, before it is stored',
  body: bankEntry.extend({ connector: z.string().max(40) }),
  response: institutionShape, status: 201,
  handle: async ({ body, instance, language }) => {
    const added = await instance.verbs.addBank(body)
    if (added.ok) return institutionResource(language, instance, added.value)
    throw refused(added.failure)
  },
})

const change = route({
  method: 'PUT', url: '/institutions/:id', action: 'administer', tag: 'Institutions', summary: 'Change a bank that was added by its address; at another address it is asked who it is first, and no login follows there before it is typed anew',
  params: bankParams, body: bankEntry.extend({ from: shown.optional().meta({ description: 'As it was shown; where it is not that any more, nothing is stored, and `now` says what it is' }) }), response: institutionShape,
  handle: async ({ params, body, instance, language }) => {
    const changed = await instance.verbs.changeBank(params.id, body)
    if (changed.ok) return institutionResource(language, instance, changed.value)
    throw refused(changed.failure)
  },
})

const remove = route({
  method: 'DELETE', url: '/institutions/:id', action: 'administer', tag: 'Institutions', summary: 'Remove a bank that was added by its address and that no login uses',
  params: bankParams, response: z.object({ ok: z.literal(true) }),
  handle: async ({ params, instance }) => {
    const removed = await instance.verbs.removeBank(params.id)
    if (!removed.ok) throw refused(removed.failure)
    return { ok: true as const }
  },
})

const one = route({
  method: 'GET', url: '/institutions/:id', action: 'read', tag: 'Institutions', summary: 'One bank with the ways to connect it',
  params: bankParams, response: institutionShape,
  handle: async ({ params, instance, language }) => {
    const institution = instance.institutions.find((candidate) => candidate.id === params.id)
    if (institution === undefined) throw new ApiProblem('not_found', 'There is no institution with this id.')
    return institutionResource(language, instance, institution)
  },
})

const history = route({
  method: 'GET', url: '/institutions/:id/health', action: 'read', tag: 'Institutions', summary: 'The last ninety days of a bank: a word for each day, its incidents with start, end and scope, its usual rate of failures',
  params: bankParams, response: bankHistoryShape,
  handle: async ({ params, instance, language }) => {
    const used = (await instance.store.connections.list()).find(({ institutionId }) => institutionId === params.id)
    const institution = instance.institutions.find(({ id }) => id === params.id) ?? (used === undefined ? undefined : { id: params.id, name: used.institutionName })
    if (institution === undefined) throw new ApiProblem('not_found', 'There is no institution with this id.')
    return bankHistory(language, instance, institution)
  },
})

const banks = route({
  method: 'GET', url: '/banks', action: 'read', tag: 'Institutions', summary: 'The health of each bank in use, learned from all its connections',
  response: listOf(bankShape),
  handle: async ({ instance, language }) => ({ items: await bankResources(language, instance) }),
})

export const institutionRoutes: readonly Route[] = [search, forms, add, change, remove, one, history, banks]
