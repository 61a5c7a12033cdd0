/** The audit log, for owners: its lines, and whether their chain holds. */
import { z } from 'zod'
import { auditShape, verdictShape } from '../access-shapes.ts'
import { auditView } from '../access-views.ts'
import { pageOf, route, type Route } from '../route.ts'

const list = route({
  method: 'GET', url: '/audit', action: 'manage', tag: 'Audit', summary: 'Who did what, newest first',
  query: z.strictObject({
    kinds: z.string().regex(/^[a-z_]+(,[a-z_]+){0,30}$/).optional().meta({ description: 'First words of acts, with commas between: `member,invitation` for `member.invited` and the like' }),
    actor: z.string().regex(/^[!-~]{1,120}$/).optional().meta({ description: '`user:ID`, `key:ID`, `host`, `relink` or `nobody`' }),
    since: z.iso.datetime().optional(), until: z.iso.datetime().optional().meta({ description: 'What happened at this instant does not count' }),
    cursor: z.string().regex(/^\d{1,15}$/).optional(), limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  response: pageOf(auditShape),
  handle: async ({ instance, query: { kinds, actor, since, until, cursor, ...query } }) => {
    const lines = await instance.store.audit.list({
      limit: query.limit, ...(cursor === undefined ? {} : { before: Number(cursor) }), ...(kinds === undefined ? {} : { kinds: kinds.split(',') }), ...(actor === undefined ? {} : { actor }),
      ...(since === undefined ? {} : { since: Date.parse(since) }), ...(until === undefined ? {} : { until: Date.parse(until) }),
    })
    const last = lines.at(-1)
    return { items: lines.map(auditView), next: last === undefined || lines.length < query.limit || last.seq === 1 ? null : String(last.seq) }
  },
})

const verify = route({
  method: 'GET', url: '/audit/verify', action: 'manage', tag: 'Audit', summary: 'Check the chain of all lines; names the first that does not fit',
  query: z.strictObject({ head: z.string().regex(/^\d{1,15}:[0-9a-f]{64}$/).optional().meta({ description: 'SEQ:HASH as noted elsewhere: it must still be there' }) }), response: verdictShape,
  handle: async ({ instance, query }) => {
    const [seq, hash] = query.head?.split(':') ?? []
    return instance.audit.verify(seq === undefined || hash === undefined ? null : { seq: Number(seq), hash })
  },
})

export const auditRoutes: readonly Route[] = [list, verify]
