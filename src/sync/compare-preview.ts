/**
 * What a switch would do to the feed: the answers of the shadow run are judged as if they were read
 * now, on a feed that forgets. The counts that a person sees and the pages that the switch commits
 * come from the same judgement.
 */
import type { Account, AccountSource } from '../domain/account.ts'
import type { Connection } from '../domain/connection.ts'
import { addDays, contains, daysBetween, joinRanges, type DayRange } from '../domain/day.ts'
import type { Failure } from '../domain/evidence.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { PreviewAccount, PreviewAnswer, PreviewCounts, PreviewExample, PreviewSide } from '../domain/preview.ts'
import type { AccountOutcome } from '../domain/run.ts'
import type { RowContent, TransactionId } from '../domain/transaction.ts'
import type { Candidate, NewTransaction, PageCommit } from '../ports/feed.ts'
import { Answer, opposite, OPPOSED, type Settled } from './answer.ts'
import { byId } from './candidate.ts'
import { CommitBuilder } from './commit.ts'
import type { SyncDeps } from './deps.ts'
import { knownSign } from './former-accounts.ts'
import { addCounts, commitContext, commitRows, NO_COUNTS, type SettleContext } from './settle.ts'
import { ShadowFeed } from './shadow-feed.ts'
import { turnSigns } from './turn-signs.ts'
import { afterAnswer, readProgress, writeProgress } from './window.ts'

export type Compared = {
  readonly counts: PreviewCounts
  readonly examples: readonly PreviewExample[]
  readonly pages: readonly PageCommit[]
  readonly outcome: AccountOutcome
}

type Shown = { readonly id: TransactionId; readonly content: RowContent }

/** So many rows are held at once; the answers were read whole already. */
const HELD_ROWS = 1_000_000
const SHOWN_EXAMPLES = 20
/** Rows of equal amounts this near that neither source shows to the other would stand there twice. */
const DOUBLE_DAYS = 5
/** At its old end an answer may have begun in the middle of what another source dates otherwise. */
const EDGE_DAYS = 3

/** The switch's source of one account. `shadow`: the connection that it is of. */
export async function sourceOf({ store }: Pick<SyncDeps, 'store'>, { sourceId, accountId, ref }: PreviewAccount, shadow: Connection): Promise<AccountSource> {
  return { id: sourceId, accountId, connectionId: shadow.id, program: null, ref, state: 'active', sign: await knownSign(store, shadow, accountId) }
}

/** Judges the answers of one account; a failure when they cannot be believed. */
export async function compare(deps: SyncDeps, account: Account, preview: PreviewAccount, connection: Connection, answers: readonly PreviewAnswer[], runId: string): Promise<Result<Compared, Failure>> {
  const shadow = new ShadowFeed(deps.store.feed)
  const source = await sourceOf(deps, preview, connection)
  let settle: SettleContext = { feed: shadow.feed, account, source, runId, now: () => deps.clock.now(), newId: (at) => deps.entropy.id(at) }
  let counts = NO_COUNTS
  const covered: DayRange[] = []
  const settleOne = async ({ asked, rows, covers, balances }: PreviewAnswer, isUnmet: boolean): Promise<Result<Settled, Failure>> => {
    const answer = new Answer({ ...settle, doubtedBefore: false, listedBefore: null, isUnmet }, asked, HELD_ROWS)
    const added = await answer.add(rows)
    if (!added.ok) return added
    const progress = readProgress(await shadow.feed.cursor(source.id))
    return answer.finish({ covers, balances, cursor: (believed, reread) => writeProgress(afterAnswer(progress, { asked, covers: believed, coveredBefore: [], connector: null, reread, today: asked.to, listed: rows.length })) })
  }
  for (const answered of answers) {
    let settled = await settleOne(answered, counts.matched === 0)
    if (!settled.ok && settled.failure === OPPOSED) {
      const sign = opposite(settle.source.sign)
      if (await turnSigns({ feed: shadow.feed, account, sourceId: source.id, runId, at: settle.now() }, sign, false)) settle = { ...settle, source: { ...settle.source, sign } }
      settled = await settleOne(answered, false)
    }
    if (!settled.ok) return settled
    settle = { ...settle, source: { ...settle.source, sign: settled.value.sign } }
    if (settled.value.failure !== null) return failed(settled.value.failure)
    counts = addCounts(counts, settled.value.counts)
    if (settled.value.covers !== null) covered.push(settled.value.covers)
  }
  const former = await formerRows(deps, account.id, preview, covered)
  const joined = new Set(shadow.pages.flatMap((page) => page.observations.map((o) => o.transactionId)))
  await dropPending(settle, former.filter((row) => row.state === 'pending' && !joined.has(row.id)))
  const result = tell(shadow, former, joined, covered)
  return ok({ ...result, pages: shadow.pages, outcome: { accountId: account.id, ...counts, failure: null } })
}

