/**
 * In which order the accounts of a connection are read, and after which failures no other is asked: each has its turn, also
 * where a bank's allowance or its trouble ends every read before the last of them.
 */
import type { Day } from '../domain/day.ts'
import type { Failure } from '../domain/evidence.ts'
import type { AccountOutcome, SyncRun } from '../domain/run.ts'
import type { SourceProgress } from '../ports/feed.ts'
import type { Feed } from './account-ref.ts'

/** `recent`: runs, newest first. `resumeAt`: the source at which a person's answer is waited for. */
export type TurnFacts = { readonly recent: readonly SyncRun[]; readonly known: ReadonlyMap<string, SourceProgress>; readonly resumeAt: string | null }

/**
 * Where a question was answered first; then what was not read for the longest time. What failed when it was asked last comes
 * after all others: its failure must not keep them away.
 */
export function inTurn(targets: readonly Feed[], { recent, known, resumeAt }: TurnFacts): readonly Feed[] {
  const ranks = new Map(targets.map((target) => [target, rankOf(target)]))
  // The sort is stable: who has waited equally long comes in the bank's order.
  return targets.toSorted((a, b) => compare(ranks.get(a)!, ranks.get(b)!))

  function rankOf({ account, source }: Feed): Rank {
    const outcomes = recent.map(({ accounts }) => accounts.find((outcome) => outcome.accountId === account.id && wasItsTurn(outcome, accounts)))
    const asked = outcomes.findIndex((outcome) => outcome !== undefined)
    const failed = asked !== -1 && outcomes[asked]!.failure !== null
    const readTo = (known.get(source.id)?.covered ?? []).reduce<Day | ''>((latest, { to }) => (to > latest ? to : latest), '')
    return { place: source.id === resumeAt ? 0 : failed ? 2 : 1, runsAgo: asked === -1 ? Infinity : asked, readTo }
  }
}

type Rank = { readonly place: number; readonly runsAgo: number; readonly readTo: Day | '' }

function compare(a: Rank, b: Rank): number {
  if (a.place !== b.place) return a.place - b.place
  if (a.runsAgo !== b.runsAgo) return a.runsAgo > b.runsAgo ? -1 : 1
  return a.readTo === b.readTo ? 0 : a.readTo < b.readTo ? -1 : 1
}

/** What fell to an account because the run had come to it says nothing of the account; but a time that is named before anything was read may be its own failure. */
function wasItsTurn({ failure }: AccountOutcome, accounts: readonly AccountOutcome[]): boolean {
  if (failure === null) return true
  const wasAnyRead = accounts.some((other) => other.failure === null)
  return !concernsLogin(failure) && !(namesTime(failure) && wasAnyRead)
}

/** Whether the other accounts would meet the same, so that asking on could only do harm. A bank that names a time speaks to all of us. */
export function endsRead(failure: Failure): boolean {
  return concernsLogin(failure) || namesTime(failure)
}

function concernsLogin({ stage, code }: Failure): boolean {
  const loginStages = ['resolve', 'connect', 'tls', 'signon', 'mfa', 'consent']
  return loginStages.includes(stage) || code === 'secret_withheld' || code === 'quota_reached'
}

function namesTime({ retry }: Failure): boolean {
  return retry.kind === 'at' && retry.at !== null
}

/** No answer of the protocol: each further question would be a sign-in into an outage. It may be one account's fault, though: that is seen when its turn comes last. */
export function isUnanswered({ code }: Failure): boolean {
  const unanswered: readonly Failure['code'][] = ['bank_unreachable', 'tls_refused', 'address_forbidden', 'http_refused', 'answer_too_slow', 'answer_empty', 'answer_unreadable']
  return unanswered.includes(code)
}
