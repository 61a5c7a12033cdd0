/**
 * A number that vanished from the bank's list and a new one that appeared: perhaps a new card for
 * the same account. It is the same account only when the new number shows the rows that the old one
 * had; kind, currency and name alone prove nothing. Reads, but stores no row.
 */
import type { ListedAccount } from '../connector-kit/connector.ts'
import type { AccountSource } from '../domain/account.ts'
import { addDays, contains, maxDay, minDay, type DayRange } from '../domain/day.ts'
import type { StatementRow } from '../domain/statement.ts'
import type { TransactionId } from '../domain/transaction.ts'
import type { Candidate } from '../ports/feed.ts'
import { isAlike, kindOf, type Feed } from './account-ref.ts'
import { providerIdsOf } from './answer.ts'
import { Intake, type Incoming } from './incoming.ts'
import type { Session } from './session.ts'

const LOOK_BACK_DAYS = 45
const MIN_ROWS = 3

/** `moved`: what goes on under another number; `unknown` and `absent`: what is left of either side. */
export type Renumbered = { readonly moved: readonly { readonly listed: ListedAccount; readonly feed: Feed }[]; readonly unknown: readonly ListedAccount[]; readonly absent: readonly Feed[] }

/**
 * Which listed accounts continue which that are absent, as their rows prove. A listed account that could not be read is in none of
 * the lists, so that it is looked at again instead of becoming a new one.
 */
export async function findRenumbered(session: Session, unknown: readonly ListedAccount[], absent: readonly Feed[]): Promise<Renumbered> {
  const [moved, stillUnknown]: [Renumbered['moved'][number][], ListedAccount[]] = [[], []]
  let stillAbsent = absent
  for (const listed of unknown) {
    const candidates = stillAbsent.filter(({ account }) => isAlike(account, kindOf(listed)))
    const verdict = candidates.length === 0 ? 'other' : await compare(session, listed, candidates)
    if (verdict === 'other') stillUnknown.push(listed)
    else if (verdict !== 'unreadable') {
      moved.push({ listed, feed: verdict })
      stillAbsent = stillAbsent.filter((feed) => feed !== verdict)
    }
  }
  return { moved, unknown: stillUnknown, absent: stillAbsent }
}

async function compare(session: Session, listed: ListedAccount, candidates: readonly Feed[]): Promise<Feed | 'other' | 'unreadable'> {
  const days = comparedDays(session)
  const listedAs = await listedRows(session, listed, days)
  for (const feed of candidates) {
    const rows = listedAs === null ? null : takeIn(listedAs, feed, feed.source.sign)
    if (rows === null) return 'unreadable'
    if (await showsSameRows(session, feed, rows, days)) return feed
  }
  return 'other'
}

/** The newest days, as many as a bank tells in one answer. */
export function comparedDays(session: Session): DayRange {
  return { from: addDays(session.today, -Math.min(LOOK_BACK_DAYS, session.connector.manifest.maxWindowDays - 1)), to: session.today }
}

/** What the bank shows of an account on these days; null: it does not answer. */
export async function listedRows(session: Session, listed: ListedAccount, days: DayRange): Promise<readonly StatementRow[] | null> {
  const rows: StatementRow[] = []
  for await (const step of session.connector.readAccount(session.context(null), listed.ref, days, null)) {
    if (step.step === 'failed' || step.step === 'challenge') return null
    if (step.step === 'notice') continue
    await session.remember(step.state)
    rows.push(...step.page.rows)
  }
  return rows
}

/** As rows of that account; null: they cannot be. */
export function takeIn(listed: readonly StatementRow[], { account, source }: Feed, sign: AccountSource['sign']): readonly Incoming[] | null {
  const intake = new Intake({ sourceId: source.id, currency: account.currency, sign, startOn: null, keepsMarks: false })
  const taken = listed.map((row) => intake.take(row))
  return taken.every((one) => one.ok) ? taken.flatMap(({ value }) => value ?? []) : null
}

/** What the account holds as booked on these days, and which of it the rows are reports of. */
export async function storedRows(session: Session, { account, source }: Feed, rows: readonly Incoming[], days: DayRange): Promise<{ readonly stored: readonly Candidate[]; readonly known: ReadonlySet<TransactionId> }> {
  const candidates = await session.deps.store.feed.candidates({
    accountId: account.id, sourceId: source.id, keys: rows.map((row) => row.key), providerIds: providerIdsOf(rows), contentKeys: rows.map((row) => row.contentKey),
    near: { amounts: [], from: [], to: [] }, states: { states: ['posted'], range: days },
  })
  const known = new Set([...candidates.known.values()].map((report) => report.transactionId))
  return { stored: candidates.transactions.filter((candidate) => candidate.state === 'posted' && contains(days, candidate.postedOn)), known }
}

/** Whether nearly all rows that the old number had in these days come from the new one, too. */
async function showsSameRows(session: Session, feed: Feed, rows: readonly Incoming[], days: DayRange): Promise<boolean> {
  const from = maxDay(rows.reduce((first, { content }) => minDay(first, content.postedOn), days.to), days.from)
  const { stored, known } = await storedRows(session, feed, rows, { from, to: days.to })
  const contents = new Set(rows.map((row) => row.contentKey))
  const shown = stored.filter((candidate) => known.has(candidate.id) || contents.has(candidate.contentKey))
  return shown.length >= MIN_ROWS && shown.length * 5 >= stored.length * 4
}
