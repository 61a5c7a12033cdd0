/** A reconnect preview as the API tells it: counts, what they mean in a sentence, and whether it may be switched. */
import { z } from 'zod'
import { formatMoney } from '../domain/money.ts'
import type { PreviewAccount, PreviewCounts, ReconnectPreview } from '../domain/preview.ts'
import type { Instance } from '../instance.ts'
import { objectionTo, totalOf, UNDO_DAYS } from '../sync/preview.ts'
import { challengeResource, challengeShape, dayShape, isoInstant } from './shapes.ts'

const DAY_MS = 86_400_000
const countsShape = z.object({ same: z.int(), new: z.int(), lost: z.int(), double: z.int(), toCheck: z.int() })

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
        rows: z.array(z.object({ kind: z.enum(['new', 'lost', 'double', 'to_check']), transactionId: z.uuid().nullable(), on: dayShape, amount: z.string(), text: z.string() })),
      }),
    ),
    unfed: z.array(z.object({ accountId: z.uuid(), name: z.string() })).meta({ description: 'Accounts that the new sign-in does not list' }),
    unknown: z.array(z.string()).meta({ description: 'Accounts that only the new sign-in lists; they wait for you after the switch' }),
    challenge: challengeShape.nullable(),
    failure: z.object({ code: z.string(), stage: z.string(), message: z.string() }).nullable(),
    switchRunId: z.uuid().nullable().meta({ description: 'Undo this run to go back' }),
    undoUntil: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ReconnectPreview' })

export async function previewResource(instance: Instance, preview: ReconnectPreview): Promise<z.output<typeof previewShape>> {
  const { store } = instance
  const { id, connectionId, shadowId, state, failure, switchRunId, switchedAt, unknown } = preview
  const [shadow, [challenge]] = await Promise.all([store.connections.get(shadowId), store.challenges.list({ connectionId: shadowId, state: 'open' })])
  const name = async (accountId: string) => (await store.accounts.get(accountId))?.name ?? ''
  const total = totalOf(preview.accounts)
  return {
    id, connectionId, newConnectionId: shadowId, state, switchRunId,
    newLogin: shadow === null ? '' : `${shadow.institutionName}, ${shadow.loginLabel}`,
    sentence: sentenceOf(preview, total),
    objection: state === 'ready' ? objectionTo(preview) : null,
    counts: countsOf(total),
    accounts: await Promise.all(preview.accounts.map(async (account) => accountOf(account, await name(account.accountId), (await store.accounts.get(account.accountId))?.currency ?? 'XXX'))),
    unfed: await Promise.all(preview.unfed.map(async (accountId) => ({ accountId, name: await name(accountId) }))),
    unknown: [...unknown],
    challenge: challenge === undefined ? null : challengeResource(challenge),
    failure: failure === null ? null : { code: failure.code, stage: failure.stage, message: failure.message },
    undoUntil: switchedAt === null || state !== 'switched' ? null : isoInstant(switchedAt + UNDO_DAYS * DAY_MS),
  }
}

export function countsSentence({ same, added, lost, doubled, doubtful }: PreviewCounts): string {
  return `${same} the same, ${added} new, ${lost} lost, ${doubled} double, ${doubtful} to check`
}

function sentenceOf({ state, failure }: ReconnectPreview, total: PreviewCounts): string {
  switch (state) {
    case 'reading': return 'Reading beside the old connection…'
    case 'asked': return 'The bank asks a question before it lets this sign-in read.'
    case 'failed': return `${failure?.message ?? 'It could not be read.'} Nothing was stored.`
    case 'different_login': return failure?.message ?? 'This login is somebody else\'s. Nothing was stored.'
    case 'ready': return `${countsSentence(total)}.`
    case 'switched': return `Switched: ${countsSentence(total)}.`
    case 'undone': return 'The switch was taken back; the old connection reads again.'
    case 'cancelled': return 'Ended without a switch; nothing of it was kept.'
  }
}

function accountOf({ accountId, ref, listedName, counts, examples }: PreviewAccount, name: string, currency: string): z.output<typeof previewShape>['accounts'][number] {
  return {
    accountId, name, listedName, listedNumber: ref.number, sentence: counts === null ? '' : countsSentence(counts), counts: counts === null ? null : countsOf(counts),
    rows: examples.map(({ kind, transactionId, on, amount, text }) => ({ kind: KINDS[kind], transactionId, on, text, amount: formatMoney({ minor: BigInt(amount), currency }) })),
  }
}

function countsOf({ same, added, lost, doubled, doubtful }: PreviewCounts): z.output<typeof countsShape> {
  return { same, new: added, lost, double: doubled, toCheck: doubtful }
}

const KINDS = { added: 'new', lost: 'lost', doubled: 'double', doubtful: 'to_check' } as const
