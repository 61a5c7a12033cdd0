/**
 * What balances prove of an account, in words and as data: one sentence on how it stands, and for each
 * failure what explains it and what would mend it. The page and the terminal show these sentences.
 */
import type { z } from 'zod'
import { plainText, type Part } from '../diagnose/sentences.ts'
import type { Account } from '../domain/account.ts'
import type { Day } from '../domain/day.ts'
import { formatMoney } from '../domain/money.ts'
import type { Transaction, TransactionId } from '../domain/transaction.ts'
import type { Instance } from '../instance.ts'
import { message, type Language } from '../language/language.ts'
import { say, sayParts } from '../language/say.ts'
import { loadBalanceProof, type BalanceBreak } from '../sync/balance-proof.ts'
import type { Alike } from '../sync/reconcile.ts'
import type { Explanation, Fault } from '../sync/solve-balance.ts'
import type { balanceFaultShape, balanceProofShape, sameAmountShape } from './balance-shapes.ts'
import { dayStates, PROOF_DAYS } from './day-states.ts'
import { partResource } from './part-resource.ts'
import { descriptionOf } from './shapes.ts'

const EXPLANATIONS_SHOWN = 3
/** What is much less likely than the first explanation is not worth a person's time. */
const WORTH_SHOWING = 0.02

export type BalanceProofResource = z.output<typeof balanceProofShape>

export async function balanceProofResource(language: Language, { store, clock }: Instance, account: Account): Promise<BalanceProofResource> {
  const [proof, covered] = await Promise.all([loadBalanceProof(store, account), store.feed.covered(account.id)])
  const days = dayStates(covered, proof.spans, clock.now(), PROOF_DAYS)
  const provedDays = days.filter((day) => day.state === 'proved').length
  const coveredDays = days.filter((day) => day.state === 'proved' || day.state === 'covered' || day.state === 'broken').length
  const rows = await rowsOfIds(store, proof.breaks.flatMap(({ explanations }) => worthShowing(explanations).flatMap(namedIn)))
  const words = new Words(language, account, rows)
  return {
    state: proof.state, coveredDays, provedDays,
    says: words.state(proof.state, provedDays, coveredDays).map(partResource),
    breaks: proof.breaks.map((each) => words.break(each)),
  }
}

/** The state in one line for a terminal, with what explains each failure below it. */
export function proofLines({ says, breaks }: BalanceProofResource): readonly string[] {
  const plain = (parts: BalanceProofResource['says']): string => plainText(parts.map((part): Part => (typeof part !== 'string' && part.kind === 'instant' ? { kind: 'instant', at: Date.parse(part.at) } : (part as Part))))
  return [
    plain(says),
    ...breaks.flatMap((each) => {
      const [first, ...others] = each.explanations
      if (first === undefined) return [plain(each.says)]
      const alternatives = others.map(({ faults }) => `or: ${faults.map((fault) => plain(fault.says)).join(' ')}`)
      return [plain(each.says), ...first.faults.map((fault) => `  ${plain(fault.says)}`), `  ${plain(first.mend)}`, ...alternatives.map((line) => `  ${line}`)]
    }),
  ]
}

type Explained = { readonly explanations: BalanceProofResource['breaks'][number]['explanations']; readonly sameAmount: readonly z.output<typeof sameAmountShape>[]; readonly rows: readonly Transaction[] }

/** Explanations in words, the most plausible first, and of rows of the very amount that none of them names why it is not, with the rows that both name. */
export async function explained(language: Language, { store }: Pick<Instance, 'store'>, account: Account, explanations: readonly Explanation[], alike: readonly Alike[]): Promise<Explained> {
  const shown = worthShowing(explanations)
  const named = new Set(shown.flatMap(namedIn))
  const others = alike.filter(({ row }) => !named.has(row))
  const rows = await rowsOfIds(store, [...named, ...others.map(({ row }) => row)])
  const words = new Words(language, account, rows)
  return { explanations: shown.map((explanation) => words.explanation(explanation)), sameAmount: others.map((one) => words.sameAmount(one)), rows: [...rows.values()] }
}

function worthShowing(explanations: readonly Explanation[]): readonly Explanation[] {
  return explanations.filter(({ p }, index) => index === 0 || p >= WORTH_SHOWING).slice(0, EXPLANATIONS_SHOWN)
}

function namedIn({ faults }: Explanation): readonly TransactionId[] {
  return faults.flatMap(rowsOf)
}

