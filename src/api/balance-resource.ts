/**
 * What balances prove of an account, in words and as data: one sentence on how it stands, and for each
 * failure what explains it and what would mend it. The page and the terminal show these sentences.
 */
import type { z } from 'zod'
import { plainText, type Part } from '../diagnose/sentences.ts'
import type { Account } from '../domain/account.ts'
import { formatMoney } from '../domain/money.ts'
import type { Transaction, TransactionId } from '../domain/transaction.ts'
import type { Instance } from '../instance.ts'
import { loadBalanceProof, type BalanceBreak } from '../sync/balance-proof.ts'
import type { Explanation, Fault } from '../sync/solve-balance.ts'
import type { balanceFaultShape, balanceProofShape } from './balance-shapes.ts'
import { dayStates, PROOF_DAYS } from './day-states.ts'
import { partResource } from './part-resource.ts'
import { descriptionOf } from './shapes.ts'

const EXPLANATIONS_SHOWN = 3
/** What is much less likely than the first explanation is not worth a person's time. */
const WORTH_SHOWING = 0.02

export type BalanceProofResource = z.output<typeof balanceProofShape>

export async function balanceProofResource({ store, clock }: Instance, account: Account): Promise<BalanceProofResource> {
  const proof = await loadBalanceProof(store, account)
  const days = dayStates(proof.coverage, proof.spans, clock.now(), PROOF_DAYS)
  const provedDays = days.filter((day) => day.state === 'proved').length
  const coveredDays = days.filter((day) => day.state === 'proved' || day.state === 'covered' || day.state === 'broken').length
  const rows = await rowsNamed(store, proof.breaks.flatMap(({ explanations }) => worthShowing(explanations)))
  const words = new Words(account, rows)
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

/** Explanations in words, the most plausible first, with the rows that they name. */
export async function explained({ store }: Pick<Instance, 'store'>, account: Account, explanations: readonly Explanation[]): Promise<{ readonly explanations: BalanceProofResource['breaks'][number]['explanations']; readonly rows: readonly Transaction[] }> {
  const shown = worthShowing(explanations)
  const rows = await rowsNamed(store, shown)
  const words = new Words(account, rows)
  return { explanations: shown.map((explanation) => words.explanation(explanation)), rows: [...rows.values()] }
}

function worthShowing(explanations: readonly Explanation[]): readonly Explanation[] {
  return explanations.filter(({ p }, index) => index === 0 || p >= WORTH_SHOWING).slice(0, EXPLANATIONS_SHOWN)
}

async function rowsNamed(store: Instance['store'], explanations: readonly Explanation[]): Promise<ReadonlyMap<TransactionId, Transaction>> {
  const rows = new Map<TransactionId, Transaction>()
  for (const id of new Set(explanations.flatMap(({ faults }) => faults.flatMap(rowsOf)))) {
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
  proved: 'Proved by the bank’s balances; nothing of the last 90 days was read.',
  broken: 'The rows and the bank’s balance disagree.',
  unknown: 'The newest balance does not fit the rows yet.',
} as const

class Words {
  readonly #account: Account
  readonly #rows: ReadonlyMap<TransactionId, Transaction>

  constructor(account: Account, rows: ReadonlyMap<TransactionId, Transaction>) {
    this.#account = account
    this.#rows = rows
  }

  state(state: BalanceProofResource['state'], proved: number, covered: number): readonly Part[] {
    const days: readonly Part[] = [{ kind: 'count', count: proved }, ' of ', { kind: 'count', count: covered }, covered === 1 ? ' day proved' : ' days proved']
    if (covered === 0 && state !== 'none') return [NOTHING_LATELY[state]]
    switch (state) {
      case 'proved': return [...days, ' by the bank’s balances.']
      case 'broken': return [...days, '; the rows and the bank’s balance disagree.']
      case 'unknown': return [...days, '; the newest balance does not fit the rows yet. Banks are late at times: Relink looks again at each read.']
      case 'none': return ['Not proved yet: it takes two balances of the bank.']
    }
  }

  break({ from, to, difference, status, explanations }: BalanceBreak): BalanceProofResource['breaks'][number] {
    const shown = worthShowing(explanations)
    const more = difference < 0n ? ' less than the rows.' : ' more than the rows.'
    const counted: readonly Part[] = difference === 0n ? ['the balance and the rows differed for a while.'] : ['the bank counts ', this.#money(difference < 0n ? -difference : difference), more]
    const says: readonly Part[] = [
      'After ', { kind: 'day', day: from }, ' and up to ', { kind: 'day', day: to }, ', ', ...counted, ...(shown.length === 0 ? [' Nothing explains that to the cent.'] : []),
    ]
    return {
      from, to, difference: this.#amount(difference), status,
      says: says.map(partResource),
      explanations: shown.map((explanation) => this.explanation(explanation)),
    }
  }

  explanation(explanation: Explanation): BalanceProofResource['breaks'][number]['explanations'][number] {
    return { p: explanation.p, faults: explanation.faults.map((fault) => this.#fault(fault)), mend: mendOf(explanation).map(partResource) }
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

  #says(fault: Fault): readonly Part[] {
    switch (fault.kind) {
      case 'missing': return ['A row of ', this.#money(fault.amount), ' is missing, booked after ', { kind: 'day', day: fault.after }, ' and up to ', { kind: 'day', day: fault.upTo }, ...this.#clue(fault)]
      case 'doubled': return [...this.#row(fault.row), ' is here twice.']
      case 'extra': return [...this.#row(fault.row), fault.pending ? ' is counted here, but the bank seems to count another one in its place.' : ' is here, but the bank does not count it.']
      case 'flipped': return [...this.#row(fault.row), ' has the wrong sign.']
      case 'misdated': return [...this.#row(fault.row), ' belongs after ', { kind: 'day', day: fault.after }, ' and up to ', { kind: 'day', day: fault.upTo }, '.']
      case 'amount': return [...this.#row(fault.row), ' should be ', this.#money(fault.amount), fault.currency ? ': its amount in the other currency was taken over.' : '.']
      case 'late': return [...this.#row(fault.row), ' was in the balance before it was listed. That has settled by itself.']
      case 'statement': return ['The bank’s balance of ', { kind: 'day', day: fault.on }, ' was off by ', this.#money(fault.by), ' until ', { kind: 'day', day: fault.until }, '. That has settled by itself.']
      case 'inverted': return ['The balance moves against the rows: this source reports every amount, or its balances, with the opposite sign.']
    }
  }

  #clue({ clue, row }: Extract<Fault, { kind: 'missing' }>): readonly Part[] {
    if (clue === null || row === null) return ['.']
    const shown: readonly Part[] = this.#rows.has(row) ? [': ', ...this.#row(row)] : []
    switch (clue) {
      case 'rhythm': return ['. A payment like it comes regularly', ...shown, '.']
      case 'transfer': return ['. Its other side is in another of your accounts', ...shown, '.']
      case 'withdrawn': return ['. A row like it was here and was withdrawn', ...shown, '.']
      case 'pending': return ['. It is still pending here', ...shown, '.']
    }
  }

  #row(id: TransactionId): readonly Part[] {
    const row = this.#rows.get(id)
    if (row === undefined) return ['A row']
    const text = descriptionOf(row)
    return [...(text === '' ? ['The row' as Part] : [{ kind: 'quote' as const, text }]), ' of ', { kind: 'day', day: row.postedOn }, ' over ', this.#money(row.amount)]
  }

  #money(minor: bigint): Part {
    return { kind: 'money', amount: this.#amount(minor), currency: this.#account.currency }
  }

  #amount(minor: bigint): string {
    return formatMoney({ minor, currency: this.#account.currency })
  }
}

/** What would end the difference, if the explanation is right. */
function mendOf({ faults }: Explanation): readonly Part[] {
  const has = (kind: Fault['kind']): boolean => faults.some((fault) => fault.kind === kind)
  if (has('doubled')) return ['Say in Review whether the two are the same; then the balance is checked again.']
  if (has('missing')) return ['Relink asks for these days again. If the row does not come, a statement file of these days brings it.']
  if (has('inverted')) return ['Relink turns the amounts itself where it is sure that they, and not the balances, are at fault.']
  if (has('flipped') || has('amount') || has('misdated') || has('extra')) return ['Compare the row with the bank’s statement. A correction by the bank mends it here too.']
  return ['Nothing to do.']
}
