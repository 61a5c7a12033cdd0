/**
 * A number that vanished from the bank's list and a new one that appeared: perhaps a new card for
 * the same account. It is the same account only when the new number shows the rows that the old one
 * had; kind, currency and name alone prove nothing. Reads, but stores no row.
 */
import type { ListedAccount } from '../connector-kit/connector.ts'
import { addDays, maxDay, type DayRange } from '../domain/day.ts'
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
  const range = { from: addDays(session.today, -Math.min(LOOK_BACK_DAYS, session.connector.manifest.maxWindowDays - 1)), to: session.today }
  for (const feed of candidates) {
    const rows = await readRows(session, listed, feed, range)
    if (rows === null) return 'unreadable'
    if (await showsSameRows(session, feed, rows, range)) return feed
  }
  return 'other'
}

async function readRows(session: Session, listed: ListedAccount, { account, source }: Feed, range: DayRange): Promise<readonly Incoming[] | null> {
  const intake = new Intake({ sourceId: source.id, currency: account.currency, sign: source.sign, startOn: null, keepsMarks: false })
  const rows: Incoming[] = []
  for await (const step of session.connector.readAccount(session.context(null), listed.ref, range, null)) {
    if (step.step === 'failed' || step.step === 'challenge') return null
    if (step.step === 'notice') continue
    await session.remember(step.state)
    for (const row of step.page.rows) {
      const taken = intake.take(row)
      if (!taken.ok) return null
      if (taken.value !== null) rows.push(taken.value)
    }
  }
  return rows
}

/** Whether nearly all rows that the old number had in these days come from the new one, too. */
async function showsSameRows(session: Session, { account, source }: Feed, rows: readonly Incoming[], range: DayRange): Promise<boolean> {
  const first = rows.reduce((day, row) => (row.content.postedOn < day ? row.content.postedOn : day), range.to)
  const candidates = await session.deps.store.feed.candidates({
    accountId: account.id, sourceId: source.id, keys: rows.map((row) => row.key), providerIds: providerIdsOf(rows), contentKeys: rows.map((row) => row.contentKey),
    near: { amounts: [], from: [], to: [] }, states: { states: ['posted'], range: { from: maxDay(first, range.from), to: range.to } },
  })
  const contents = new Set(rows.map((row) => row.contentKey))
  const known = new Set([...candidates.known.values()].map((report) => report.transactionId))
  const stored = candidates.transactions.filter((candidate) => candidate.state === 'posted' && candidate.postedOn >= first && candidate.postedOn <= range.to)
  const shown = stored.filter((candidate) => known.has(candidate.id) || contents.has(candidate.contentKey))
  return shown.length >= MIN_ROWS && shown.length * 5 >= stored.length * 4
}