async function rowsOfIds(store: Instance['store'], ids: readonly TransactionId[]): Promise<ReadonlyMap<TransactionId, Transaction>> {
  const rows = new Map<TransactionId, Transaction>()
  for (const id of new Set(ids)) {
    const row = await store.feed.transaction(id)
    if (row !== null) rows.set(id, row)
  }
  return rows
}

function rowsOf(fault: Fault): readonly TransactionId[] {
  if (fault.kind === 'doubled') return [fault.row, fault.twin]
  return 'row' in fault && fault.row !== null ? [fault.row] : []
}

/** Where the last 90 days were not read: a statement file of another year. */
const NOTHING_LATELY = {
  proved: message('Proved by the bank’s balances; nothing of the last 90 days was read.'),
  broken: message('The rows and the bank’s balance disagree.'),
  unknown: message('The newest balance does not fit the rows yet.'),
} as const

type Sentence = readonly Part[]
type Typed = Exclude<Part, string>

class Words {
  readonly #language: Language
  readonly #account: Account
  readonly #rows: ReadonlyMap<TransactionId, Transaction>

  constructor(language: Language, account: Account, rows: ReadonlyMap<TransactionId, Transaction>) {
    this.#language = language
    this.#account = account
    this.#rows = rows
  }

  state(state: BalanceProofResource['state'], proved: number, covered: number): Sentence {
    if (state === 'none') return this.#say(message('Not proved yet: it takes the bank’s balances of two days.'))
    if (covered === 0) return this.#say(NOTHING_LATELY[state])
    return this.#say(STATES[state], { proved: count(proved), covered: count(covered), days: covered })
  }

  break({ from, to, difference, status, explanations }: BalanceBreak): BalanceProofResource['breaks'][number] {
    const shown = worthShowing(explanations)
    const words = BREAKS[difference === 0n ? 'equal' : difference < 0n ? 'less' : 'more'][shown.length === 0 ? 1 : 0]
    return {
      from, to, difference: this.#amount(difference), status,
      says: this.#say(words, { from: day(from), to: day(to), amount: this.#money(difference < 0n ? -difference : difference) }).map(partResource),
      explanations: shown.map((explanation) => this.explanation(explanation)),
    }
  }

  explanation(explanation: Explanation): BalanceProofResource['breaks'][number]['explanations'][number] {
    return { p: explanation.p, faults: explanation.faults.map((fault) => this.#fault(fault)), mend: [say(this.#language, mendOf(explanation))] }
  }

  sameAmount({ row, provedBy }: Alike): z.output<typeof sameAmountShape> {
    const says = provedBy === null ? this.#say(message('{row} is this very amount, and no balance of the bank proves it yet: is it on the statement?'), { row: this.#row(row) })
      : this.#say(message('{row} is this very amount, but the bank’s balance of {on} proves that it belongs here.'), { row: this.#row(row), on: day(provedBy) })
    return { transactionId: row, provedOn: provedBy, says: says.map(partResource) }
  }

  #fault(fault: Fault): z.output<typeof balanceFaultShape> {
    const amount = fault.kind === 'statement' ? fault.by : 'amount' in fault ? fault.amount : null
    return {
      kind: fault.kind,
      transactionId: 'row' in fault ? fault.row : null,
      twinId: fault.kind === 'doubled' ? fault.twin : null,
      amount: amount === null ? null : this.#amount(amount),
      after: 'after' in fault ? fault.after : null,
      upTo: 'upTo' in fault ? fault.upTo : null,
      says: this.#says(fault).map(partResource),
    }
  }

  #says(fault: Fault): Sentence {
    switch (fault.kind) {
      case 'missing': return this.#missing(fault)
      case 'doubled': return this.#say(message('{row} is here twice.'), { row: this.#row(fault.row) })
      case 'extra': return this.#say(fault.pending ? message('{row} is counted here, but the bank seems to count another one in its place.') : message('{row} is here, but the bank does not count it.'), { row: this.#row(fault.row) })
      case 'flipped': return this.#say(message('{row} has the wrong sign.'), { row: this.#row(fault.row) })
      case 'misdated': return this.#say(message('{row} belongs after {after} and up to {upTo}.'), { row: this.#row(fault.row), after: day(fault.after), upTo: day(fault.upTo) })
      case 'amount': return this.#say(fault.currency ? message('{row} should be {amount}: its amount in the other currency was taken over.') : message('{row} should be {amount}.'), { row: this.#row(fault.row), amount: this.#money(fault.amount) })
      case 'late': return this.#say(message('{row} was in the balance before it was listed. That has settled by itself.'), { row: this.#row(fault.row) })
      case 'statement': return this.#say(message('The bank’s balance of {on} was off by {amount} until {until}. That has settled by itself.'), { on: day(fault.on), amount: this.#money(fault.by), until: day(fault.until) })
      case 'inverted': return this.#say(message('The balance moves against the rows: this source reports every amount, or its balances, with the opposite sign.'))
    }
  }