/** What the sources that are to be replaced reported on the days that the new one answers for. */
async function formerRows({ store }: SyncDeps, accountId: string, preview: PreviewAccount, covered: readonly DayRange[]): Promise<readonly Candidate[]> {
  const old = new Set(preview.replaces.map(({ id }) => id))
  const rows = new Map<TransactionId, Candidate>()
  for (const range of joinRanges(covered)) {
    const { transactions } = await store.feed.candidates({
      accountId, sourceId: preview.sourceId, keys: [], providerIds: [], contentKeys: [], near: { amounts: [], from: [], to: [] }, states: { states: ['posted', 'pending'], range },
    })
    for (const row of transactions) if (row.reports.some((report) => old.has(report.sourceId))) rows.set(row.id, row)
  }
  return [...rows.values()]
}

/** Nobody would ever withdraw a pending row of a source that is not read any more; when it posts, it comes back under its id. */
async function dropPending(settle: SettleContext, pending: readonly Candidate[]): Promise<void> {
  if (pending.length === 0) return
  const builder = new CommitBuilder(commitContext(settle, false), byId({ transactions: pending }))
  for (const row of pending) builder.withdraw(row, 'pending_dropped')
  await commitRows(settle, builder.finish())
}

function tell(shadow: ShadowFeed, former: readonly Candidate[], joined: ReadonlySet<TransactionId>, covered: readonly DayRange[]): Pick<Compared, 'counts' | 'examples'> {
  const inserts = shadow.pages.flatMap((page) => page.inserts)
  const made = new Set(inserts.map((row) => row.id))
  const questions = shadow.pages.flatMap((page) => page.questions.filter((question) => question.otherTransactionId !== null))
  const asked = new Set(questions.flatMap((question) => [question.transactionId, question.otherTransactionId!]))
  const ranges = joinRanges(covered).map((range) => ({ from: addDays(range.from, EDGE_DAYS), to: range.to }))
  const missing = former.filter((row) => row.state === 'posted' && !row.decisions.deleted && !joined.has(row.id) && !asked.has(row.id) && ranges.some((range) => contains(range, row.postedOn)))
  const added = inserts.filter((row) => row.state === 'posted' && !asked.has(row.id))
  const doubled = new Map<NewTransaction, Candidate>()
  const free = new Set(added)
  for (const row of missing) {
    const twin = [...free].find((other) => other.amount === row.amount && Math.abs(daysBetween(other.postedOn, row.postedOn)) <= DOUBLE_DAYS)
    if (twin === undefined) continue
    free.delete(twin)
    doubled.set(twin, row)
  }
  const twins = new Set([...doubled.values()].map((row) => row.id))
  const lost = missing.filter((row) => !twins.has(row.id))
  const side = ({ postedOn, amount, name, memo }: RowContent): PreviewSide => ({ on: postedOn, amount: String(amount), text: [name, memo].filter((part) => part !== null).join(' ') })
  const example = (kind: PreviewExample['kind']) => (row: Shown): PreviewExample => ({ kind, transactionId: made.has(row.id) ? null : row.id, ...side(row.content) })
  const some = (kind: PreviewExample['kind'], rows: readonly (NewTransaction | Candidate)[]) => rows.slice(0, SHOWN_EXAMPLES).map((row) => example(kind)({ id: row.id, content: row }))
  const doubts = questions.slice(0, SHOWN_EXAMPLES).flatMap(({ transactionId, otherTransactionId }): PreviewExample[] => {
    const [other, row] = [shadow.row(transactionId), shadow.row(otherTransactionId!)]
    return row === null ? [] : [{ ...example('doubtful')({ id: row.id, content: row }), ...(other === null ? {} : { other: side(other) }) }]
  })
  return {
    counts: { same: [...joined].filter((id) => !made.has(id)).length, added: free.size, lost: lost.length, doubled: doubled.size, doubtful: questions.length },
    examples: [...some('lost', lost), ...some('doubled', [...doubled.keys()]), ...doubts, ...some('added', [...free])],
  }
}
