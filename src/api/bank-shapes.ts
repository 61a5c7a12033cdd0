/** Resources of a bank's history: its days and its incidents (`bank-history.ts` makes them). */
import { z } from 'zod'
import { bankShape, partShape } from './connection-shapes.ts'
import { dayShape } from './shapes.ts'

const instant = z.iso.datetime()

export const incidentShape = z
  .object({
    id: z.uuid(),
    startedAt: instant.meta({ description: 'The first read that failed' }),
    endedAt: instant.nullable().meta({ description: 'The first read that worked; null while it lasts' }),
    minutes: z.int().meta({ description: 'From start to end, or until now' }),
    cause: z.string(),
    what: z.array(partShape),
    scope: z.object({ kind: z.enum(['bank', 'route', 'accounts']), connector: z.string().nullable(), accountKind: z.string().nullable() }),
    struck: z.string().meta({ description: 'Whom it struck, in words: 3 of 3 connections' }),
    failing: z.int(),
    connections: z.int(),
    witness: z.enum(['reads', 'probe']),
  })
  .meta({ id: 'Incident' })

export const bankHistoryShape = z
  .object({
    institutionId: z.string(),
    name: z.string(),
    health: bankShape.shape.health,
    connections: z.int().meta({ description: 'Connections to it that exist' }),
    usualRate: z.number().meta({ description: 'How likely a read fails in usual times, learned from the last sixty days; docs/bank-health.md' }),
    days: z.array(z.object({ day: dayShape, state: z.enum(['working', 'failures', 'disturbed', 'down', 'none']), reads: z.int(), failed: z.int() })),
    incidents: z.array(incidentShape).meta({ description: 'That touched these days, newest first' }),
  })
  .meta({ id: 'BankHistory' })
