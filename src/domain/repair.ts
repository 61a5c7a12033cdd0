/**
 * Repair plans. A plan is a list of steps ordered by expected cost; it survives restarts, and its
 * last step is always a proof: a read that works. The eight classic steps are all step kinds.
 */
import type { ActionCode, CauseCode } from './cause.ts'
import type { Finding } from './probe.ts'

/** The eight classic steps, and the proof that ends every plan. */
export type StepKind =
  | 'bank_status'
  | 'credentials'
  | 'update'
  | 'reconnect'
  | 'toggle_feed'
  | 'mfa'
  | 'contact_bank'
  | 'contact_support'
  | 'act_at_bank'
  | 'choose_account'
  | 'import_file'
  /** A person lets a sign-in out that the attempts ledger holds back: not known to be refused, or refused and right all the same. */
  | 'allow_sign_in'
  | 'same_secret'
  | 'proof'

export type StepState = 'waiting' | 'now' | 'running' | 'done' | 'did_not_help' | 'skipped'

export type RepairStep = {
  readonly id: string
  readonly kind: StepKind
  readonly action: ActionCode | null
  /** `relink` does it by itself, `person` must act, `bank` must be waited for. */
  readonly who: 'relink' | 'person' | 'bank'
  /** One sentence: what is done. */
  readonly title: string
  readonly state: StepState
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** What was seen when its effect was checked. */
  readonly result: string | null
  /** What a harmless question taught: the bank answers, it answers with an error or something unreadable, it says that it is away, or nothing comes. */
  readonly learned?: 'answers' | 'answers_wrongly' | 'says_away' | 'silent'
  /** What all harmless questions of this step found, in their order. */
  readonly found?: readonly Finding[]
  /** What the bank answered when the step was planned, and, once it has ended, when it was done (diagnose/step-news.ts): of that it teaches. Absent: nobody noted it then. */
  readonly answer?: string
  /** What was taken to be the matter when the step ended. */
  readonly cause?: CauseCode
  /** What a read after it showed: its cause is gone from the answer, or is hidden by something else. Absent: none did, or it was in vain. */
  readonly judged?: 'helped' | 'unseen'
  /** Epoch ms; the step is not tried before. */
  readonly notBefore: number | null
  /** Minutes of a person's attention and of waiting, as planned. */
  readonly personMinutes: number
  readonly waitMinutes: number
}

export type RepairPlan = {
  readonly id: string
  readonly problemId: string
  readonly connectionId: string
  readonly cause: CauseCode
  readonly createdAt: number
  readonly updatedAt: number
  readonly state: 'open' | 'proved' | 'abandoned'
  /** The last step is the proof. */
  readonly steps: readonly [...RepairStep[], RepairStep & { readonly kind: 'proof' }]
}
