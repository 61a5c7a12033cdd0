/**
 * What a bank answers to a daily read over weeks, with the truth beside every row: the sandbox bank's ledgers under its
 * data faults, and under ways of giving ids that real banks have. Everything follows from the seed.
 */
import { createBank, type Bank } from '../bank/bank.ts'
import type { FaultOrder } from '../bank/faults/engine.ts'
import type { LoginMoment } from '../bank/faults/fault.ts'
import { ATLAS } from '../bank/faults/atlas.ts'
import { isBooked } from '../bank/ledger/row.ts'
import { readStatement } from '../bank/ofx/statement.ts'
import type { AccountState, LoginState } from '../bank/state.ts'
import { addDays, type Day, type DayRange } from '../src/domain/day.ts'
import { decimalsOf, formatMinor, parseDecimal } from '../src/domain/money.ts'
import type { StatedBalance, StatementRow } from '../src/domain/statement.ts'

/** A row as the bank gave it, and which row of its ledger it shows. */
export type Given = { readonly row: StatementRow; readonly truth: string }
export type BankAnswer = { readonly at: number; readonly asked: DayRange; readonly rows: readonly Given[]; readonly balance: StatedBalance }
export type Truth = { readonly id: string; readonly on: Day; readonly minor: bigint }
export type Stream = { readonly currency: string; readonly answers: readonly BankAnswer[]; readonly truth: readonly Truth[] }

const DAY_MS = 86_400_000
const STARTS_AT = Date.parse('2026-03-02T15:00:00Z')
const HISTORY_DAYS = 45
const READS = 30
const OVERLAP_DAYS = 12
/** The faults begin with the sixth read and end with the eleventh; for some days after it, older days are read again as well. */
const [FAULT_FROM, FAULT_TO, AGAIN_TO] = [6, 11, 14]

/** Ways of giving ids beyond the bank's own; `rows` in the order of the answer. */
const ID_WAYS: Readonly<Record<string, (rows: readonly Given[], read: number) => readonly string[]>> = {
  'ids count the answer': (rows) => rows.map((_, at) => `${at + 1}`),
  'ids change each time': (rows, read) => rows.map((_, at) => `r${read}-${at}`),
  'ids made of the content': (rows) => rows.map(({ row }) => `${row.postedOn}${row.amount}${row.name ?? ''}`),
}

/** Faults that come together: a bank that goes to other software numbers, words and dates its rows anew. */
const TOGETHER: Readonly<Record<string, readonly FaultOrder[]>> = {
  'other software': [{ name: 'reissued-ids' }, { name: 'text-changed', parameters: { rows: 'all' } }, { name: 'date-off-by-one', parameters: { rows: 'all', days: 1 } }],
}

/** The classes of the table: no fault, the data faults that a feed must survive, some of them together, and the ways of giving ids. */
export const CLASSES: readonly string[] = ['no fault', ...ATLAS.filter((fault) => fault.family === 'data' && fault.promise === 'survive').map((fault) => fault.name), ...Object.keys(TOGETHER), ...Object.keys(ID_WAYS)]

/** One stream for each account of each customer. */
export function streamsOf(name: string, seed: number): readonly Stream[] {
  const clock = { value: STARTS_AT }
  const bank = createBank({ clock: { now: () => clock.value }, seed, historyDays: 120 })
  const targets = [...bank.state.logins.values()].flatMap((login) => login.accounts.map((account) => ({ login, account, answers: [] as BankAnswer[] })))
  const faults = TOGETHER[name] ?? ATLAS.filter((fault) => fault.name === name).map(() => ({ name }))
  for (let read = 0; read < READS; read++) {
    clock.value = STARTS_AT + read * DAY_MS
    if (read === FAULT_FROM) for (const fault of faults) bank.inject(fault)
    if (read === FAULT_TO) bank.clear()
    bank.settle()
    for (const { login, account, answers } of targets) {
      const today = bank.state.zone.dayOf(clock.value)
      answers.push(answerOf(bank, login, account, { from: addDays(today, -daysBack(read)), to: today }, clock.value, ID_WAYS[name], read))
    }
  }
  return targets.map(({ login, account, answers }) => {
    const first = answers[0]!.asked.from
    const truth = login.ledger.rows(account.spec.key, clock.value).filter((row) => isBooked(row, clock.value) && row.bookedOn >= first)
    return { currency: login.customer.currency, answers, truth: truth.map((row) => ({ id: row.id, on: row.bookedOn, minor: row.minor })) }
  })
}

function daysBack(read: number): number {
  if (read === 0) return HISTORY_DAYS
  return read < FAULT_FROM || read > AGAIN_TO ? OVERLAP_DAYS : OVERLAP_DAYS + read - FAULT_FROM + 2
}

function answerOf(bank: Bank, login: LoginState, account: AccountState, asked: DayRange, now: number, way: (typeof ID_WAYS)[string] | undefined, read: number): BankAnswer {
  const request = { method: 'POST', url: '/ofx', scheme: 'https', headers: {}, body: new Uint8Array() } as unknown as LoginMoment['request']
  const moment: LoginMoment = { bank: bank.state, now, login, request, path: '/ofx', version: 220, appId: null, anonymous: false }
  const statement = readStatement(login, account, asked, moment, bank.faults.striking(now))
  const decimals = decimalsOf(login.customer.currency)
  const given = statement.rows.map(({ truth, fitid, day, minor, name, memo }): Given => ({
    truth: truth.id,
    row: {
      providerId: fitid, pendingProviderId: null, status: 'posted', postedOn: day, transactedOn: null, valueOn: null, amount: parseDecimal(formatMinor(minor, decimals))!,
      foreign: null, kind: truth.kind, name, memo, checkNumber: truth.checkNumber, reference: null, corrects: null, line: 0,
    },
  }))
  const ids = way?.(given, read)
  const rows = ids === undefined ? given : given.map(({ truth, row }, at): Given => ({ truth, row: { ...row, providerId: ids[at]! } }))
  const on = statement.balanceOn ?? bank.state.zone.dayOf(now)
  return { at: now, asked, rows, balance: { kind: 'ledger', amount: parseDecimal(formatMinor(statement.ledgerMinor, decimals))!, currency: login.customer.currency, on, at: null } }
}
