/** Which words of a failure are the bank's own, so that no card and no letter quotes as its words what Relink says of its answer. */
import { OPEN_QUESTION, type Evidence, type Failure } from '../domain/evidence.ts'

/** Failures with words of the bank's own; what Relink says of the others is no quotation. */
const HEARD: readonly Failure['code'][] = ['bank_refused', 'bank_warned', 'http_refused', 'challenge_refused']

/** A question of the bank's stands where it is answered, in its own words. */
export function saidByBank({ code, evidence }: Failure): (Evidence & { readonly message: string }) | null {
  return HEARD.includes(code) && !evidence.some(({ codes }) => codes?.includes(OPEN_QUESTION)) ? (evidence.find((one): one is Evidence & { readonly message: string } => one.message !== undefined) ?? null) : null
}
