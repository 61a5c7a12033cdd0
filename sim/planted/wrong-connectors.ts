/**
 * Connectors and readers that are wrong: they ask badly, read badly, or say more than they know. Each is
 * the real one with one mistake, as real programs had it (the numbers are those of the 61 reports).
 */
import type { Connector, Page, ReadStep } from '../../src/connector-kit/connector.ts'
import { addDays, dayOf, maxDay, type Day, type DayRange } from '../../src/domain/day.ts'
import type { Failure } from '../../src/domain/evidence.ts'
import type { StatementRow } from '../../src/domain/statement.ts'
import { planted, type PlantedBug } from './planted-bug.ts'

type Asked = { readonly window: DayRange }

/** The real connector, with each step of a read changed on its way. */
function stepsOf(change: (step: ReadStep, asked: Asked) => ReadStep) {
  return (real: Connector): Connector => ({
    ...real,
    async *readAccount(context, account, window, cursor) {
      for await (const step of real.readAccount(context, account, window, cursor)) yield change(step, { window })
    },
  })
}

const pagesOf = (change: (page: Page) => Page) => stepsOf((step) => (step.step === 'page' ? { ...step, page: change(step.page) } : step))
/** What a balance would tell is not told: a second line of defence is down. */
export const withoutBalances = pagesOf((page) => ({ ...page, balances: [] }))
const rowsOf = (change: (row: StatementRow) => StatementRow) => pagesOf((page) => ({ ...page, rows: page.rows.map(change) }))
const booked = (change: (row: StatementRow) => StatementRow) => rowsOf((row) => (row.status === 'posted' ? change(row) : row))

const unsigned = (amount: string): string => amount.replace(/^-/, '')
const negative = (amount: string): boolean => amount.startsWith('-')

/** Money as a binary fraction, cut to cents: 4.35 becomes 4.34. */
function throughFloat(amount: string): string {
  const digits = amount.split('.')[1]?.length ?? 0
  return (Math.trunc(Number(amount) * 10 ** digits) / 10 ** digits).toFixed(digits)
}

/** The calendar day in the zone of the process. */
function dayHere(instant: number): Day {
  const here = new Date(instant)
  return dayOf(here.getFullYear(), here.getMonth() + 1, here.getDate())!
}

const EMPTY_PAGE = { rows: [], currency: null, balances: [], next: null, last: true } as const

