/** A reconnect preview as the API tells it: a schema alone, for server and page. */
import { z } from 'zod'
import { challengeShape, dayShape } from './shapes.ts'

const sideShape = z.object({ on: dayShape, amount: z.string(), text: z.string() })

export const countsShape = z.object({ same: z.int(), new: z.int(), lost: z.int(), double: z.int(), toCheck: z.int() })

export const previewShape = z
  .object({
    id: z.uuid(),
    connectionId: z.uuid(),
    newConnectionId: z.uuid(),
    newLogin: z.string().meta({ description: 'The bank and login of the new sign-in' }),
    state: z.enum(['reading', 'asked', 'ready', 'failed', 'different_login', 'switched', 'undone', 'cancelled']),
    sentence: z.string().meta({ description: '312 the same, 4 new, 0 lost, 0 double, 1 to check' }),
    objection: z.string().nullable().meta({ description: 'Why it cannot be switched; null: nothing stands in the way' }),
    counts: countsShape,
    accounts: z.array(
      z.object({
        accountId: z.uuid(), name: z.string(), listedName: z.string(), listedNumber: z.string(), sentence: z.string(), counts: countsShape.nullable(),
        rows: z.array(sideShape.extend({ kind: z.enum(['new', 'lost', 'double', 'to_check']), transactionId: z.uuid().nullable(), other: sideShape.nullable().meta({ description: 'Of a row to check: the row of the feed that it may be' }) })),
      }),
    ),
    unfed: z.array(z.object({ accountId: z.uuid(), name: z.string() })).meta({ description: 'Accounts that the new sign-in does not list' }),
    unknown: z.array(z.string()).meta({ description: 'Accounts that only the new sign-in lists; they wait for you after the switch' }),
    needs: z.enum(['enter_secret', 'administer']).meta({ description: 'What whoever switches to it, ends it or takes it back must be allowed, for `connectionId`' }),
    challenge: challengeShape.nullable(),
    failure: z.object({ code: z.string(), stage: z.string(), message: z.string() }).nullable(),
    switchRunId: z.uuid().nullable().meta({ description: 'Undo this run to go back' }),
    undoUntil: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ReconnectPreview' })
