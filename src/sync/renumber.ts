/**
 * A number that vanished from the bank's list and a new one that appeared: perhaps a new card for
 * the same account. It is the same account only when the new number shows the rows that the old one
 * had; kind, currency and name alone prove nothing. Reads, but stores no row.
 */
import type { ListedAccount } from '../connector-kit/connector.ts'
import type { Account, AccountSource } from '../domain/account.ts'
import { addDays, maxDay, type DayRange } from '../domain/day.ts'
import { Intake, type Incoming } from './incoming.ts'
import { providerIdsOf } from './answer.ts'
import type { Session } from './session.ts'

const LOOK_BACK_DAYS = 45
const MIN_ROWS = 3

type Left = { readonly unknown: readonly ListedAccount[]; readonly absent: readonly AccountSource[] }

/**
 * Moves sources to their new numbers where rows prove it; returns what is left. A listed account
 * that could not be read is left out, so that it is looked at again instead of becoming a new one.
 */
export async function findRenumbered(session: Session, unknown: readonly ListedAccount[], absent: readonly AccountSource[]): Promise<Left> {
  const stillUnknown: ListedAccount[] = []
  let stillAbsent = absent
  for (const listed of unknown) {
    const candidates: { readonly source: AccountSource; readonly account: Account }[] = []
    for (const source of stillAbsent) {
      const account = await session.deps.store.accounts.get(source.accountId)
      if (account !== null && account.kind === listed.ref.kind && (listed.currency === null || listed.currency === account.currency)) candidates.push({ source, account })
    }
    const verdict = candidates.length === 0 ? 'other' : await compare(session, listed, candidates)
    if (verdict === 'other') stillUnknown.push(listed)
    else if (verdict !== 'unreadable') stillAbsent = stillAbsent.filter((source) => source !== verdict)
  }
  return { unknown: stillUnknown, absent: stillAbsent }
}

type Verdict = AccountSource | 'other' | 'unreadable'

async function compare(session: Session, listed: ListedAccount, candidates: readonly { readonly source: AccountSource; readonly account: Account }[]): Promise<Verdict> {
  const range = { from: addDays(session.today, -Math.min(LOOK_BACK_DAYS, session.connector.manifest.maxWindowDays - 1)), to: session.today }
  for (const { source, account } of candidates) {
    const rows = await readRows(session, listed, account, source, range)
    if (rows === null) return 'unreadable'
    if (!(await showsSameRows(session, account, source, rows, range))) continue
    await session.deps.store.accounts.updateSource(source.id, { ref: listed.ref })
    await session.deps.store.accounts.update(account.id, { number: listed.ref.number, bankId: listed.ref.bankId, state: 'open' })
    return source
  }
  return 'other'
}

async function readRows(session: Session, listed: ListedAccount, account: Account, source: AccountSource, range: DayRange): Promise<readonly Incoming[] | null> {
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
async function showsSameRows(session: Session, account: Account, source: AccountSource, rows: readonly Incoming[], range: DayRange): Promise<boolean> {
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