export const WRONG_CONNECTORS: readonly PlantedBug[] = [
  planted('unreadable-is-empty', 'unreadable-at-first', 'A statement that failed is an empty one that covers all days asked for (44, 59).', {
    connector: stepsOf((step, { window }) => (step.step === 'failed' && step.failure.stage === 'statement' ? { step: 'page', page: { ...EMPTY_PAGE, covers: window }, state: step.state } : step)),
  }),
  planted('last-row-dropped', 'quiet', 'The last row of an answer is forgotten.', { connector: pagesOf((page) => ({ ...page, rows: page.rows.slice(0, -1) })) }),
  planted('window-cut', 'quiet', 'Only the newest five days are read, and the whole window is called covered (19, 39).', {
    connector: pagesOf((page) => ({ ...page, rows: page.rows.filter(({ postedOn }) => page.covers === null || postedOn > addDays(page.covers.to, -5)) })),
  }),
  planted('no-overlap', 'late-rows-and-gaps', 'Days that were read once are never read again, and no balance tells that a late booking is missing (40, 41).', {
    connector: (real) => ({ ...withoutBalances(real), manifest: { ...real.manifest, overlapDays: 0 } }),
  }),
  planted('day-before', 'quiet', 'A booking day is taken for an instant and moved to another zone: everything is a day early (45, 46).', {
    connector: booked((row) => ({ ...row, postedOn: addDays(row.postedOn, -1) })),
  }),
  planted('day-of-this-host', 'quiet', 'A booking day is read as an instant and told in the zone in which this host stands (45).', { connector: booked((row) => ({ ...row, postedOn: dayHere(Date.parse(row.postedOn)) })) }),
  planted('day-of-payment', 'quiet', 'The day on which the person paid is taken for the booking day.', { connector: booked((row) => ({ ...row, postedOn: row.transactedOn ?? row.postedOn })) }),
  planted('never-negative', 'quiet', 'Amounts lose their sign (52, 54).', { connector: rowsOf((row) => ({ ...row, amount: unsigned(row.amount) as StatementRow['amount'] })) }),
  planted('fees-turned', 'quiet', 'Money that comes in by one type of row is taken for money out (50, 51).', {
    connector: booked((row) => (row.kind === 'CREDIT' || row.kind === 'INT' || row.kind === 'DEP' || row.kind === 'PAYMENT') && !negative(row.amount) ? { ...row, amount: `-${row.amount}` as StatementRow['amount'] } : row),
  }),
  planted('money-as-float', 'quiet', 'Amounts go through a binary fraction and are cut.', { connector: rowsOf((row) => ({ ...row, amount: throughFloat(row.amount) as StatementRow['amount'] })) }),
  planted('cents-dropped', 'quiet', 'Amounts are cut to whole units.', { connector: rowsOf((row) => ({ ...row, amount: row.amount.split('.')[0] as StatementRow['amount'] })) }),
  planted('pending-is-booked', 'pending-becomes-posted', 'Pending rows are taken for booked ones (4, 6).', { connector: rowsOf((row) => ({ ...row, status: 'posted' })) }),
  planted('first-account-only', 'quiet', 'All accounts are read under the reference of the first (18).', {
    connector: (real) => {
      let first: Parameters<Connector['readAccount']>[1] | null = null
      return { ...real, readAccount: (context, account, window, cursor) => real.readAccount(context, (first ??= account), window, cursor) }
    },
  }),
  planted('question-ignored', 'asks-for-more', 'A question of the bank is taken for a bad moment: nobody is asked, and it is tried again later.', {
    connector: (real) => ({
      ...real,
      listAccounts: async (context) => {
        const outcome = await real.listAccounts(context)
        return outcome.kind === 'challenge' ? { kind: 'failed', failure: LATER, state: outcome.state, facts: {} } : outcome
      },
    }),
  }),
  planted('every-failure-is-the-password', 'late-rows-and-gaps', 'Whatever goes wrong is called a wrong password, and every look at the bank says that it is there.', {
    connector: (real) => ({
      ...real,
      probes: ['profile'],
      probe: async () => ({ probe: 'profile', outcome: 'answers', sentence: 'The bank is there.', evidence: null, facts: {} }),
      listAccounts: async (context) => {
        const outcome = await real.listAccounts(context)
        return outcome.kind === 'failed' ? { ...outcome, failure: WRONG_PASSWORD } : outcome
      },
    }),
  }),
  planted('covers-too-much', 'quiet', 'An answer is said to cover a month more than it does.', {
    connector: (real) => ({
      ...real,
      async *readAccount(context, account, window, cursor) {
        const narrow = { from: maxDay(window.from, addDays(window.to, -12)), to: window.to }
        for await (const step of real.readAccount(context, account, narrow, cursor)) yield step.step === 'page' ? { ...step, page: { ...step.page, covers: window } } : step
      },
    }),
  }),
]

const LATER: Failure = { code: 'http_refused', stage: 'http', retry: { kind: 'at', at: null }, message: 'The bank had a bad moment.', evidence: [{ stage: 'http', httpStatus: 503 }] }
const WRONG_PASSWORD: Failure = { code: 'bank_refused', stage: 'signon', retry: { kind: 'afterPerson' }, message: 'Signon invalid', evidence: [{ protocol: 'ofx', stage: 'signon', codes: ['15500'], severity: 'ERROR', message: 'Signon invalid' }] }
