/**
 * Data faults: the connection works, but what comes is wrong or strange. They change what is shown,
 * never the truth; only `back-dated-row` books a real row. Each is one that real feeds had.
 */
import { addDays, contains, type Day, dayOf, maxDay } from '../../src/domain/day.ts'
import { decimalsOf } from '../../src/domain/money.ts'
import { isBooked } from '../ledger/row.ts'
import { fitidOf } from '../ofx/statement.ts'
import {
  accountsOf,
  type Fault,
  type FaultDefinition,
  numberOf,
  type Parameter,
  type Promised,
  type Statement,
  textParameter,
  type WireRow,
} from './fault.ts'

type DataFault = {
  readonly name: string
  readonly promise: Promised
  readonly sentence: string
  readonly parameters?: Readonly<Record<string, Parameter>>
}

function data(given: DataFault, hooks: Pick<FaultDefinition, 'statement' | 'begin' | 'end' | 'lastsMs'>): FaultDefinition {
  return { family: 'data', cause: null, parameters: {}, ...given, ...hooks }
}

const ROWS: Parameter = { default: 'all', meaning: '"all", or "new": only rows booked after the fault began' }

/** Changes the rows that the parameter `rows` means. */
function changeRows(change: (row: WireRow, fault: Fault, statement: Statement) => WireRow): NonNullable<FaultDefinition['statement']> {
  return (fault, statement) => ({
    ...statement,
    rows: statement.rows.map((row) =>
      textParameter(fault, 'rows') === 'new' && (row.truth.postedAt ?? 0) < fault.startsAt ? row : change(row, fault, statement),
    ),
  })
}

/** One row of the account, chosen at the first statement and the same ever after; null when the window is without it. */
function chosenRow(fault: Fault, statement: Statement): WireRow | null {
  const key = `chosen ${statement.account.spec.key}`
  const chosen = fault.memory.get(key)
  if (chosen !== undefined || statement.rows.length === 0) return statement.rows.find((row) => row.truth.id === chosen) ?? null
  const row = fault.random.pick(statement.rows)
  fault.memory.set(key, row.truth.id)
  return row
}

function insertAfter(rows: readonly WireRow[], row: WireRow, added: WireRow): WireRow[] {
  return rows.flatMap((one) => (one === row ? [one, added] : [one]))
}

function otherYear(day: Day, years: number): Day {
  const year = Number(day.slice(0, 4)) + years
  return dayOf(year, Number(day.slice(5, 7)), Number(day.slice(8))) ?? dayOf(year, 2, 28) ?? day
}

const ROW_FAULTS: readonly FaultDefinition[] = [
  data(
    {
      name: 'repeated-page',
      promise: 'survive',
      sentence: 'The whole list of rows comes twice in one answer, with the same ids; each row is in the feed once.',
    },
    { statement: (_fault, statement) => ({ ...statement, rows: [...statement.rows, ...statement.rows] }) },
  ),
  data(
    {
      name: 'reordered-page',
      promise: 'survive',
      sentence: 'The rows come in another order each time; nothing is doubled, twins stay twins.',
    },
    { statement: (fault, statement) => ({ ...statement, rows: fault.random.shuffle(statement.rows) }) },
  ),
  data(
    { name: 'repeated-row', promise: 'survive', sentence: 'One row comes twice in one answer, with the same id; it is in the feed once.' },
    {
      statement: (fault, statement) => {
        const row = chosenRow(fault, statement)
        return row === null ? statement : { ...statement, rows: insertAfter(statement.rows, row, { ...row }) }
      },
    },
  ),
  data(
    {
      name: 'repeated-row-new-id',
      promise: 'notice',
      sentence:
        'One row comes twice under two ids, as a true twin would; only the balance tells, so the span is not proved and the person is asked.',
    },
    {
      statement: (fault, statement) => {
        const row = chosenRow(fault, statement)
        return row === null ? statement : { ...statement, rows: insertAfter(statement.rows, row, { ...row, fitid: `${row.fitid}D` }) }
      },
    },
  ),
  data(
    {
      name: 'row-removed-restored',
      promise: 'survive',
      sentence: 'A booked row is missing for a while and comes back; it is in the feed once before and after, with its id and history.',
    },
    {
      statement: (fault, statement) => {
        const row = chosenRow(fault, statement)
        return { ...statement, rows: statement.rows.filter((one) => one !== row) }
      },
    },
  ),
  data(
    {
      name: 'back-dated-row',
      promise: 'survive',
      sentence: 'A real row is booked for a day long past; it is in the feed once although its day was read before.',
      parameters: {
        days: { default: 9, meaning: 'how far back the row is booked' },
        units: { default: 17, meaning: 'money out, in units of the currency' },
      },
    },
    {
      begin: (fault, { bank, now }) => {
        for (const { login, account } of accountsOf(fault, bank)) {
          const unit = 10n ** BigInt(decimalsOf(login.customer.currency))
          // Not before the history that the bank tells of: nobody could ever ask for such a row.
          const bookedOn = maxDay(addDays(bank.zone.dayOf(now), -numberOf(fault, 'days')), login.ledger.startsOn)
          login.ledger.book(
            account.spec.key,
            { minor: -BigInt(numberOf(fault, 'units')) * unit, name: 'LATE BOOKING', kind: 'OTHER', bookedOn },
            now,
          )
        }
      },
    },
  ),
  data(
    {
      name: 'sign-flip',
      promise: 'notice',
      sentence: 'Money in and money out are swapped; the balance contradicts the rows, and nothing is believed silently.',
      parameters: { rows: ROWS },
    },
    { statement: changeRows((row) => ({ ...row, minor: -row.minor })) },
  ),
  data(
    {
      name: 'date-off-by-one',
      promise: 'survive',
      sentence: 'Booking days are one day off; known rows are corrected with their history and nothing is doubled.',
      parameters: { rows: ROWS, days: { default: -1, meaning: 'shift in days' } },
    },
    { statement: changeRows((row, fault) => ({ ...row, day: addDays(row.day, numberOf(fault, 'days')) })) },
  ),
  data(
    {
      name: 'year-wrong',
      promise: 'notice',
      sentence: 'Booking days have the wrong year, outside the asked window; nothing is doubled, and the person is told.',
      parameters: { rows: ROWS, years: { default: -1, meaning: 'shift in years' } },
    },
    { statement: changeRows((row, fault) => ({ ...row, day: otherYear(row.day, numberOf(fault, 'years')) })) },
  ),
  data(
    {
      name: 'text-changed',
      promise: 'survive',
      sentence: 'The bank words its rows anew under the same ids; they are corrected with their history and nothing is doubled.',
      parameters: { rows: ROWS },
    },
    {
      statement: changeRows((row) => ({
        ...row,
        name: `POS ${row.name}`.slice(0, 32),
        memo: row.memo === null ? 'CARD 5100' : `${row.memo} CARD 5100`,
      })),
    },
  ),
]

