/**
 * A statement: what the ledger says, seen through the faults that strike, as STMTRS or CCSTMTRS
 * (OFX 1.0.2, section 11.4.2 and 11.4.3; pending rows OFX 2.2, section 11.4.2.3). Days are the
 * bank's own and both ends of the window belong to it. LEDGERBAL is always of now.
 */
import type { Day } from '../../src/domain/day.ts'
import { decimalsOf, formatMinor } from '../../src/domain/money.ts'
import { concerns, type Fault, type LoginMoment, type Moment, type Statement, type WireRow } from '../faults/fault.ts'
import { isBooked, isPending, type TruthRow } from '../ledger/row.ts'
import type { Zone } from '../ledger/zone.ts'
import { digitsOf } from '../random.ts'
import type { AccountState, BankState, LoginState } from '../state.ts'
import { accountFrom } from './accounts.ts'
import { writeDay, writeInstant } from './dates.ts'
import { type Child, type Element, leaf, node } from './element.ts'

export type Window = { readonly from: Day; readonly to: Day }

/** The statement as the faults want it seen. */
export function readStatement(
  login: LoginState,
  account: AccountState,
  window: Window,
  moment: LoginMoment,
  faults: readonly Fault[],
): Statement {
  return faults
    .filter((fault) => concerns(fault, login, account.spec.key))
    .reduce(
      (statement, fault) => fault.definition.statement?.(fault, statement, moment) ?? statement,
      trueStatement(login, account, window, moment),
    )
}

/** The statement as the ledger has it. */
export function trueStatement(login: LoginState, account: AccountState, window: Window, { bank, now }: Moment): Statement {
  const rows = login.ledger.rows(account.spec.key, now)
  const ledgerMinor = login.ledger.balance(account.spec.key, now)
  const unit = 10n ** BigInt(decimalsOf(login.customer.currency))
  return {
    login,
    account,
    currency: login.customer.currency,
    ...window,
    rows: rows
      .filter((row) => isBooked(row, now) && row.bookedOn >= window.from && row.bookedOn <= window.to)
      .sort((a, b) => (a.bookedOn === b.bookedOn ? a.position - b.position : a.bookedOn < b.bookedOn ? -1 : 1))
      .map((row) => bookedRow(row, account, bank)),
    pending: rows.filter((row) => isPending(row, now) && (bank.listsPending === 'all' || (row.authorisedOn >= window.from && row.authorisedOn <= window.to))).map((row) => pendingRow(row, account, bank)),
    ledgerMinor,
    balanceOn: null,
    availableMinor: ledgerMinor + login.ledger.pending(account.spec.key, now) + BigInt(account.spec.limitUnits ?? 0) * unit,
  }
}

/** The id on the wire: given once by a fault, else derived from the truth id and the epoch of the account. */
export function fitidOf(row: TruthRow, account: AccountState, bank: BankState, stage: 'pending' | 'booked' = 'booked'): string {
  const issued = stage === 'booked' ? account.issuedIds.get(row.id) : undefined
  if (issued !== undefined) return issued
  const ids = derived.get(row) ?? new Map<string, string>()
  derived.set(row, ids)
  const name = `${stage} ${account.idEpoch}`
  let id = ids.get(name)
  if (id === undefined) ids.set(name, (id = `${row.authorisedOn.replaceAll('-', '')}${digitsOf(`${row.id} ${name}`, bank.seed, 10)}`))
  return id
}

/** A row is of one bank, so its ids are always the same; statements show it again and again. */
const derived = new WeakMap<TruthRow, Map<string, string>>()

function bookedRow(row: TruthRow, account: AccountState, bank: BankState): WireRow {
  return { truth: row, fitid: fitidOf(row, account, bank), day: row.bookedOn, minor: row.minor, name: row.name, memo: row.memo }
}

function pendingRow(row: TruthRow, account: AccountState, bank: BankState): WireRow {
  return {
    truth: row,
    fitid: fitidOf(row, account, bank, 'pending'),
    day: row.authorisedOn,
    minor: row.pendingMinor,
    name: row.name,
    memo: row.memo,
  }
}

export type StatementForm = {
  /** The client asked for rows (INCLUDE Y). */
  readonly withRows: boolean
  /** The client speaks 2.2 and asked for pending rows (INCLUDEPENDING Y). */
  readonly withPending: boolean
}

export function writeStatement(statement: Statement, form: StatementForm, moment: Moment): Element {
  const { zone } = moment.bank
  // A wrong currency is a wrong name; the digits stay as the ledger has them.
  const decimals = decimalsOf(statement.login.customer.currency)
  const amount = (minor: bigint): string => formatMinor(minor, decimals)
  const asOf = statement.balanceOn === null ? writeInstant(moment.now) : writeDay(statement.balanceOn, zone)
  const list = node(
    'BANKTRANLIST',
    leaf('DTSTART', writeDay(statement.from, zone)),
    leaf('DTEND', writeDay(statement.to, zone)),
    statement.rows.map((row) => transaction(row, amount, zone)),
  )
  const pending = node(
    'BANKTRANLISTP',
    leaf('DTASOF', writeInstant(moment.now)),
    statement.pending.map((row) => pendingTransaction(row, amount, zone)),
  )
  const content: readonly Child[] = [
    leaf('CURDEF', statement.currency),
    accountFrom(statement.account),
    form.withRows ? list : null,
    form.withPending ? pending : null,
    node('LEDGERBAL', leaf('BALAMT', amount(statement.ledgerMinor)), leaf('DTASOF', asOf)),
    node('AVAILBAL', leaf('BALAMT', amount(statement.availableMinor)), leaf('DTASOF', asOf)),
  ]
  return node(statement.account.spec.kind === 'card' ? 'CCSTMTRS' : 'STMTRS', content)
}

function transaction(row: WireRow, amount: (minor: bigint) => string, zone: Zone): Element {
  const used = row.truth.authorisedOn === row.day ? null : writeDay(row.truth.authorisedOn, zone)
  return node(
    'STMTTRN',
    leaf('TRNTYPE', row.truth.kind),
    leaf('DTPOSTED', writeDay(row.day, zone)),
    leaf('DTUSER', row.truth.pendingAt === null ? null : used),
    leaf('TRNAMT', amount(row.minor)),
    leaf('FITID', row.fitid),
    leaf('CHECKNUM', row.truth.checkNumber),
    leaf('NAME', row.name.slice(0, 32)),
    leaf('MEMO', row.memo),
  )
}

/** Pending rows have no FITID by definition: the bank promises no identity yet. */
function pendingTransaction(row: WireRow, amount: (minor: bigint) => string, zone: Zone): Element {
  return node(
    'STMTTRNP',
    leaf('TRNTYPE', row.truth.kind),
    leaf('DTTRAN', writeDay(row.day, zone)),
    leaf('TRNAMT', amount(row.minor)),
    leaf('NAME', row.name.slice(0, 32)),
    leaf('MEMO', row.memo),
  )
}
