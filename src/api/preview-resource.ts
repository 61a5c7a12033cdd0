/** A reconnect preview as the API tells it: counts, what they mean in a sentence, and whether it may be switched. */
import type { z } from 'zod'
import { formatMoney } from '../domain/money.ts'
import type { PreviewAccount, PreviewCounts, ReconnectPreview } from '../domain/preview.ts'
import type { Instance } from '../instance.ts'
import { objectionTo, totalOf, UNDO_DAYS } from '../sync/preview.ts'
import type { countsShape, previewShape } from './preview-shape.ts'
import { challengeResource, isoInstant } from './shapes.ts'

const DAY_MS = 86_400_000
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
