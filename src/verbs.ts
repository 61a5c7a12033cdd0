/**
 * The verbs of Relink, the same for the API and the command line. Each is one act of a person or a
 * program; the work behind them is in sync/, repair/ and diagnose/.
 */
import type { ToldFacts } from './domain/evidence.ts'
import type { Account } from './domain/account.ts'
import type { Connection, Diagnosis, Problem, ReadPlan } from './domain/connection.ts'
import type { Failure } from './domain/evidence.ts'
import type { Institution } from './domain/institution.ts'
import type { Currency } from './domain/money.ts'
import type { RepairPlan } from './domain/repair.ts'
import type { Result } from './domain/result.ts'
import type { SyncRun } from './domain/run.ts'
import type { FormatFailure } from './domain/statement.ts'
import type { DatesSaid } from './domain/dates-said.ts'
import type { ReconnectPreview } from './domain/preview.ts'
import type { AskAgain } from './sync/ask-again.ts'
import type { BankChange, BankRefusal, NewBank } from './sync/add-bank.ts'
import type { Connected, ConnectRequest, Typing } from './sync/connect.ts'
import type { AccountChoice } from './sync/choose-accounts.ts'
import type { FileNotice } from './sync/file-check.ts'
import type { ImportedAccount } from './sync/import.ts'
import type { Previewed } from './sync/preview.ts'
import type { Recomputation } from './sync/recompute.ts'
import type { StatementSummary } from './sync/statement-sum.ts'

export type ConnectResult =
  | Exclude<Connected, { readonly kind: 'failed' }>
  /** The bank could not be read; nothing was stored but the attempt. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly diagnosis: Diagnosis }

/** What a person did about a step of a repair. */
export type StepReport = { readonly stepId: string; readonly did: 'done' | 'cannot' }

/** One line of `relink import` (product.md). */
export type ImportReport = {
  readonly file: string
  readonly format: string | null
  readonly statements: readonly StatementSummary[]
  readonly added: number
  readonly matched: number
  readonly questions: number
  /** What it brought to which accounts; none where nothing was stored. */
  readonly accounts: readonly ImportedAccount[]
  /** What should be heard of a file that was read, such as an account that the bank refused. */
  readonly notices: readonly FileNotice[]
  readonly failure: FormatFailure | null
}

export type ImportRequest = {
  readonly fileName: string
  /** Opens the file from its beginning; called more than once. */
  readonly open: () => AsyncIterable<Uint8Array>
  /** It came over a network: its lines are counted. A local file may have any number. */
  readonly isForeign?: boolean
  readonly accountId: string | null
  /** What the person says of dates such as `05/01/2024`; null: the file tells. */
  readonly dates?: DatesSaid | null
  /** What the person says of statements that name no currency; null: it stays open where nothing tells. */
  readonly currency?: Currency | null
  readonly onProgress: ((rows: number) => void) | null
}

export type VerbFailure = { readonly code: 'not_found' | 'wrong_state' | 'busy' | 'secret_withheld' | 'invalid' | 'different_login'; readonly message: string }

export type Verbs = {
  connect(request: ConnectRequest): Promise<ConnectResult>
  /** Reads the connection now, and days of an account that are in doubt once more; resolves when the run has ended or waits for a person. */
  sync(connectionId: string, trigger: 'person' | 'repair', again?: AskAgain): Promise<Result<SyncRun, VerbFailure>>
  /** A person is back from the bank's site: goes on with the run. Who sees to it that it is who went is the caller. */
  comeBack(challengeId: string, brought: { readonly code: string; readonly verifier: string; readonly redirectUri: string }): Promise<Result<SyncRun, VerbFailure>>
  answer(challengeId: string, answers: Readonly<Record<string, string>>): Promise<Result<SyncRun, VerbFailure>>
  /** Stores a new secret and signs in once with it; a login field that is left out keeps its stored value. `onceMore`: a warned person wants this very one sent although the bank refused it. */
  enterSecret(connectionId: string, form: Readonly<Record<string, string>>, typing?: Typing): Promise<Result<SyncRun, VerbFailure>>
  /** A warned person asks to send the stored secret once more. */
  tryOnceMore(connectionId: string, by: string): Promise<Result<SyncRun, VerbFailure>>
  disable(connectionId: string): Promise<Result<Connection, VerbFailure>>
  enable(connectionId: string): Promise<Result<Connection, VerbFailure>>
  /** A bank that is in no list, by its address; it is asked for its profile before it is stored. */
  addBank(bank: NewBank): Promise<Result<Institution, BankRefusal>>
  /** Of one that was added so; at another address it is asked as when it was added, and no connection follows there. */
  changeBank(id: string, change: BankChange): Promise<Result<Institution, BankRefusal>>
  /** One that was added so, and that no connection uses. */
  removeBank(id: string): Promise<Result<Institution, BankRefusal>>
  /** As a person calls the login. */
  nameLogin(connectionId: string, label: string): Promise<Result<Connection, VerbFailure>>
  remove(connectionId: string): Promise<Result<null, VerbFailure>>
  /** When the connection is read by itself; null: as is usual. */
  planReads(connectionId: string, plan: ReadPlan | null): Promise<Result<Connection, VerbFailure>>
  /** Nothing is read by itself, or again. */
  pauseReads(isPaused: boolean): Promise<void>
  /** Which accounts are read, into which of the books and since when; then they are read. */
  chooseAccounts(connectionId: string, choices: readonly AccountChoice[]): Promise<Result<SyncRun, VerbFailure>>
  /** A person says that a new account of the bank's list continues one that is missing; then it is read. */
  adoptAccount(connectionId: string, missingId: string, newId: string): Promise<Result<SyncRun, VerbFailure>>
  /** Takes that back; what was read meanwhile is taken back run by run. */
  partAccount(connectionId: string, accountId: string): Promise<Result<null, VerbFailure>>
  importFile(request: ImportRequest): Promise<ImportReport>
  /** What a person said of the dates of an account's files holds no more: the next one asks again. */
  forgetFileDates(accountId: string): Promise<Result<null, VerbFailure>>
  /** The currency of an account whose statements name none; null takes back what was said. */
  sayCurrency(accountId: string, currency: Currency | null): Promise<Result<Account, VerbFailure>>
  /** Signs in beside a connection and reads without touching the feed; then `switchPreview` or `cancelPreview`. */
  previewReconnect(connectionId: string, request: ConnectRequest): Promise<Previewed>
  switchPreview(previewId: string): Promise<Result<ReconnectPreview, VerbFailure>>
  cancelPreview(previewId: string): Promise<Result<ReconnectPreview, VerbFailure>>
  /** Takes back what a run made: a sync, an import, a switch to another connection, or an undo. */
  undo(runId: string): Promise<Result<SyncRun, VerbFailure>>
  /** Concludes all transactions of an account anew from its reports and shows the difference; with `apply` makes it true. */
  recompute(accountId: string, apply: boolean): Promise<Result<Recomputation, VerbFailure>>
  /** A person says what they see at the bank itself, and the causes are ranked anew. Null: there is no such open problem. */
  tell(problemId: string, told: ToldFacts): Promise<Problem | null>
  /** The plan of a problem, made when there is none. */
  plan(problem: Problem): Promise<RepairPlan>
  /** Does what Relink can do by itself, checks what a person reports, and plans anew. Null: there is no open problem. */
  repair(connectionId: string, report: StepReport | null): Promise<Result<RepairPlan | null, VerbFailure>>
}
