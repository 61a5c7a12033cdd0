/** A reconnect preview as the API tells it: counts, what they mean in a sentence, and whether it may be switched. */
import type { z } from 'zod'
import { formatMoney } from '../domain/money.ts'
import type { PreviewAccount, PreviewCounts, PreviewSide, ReconnectPreview } from '../domain/preview.ts'
import type { Instance } from '../instance.ts'
import type { Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'
import { say } from '../language/say.ts'
import { objectionTo, totalOf, UNDO_DAYS } from '../sync/preview.ts'
import type { countsShape, previewShape } from './preview-shape.ts'
import { switchNeeds } from './reconnect-rights.ts'
import { challengeResource, failureResource, isoInstant } from './shapes.ts'

const DAY_MS = 86_400_000

export async function previewResource(language: Language, instance: Instance, preview: ReconnectPreview): Promise<z.output<typeof previewShape>> {
  const { store } = instance
  const { id, connectionId, shadowId, state, failure, switchRunId, switchedAt, unknown } = preview
  const [shadow, [challenge]] = await Promise.all([store.connections.get(shadowId), store.challenges.list({ connectionId: shadowId, state: 'open' })])
  const name = async (accountId: string) => (await store.accounts.get(accountId))?.name ?? ''
  const total = totalOf(preview.accounts)
  return {
    id, connectionId, newConnectionId: shadowId, state, switchRunId,
    newLogin: shadow === null ? '' : `${shadow.institutionName}, ${shadow.loginLabel}`,
    sentence: sentenceOf(language, preview, total),
    objection: state === 'ready' ? objectionTo(language, preview) : null,
    counts: countsOf(total),
    accounts: await Promise.all(preview.accounts.map(async (account) => accountOf(language, account, await name(account.accountId), (await store.accounts.get(account.accountId))?.currency ?? 'XXX'))),
    unfed: await Promise.all(preview.unfed.map(async (accountId) => ({ accountId, name: await name(accountId) }))),
    unknown: [...unknown],
    needs: await switchNeeds(instance, preview),
    challenge: challenge === undefined ? null : await challengeResource(language, store, challenge),
    failure: failure === null ? null : failureResource(language, failure),
    undoUntil: switchedAt === null || state !== 'switched' ? null : isoInstant(switchedAt + UNDO_DAYS * DAY_MS),
  }
}

function countsSentence(language: Language, counts: PreviewCounts): string {
  return say(language, '{same} the same, {added} new, {lost} lost, {doubled} double, {doubtful} to check', counts)
}

function sentenceOf(language: Language, { state, failure }: ReconnectPreview, total: PreviewCounts): string {
  switch (state) {
    case 'reading': return say(language, 'Reading beside the old connection…')
    case 'asked': return say(language, 'The bank asks a question before it lets this sign-in read.')
    case 'failed': return say(language, '{why} Nothing was stored.', { why: failure === null ? say(language, 'It could not be read.') : retold(language, failure.message) })
    case 'different_login': return failure === null ? say(language, 'This login is somebody else\'s. Nothing was stored.') : retold(language, failure.message)
    case 'ready': return say(language, '{same} the same, {added} new, {lost} lost, {doubled} double, {doubtful} to check.', total)
    case 'switched': return say(language, 'Switched: {same} the same, {added} new, {lost} lost, {doubled} double, {doubtful} to check.', total)
    case 'undone': return say(language, 'The switch was taken back; the old connection reads again.')
    case 'cancelled': return say(language, 'Ended without a switch; nothing of it was kept.')
  }
}

function accountOf(language: Language, { accountId, ref, listedName, counts, examples }: PreviewAccount, name: string, currency: string): z.output<typeof previewShape>['accounts'][number] {
  return {
    accountId, name, listedName, listedNumber: ref.number, sentence: counts === null ? '' : countsSentence(language, counts), counts: counts === null ? null : countsOf(counts),
    rows: examples.map(({ kind, transactionId, other, ...row }) => ({ kind: KINDS[kind], transactionId, ...sideOf(row, currency), other: other === undefined ? null : sideOf(other, currency) })),
  }
}

function sideOf({ on, amount, text }: PreviewSide, currency: string) {
  return { on, text, amount: formatMoney({ minor: BigInt(amount), currency }) }
}

function countsOf({ same, added, lost, doubled, doubtful }: PreviewCounts): z.output<typeof countsShape> {
  return { same, new: added, lost, double: doubled, toCheck: doubtful }
}

const KINDS = { added: 'new', lost: 'lost', doubled: 'double', doubtful: 'to_check' } as const