const ID_FAULTS: readonly FaultDefinition[] = [
  data(
    {
      name: 'reissued-ids',
      promise: 'survive',
      sentence: 'All rows have new ids from now on and for good; each is recognised by its content and nothing is doubled.',
    },
    {
      begin: (fault, { bank }) => {
        for (const { account } of accountsOf(fault, bank)) {
          account.idEpoch++
          account.issuedIds.clear()
        }
      },
    },
  ),
  data(
    {
      name: 'id-reuse',
      promise: 'survive',
      sentence: 'New rows come under the ids of older rows with other amounts; both rows are in the feed.',
      parameters: { distance: { default: 10, meaning: 'how many rows back the reused id lies' } },
    },
    {
      statement: (fault, statement, { bank, now }) => {
        const ledger = statement.login.ledger.rows(statement.account.spec.key, now)
        const reused = (row: WireRow): string => {
          // Also within the answer in which it was given: where all rows are listed twice, both have it.
          const known = statement.account.issuedIds.get(row.truth.id)
          if (known !== undefined) return known
          if ((row.truth.postedAt ?? 0) < fault.startsAt) return row.fitid
          let at = row.truth.position - numberOf(fault, 'distance')
          while (at >= 0 && (ledger[at]!.minor === row.minor || !isBooked(ledger[at]!, fault.startsAt))) at--
          const older = ledger[at]
          if (older === undefined) return row.fitid
          const id = fitidOf(older, statement.account, bank)
          statement.account.issuedIds.set(row.truth.id, id)
          return id
        }
        return { ...statement, rows: statement.rows.map((row) => ({ ...row, fitid: reused(row) })) }
      },
    },
  ),
  data(
    {
      name: 'pending-as-booked',
      promise: 'survive',
      sentence:
        'Pending rows are listed as ordinary rows and come again when booked, under a new id and often with a new amount; each is in the feed once.',
    },
    {
      statement: (_fault, statement) => ({
        ...statement,
        rows: [...statement.rows, ...statement.pending.filter((row) => contains(statement, row.day))],
        pending: [],
      }),
    },
  ),
]

const BALANCE_FAULTS: readonly FaultDefinition[] = [
  data(
    {
      name: 'currency-wrong',
      promise: 'notice',
      sentence: 'The statement names another currency; nothing of it is booked into the account, and the person is told.',
      parameters: { currency: { default: 'CAD', meaning: 'the currency that is named' } },
    },
    { statement: (fault, statement) => ({ ...statement, currency: textParameter(fault, 'currency') }) },
  ),
  data(
    {
      name: 'balance-wrong',
      promise: 'notice',
      sentence: 'The balance is wrong for a day; the rows stay as they are, the span is not proved until the balance is right again.',
      parameters: { units: { default: 100, meaning: 'how much too high, in units of the currency' } },
    },
    {
      lastsMs: 86_400_000,
      statement: (fault, statement) => {
        const off = BigInt(Math.trunc(numberOf(fault, 'units'))) * 10n ** BigInt(decimalsOf(statement.login.customer.currency))
        return { ...statement, ledgerMinor: statement.ledgerMinor + off, availableMinor: statement.availableMinor + off }
      },
    },
  ),
  data(
    {
      name: 'balance-of-another-day',
      promise: 'survive',
      sentence: 'The balance is the one of an earlier day; spans are proved against the day that it belongs to, or not at all.',
      parameters: {
        days: { default: 3, meaning: 'how many days ago' },
        honest: { default: true, meaning: 'DTASOF names that day; else it claims to be of now' },
      },
    },
    {
      statement: (fault, statement, { bank, now }) => {
        const day = addDays(bank.zone.dayOf(now), -numberOf(fault, 'days'))
        return {
          ...statement,
          ledgerMinor: statement.login.ledger.balanceOn(statement.account.spec.key, day, now),
          balanceOn: fault.parameters['honest'] === true ? day : null,
        }
      },
    },
  ),
  data(
    {
      name: 'balance-counts-pending',
      promise: 'notice',
      sentence: 'The booked balance has pending rows in it; the span is not proved against it, and no row is invented.',
    },
    {
      statement: (_fault, statement, { now }) => ({
        ...statement,
        ledgerMinor: statement.ledgerMinor + statement.login.ledger.pending(statement.account.spec.key, now),
      }),
    },
  ),
]

export const DATA_FAULTS: readonly FaultDefinition[] = [...ROW_FAULTS, ...ID_FAULTS, ...BALANCE_FAULTS]