  #missing({ amount, after, upTo, clue, row }: Extract<Fault, { kind: 'missing' }>): Sentence {
    const values = { amount: this.#money(amount), after: day(after), upTo: day(upTo) }
    if (clue === null || row === null) return this.#say(message('A row of {amount} is missing, booked after {after} and up to {upTo}.'), values)
    const [alone, shown] = CLUES[clue]
    return this.#rows.has(row) ? this.#say(shown, { ...values, row: this.#row(row) }) : this.#say(alone, values)
  }

  #row(id: TransactionId): Sentence {
    const row = this.#rows.get(id)
    if (row === undefined) return this.#say(message('A row'))
    const text = descriptionOf(row)
    const values = { on: day(row.postedOn), amount: this.#money(row.amount) }
    return text === '' ? this.#say(message('The row of {on} over {amount}'), values) : this.#say(message('{text} of {on} over {amount}'), { ...values, text: { kind: 'quote', text } })
  }

  #say(words: string, values: Readonly<Record<string, string | number | Typed | Sentence>> = {}): Sentence {
    return sayParts<Typed>(this.#language, words, values)
  }

  #money(minor: bigint): Typed {
    return { kind: 'money', amount: this.#amount(minor), currency: this.#account.currency }
  }

  #amount(minor: bigint): string {
    return formatMoney({ minor, currency: this.#account.currency })
  }
}

function day(value: Day): Typed {
  return { kind: 'day', day: value }
}

function count(value: number): Typed {
  return { kind: 'count', count: value }
}

const STATES = {
  proved: message('{proved} of {covered} {days, plural, one {day} other {days}} proved by the bank’s balances.'),
  broken: message('{proved} of {covered} {days, plural, one {day} other {days}} proved; the rows and the bank’s balance disagree.'),
  unknown: message('{proved} of {covered} {days, plural, one {day} other {days}} proved; the newest balance does not fit the rows yet. Banks are late at times: Relink looks again at each read.'),
} as const

/** Each as it stands, and where nothing explains it. */
const BREAKS = {
  equal: [message('After {from} and up to {to}, the balance and the rows differed for a while.'), message('After {from} and up to {to}, the balance and the rows differed for a while. Nothing explains that to the cent.')],
  less: [message('After {from} and up to {to}, the bank counts {amount} less than the rows.'), message('After {from} and up to {to}, the bank counts {amount} less than the rows. Nothing explains that to the cent.')],
  more: [message('After {from} and up to {to}, the bank counts {amount} more than the rows.'), message('After {from} and up to {to}, the bank counts {amount} more than the rows. Nothing explains that to the cent.')],
} as const

/** Why a missing row is expected, without and with the row that shows it. */
const CLUES = {
  rhythm: [message('A row of {amount} is missing, booked after {after} and up to {upTo}. A payment like it comes regularly.'), message('A row of {amount} is missing, booked after {after} and up to {upTo}. A payment like it comes regularly: {row}.')],
  transfer: [message('A row of {amount} is missing, booked after {after} and up to {upTo}. Its other side is in another of your accounts.'), message('A row of {amount} is missing, booked after {after} and up to {upTo}. Its other side is in another of your accounts: {row}.')],
  withdrawn: [message('A row of {amount} is missing, booked after {after} and up to {upTo}. A row like it was here and was withdrawn.'), message('A row of {amount} is missing, booked after {after} and up to {upTo}. A row like it was here and was withdrawn: {row}.')],
  pending: [message('A row of {amount} is missing, booked after {after} and up to {upTo}. It is still pending here.'), message('A row of {amount} is missing, booked after {after} and up to {upTo}. It is still pending here: {row}.')],
} as const

/** What would end the difference, if the explanation is right. */
function mendOf({ faults }: Explanation): string {
  const has = (kind: Fault['kind']): boolean => faults.some((fault) => fault.kind === kind)
  if (has('doubled')) return message('Say in Review whether the two are the same; then the balance is checked again.')
  if (has('missing')) return message('Relink asks for these days again. If the row does not come, a statement file of these days brings it.')
  if (has('inverted')) return message('Relink turns the amounts itself where it is sure that they, and not the balances, are at fault.')
  if (has('flipped') || has('amount') || has('misdated') || has('extra')) return message('Compare the row with the bank’s statement. A correction by the bank mends it here too.')
  return message('Nothing to do.')
}
