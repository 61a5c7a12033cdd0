/**
 * The tables, as Kysely and the stores see them. Every table with a `tenant_id` is under forced
 * row-level security (migrations/001-start.ts); its key begins with the tenant.
 */
import type { ApiKey, Invitation, Member } from '../../domain/access.ts'
import type { Account, AccountRef, AccountSource } from '../../domain/account.ts'
import type { Alert, AlertPart, Destination, Message } from '../../domain/alert.ts'
import type { AuditHead, AuditRecord } from '../../domain/audit.ts'
import type { Challenge, Connection, Problem } from '../../domain/connection.ts'
import type { Consumer, ConsumerRead } from '../../domain/consumer.ts'
import type { Institution } from '../../domain/institution.ts'
import type { ReconciledStatement } from '../../domain/reconciliation.ts'
import type { CategoryRule } from '../../domain/review.ts'
import type { Incident } from '../../domain/incident.ts'
import type { PreviewAnswer, ReconnectPreview } from '../../domain/preview.ts'
import type { RepairPlan } from '../../domain/repair.ts'
import type { BalanceSpan, BalanceStatement, Coverage, SyncRun } from '../../domain/run.ts'
import type { Decisions, MatchTier, Question, RowContent, Transaction, TransactionChange } from '../../domain/transaction.ts'
import type { Undo } from '../../ports/history.ts'
import type { NewObservation, NewTransaction } from '../../ports/feed.ts'
import type { Attempt, SealedKey, SealedSecret } from '../../ports/secrets.ts'
import type { FailedExchanges } from '../../ports/store.ts'
import { blankOf, bytes, day, digest, flag, instant, integer, json, money, nullable, shape, sign, text, uuid, type Columns, type Shape, type StoredRow } from './columns.ts'

export const connections = shape<Connection>({
  id: uuid, institutionId: text(), institutionName: text(), connector: text(), settings: json(), loginLabel: text(), loginIndex: text(),
  state: text(), connectorState: json(), createdAt: instant, nextSyncAt: nullable(instant), lastSuccessAt: nullable(instant),
  lastAttemptAt: nullable(instant), failuresInRow: integer, secretChangedAt: nullable(instant), settingsChangedAt: nullable(instant), readBy: nullable(json()), readPlan: nullable(json<NonNullable<Connection['readPlan']>>()),
})

export const accounts = shape<Account>({
  id: uuid, name: text(), number: nullable(text()), bankId: nullable(text()), kind: text(), currency: text(), currencyIsSaid: flag, state: text(),
  institutionName: nullable(text()), startOn: nullable(day), createdAt: instant,
})

/** A source with its reference spread over columns, so that it can be found by number. */
type FlatSource = Omit<AccountSource, 'ref'> & { readonly refBankId: string | null; readonly refBranchId: string | null; readonly refNumber: string; readonly refKind: AccountRef['kind'] }

const flatSources = shape<FlatSource>({
  id: uuid, accountId: uuid, connectionId: nullable(uuid), program: nullable(text()), refBankId: nullable(text()), refBranchId: nullable(text()), refNumber: text(), refKind: text(),
  state: text(), sign,
})

const flatRef = ({ bankId, branchId, number, kind }: AccountRef) => ({ refBankId: bankId, refBranchId: branchId, refNumber: number, refKind: kind })

export const sources: Omit<Shape<AccountSource>, 'columns' | 'read'> & { read(row: StoredRow<FlatSource>): AccountSource } = {
  write: ({ ref, ...source }) => flatSources.write({ ...source, ...flatRef(ref) }) as never,
  writePatch: ({ ref, ...patch }) => flatSources.writePatch({ ...patch, ...(ref === undefined ? {} : flatRef(ref)) }) as never,
  read(row) {
    const { refBankId, refBranchId, refNumber, refKind, ...source } = flatSources.read(row)
    return { ...source, ref: { bankId: refBankId, branchId: refBranchId, number: refNumber, kind: refKind } }
  },
}

export const runs = shape<SyncRun>({
  id: uuid, connectionId: nullable(uuid), trigger: text(), startedAt: instant, endedAt: nullable(instant), outcome: text(), stage: nullable(text()),
  accounts: json(), failure: nullable(json<NonNullable<SyncRun['failure']>>()), label: nullable(text()),
})

const content: Columns<RowContent> = {
  status: text(), postedOn: day, transactedOn: nullable(day), valueOn: nullable(day), amount: money, currency: text(), name: nullable(text()),
  memo: nullable(text()), kind: nullable(text()), checkNumber: nullable(text()), reference: nullable(text()), foreignAmount: nullable(text()),
  foreignCurrency: nullable(text()),
}

/** The one field list of a transaction's content: `TransactionUpdate.content` patches it. */
export const contentShape = shape<RowContent>(content)

export const observations = shape<NewObservation>({
  id: uuid, accountId: uuid, sourceId: uuid, runId: uuid, providerId: nullable(text()), pendingProviderId: nullable(text()), key: digest, ordinal: integer,
  observedAt: instant, ...content, transactionId: uuid, tier: text<MatchTier>(),
})

type FlatTransaction = Omit<NewTransaction, 'decisions'> & Decisions

export const flatTransactions = shape<FlatTransaction>({
  id: uuid, accountId: uuid, ...content, state: text(), withdrawnReason: nullable(text()), review: text(), category: nullable(text()), note: nullable(text()),
  excluded: flag, deleted: flag, transfer: nullable(uuid), createdAt: instant, updatedAt: instant, contentKey: digest,
})

/** The row as it is inserted. */
export function flatTransaction({ decisions, ...row }: NewTransaction): FlatTransaction {
  return { ...row, ...decisions }
}

/** The row as the matcher sees it. */
export function readTransaction(row: StoredRow<FlatTransaction>): NewTransaction {
  const read = { ...BLANK }
  const decisions = { ...BLANK_DECISIONS }
  // Column by column into its place: a read of an account does this for each row of some weeks, and copies would be most of it.
  fill(read, row, OWN)
  fill(decisions, row, DECIDED)
  read['decisions'] = decisions
  return read as unknown as NewTransaction
}

function fill(into: Record<string, unknown>, row: StoredRow<FlatTransaction>, columns: typeof flatTransactions.columns): void {
  for (const { field, column, codec, plain } of columns) {
    const stored = (row as Record<string, unknown>)[column]
    into[field] = plain ? stored : codec.read(stored as never)
  }
}

const DECISIONS: ReadonlySet<string> = new Set<keyof Decisions>(['review', 'category', 'note', 'excluded', 'deleted', 'transfer'])
const [OWN, DECIDED] = [flatTransactions.columns.filter(({ field }) => !DECISIONS.has(field)), flatTransactions.columns.filter(({ field }) => DECISIONS.has(field))]
const BLANK = blankOf([...OWN.map(({ field }) => field), 'decisions'])
const BLANK_DECISIONS = blankOf(DECIDED.map(({ field }) => field))

/** The row as consumers see it. */
export function readShown(row: StoredRow<FlatTransaction>): Transaction {
  const { contentKey: _, ...shown } = readTransaction(row)
  return shown
}

export const changes = shape<TransactionChange>({ transactionId: uuid, at: instant, runId: nullable(uuid), reason: text(), by: nullable(text()), changes: json() })

/** `from` and `to` are words of SQL: the columns are `from_on` and `to_on`. */
type Dated<T> = Omit<T, 'from' | 'to' | 'on'> & { readonly fromOn: BalanceSpan['from']; readonly toOn: BalanceSpan['to'] }

export const coverage = shape<Dated<Coverage>>({ accountId: uuid, sourceId: uuid, fromOn: day, toOn: day, runId: uuid })
export const spans = shape<Dated<BalanceSpan>>({ accountId: uuid, sourceId: uuid, fromOn: day, toOn: day, opening: money, closing: money, rowsSum: money, status: text() })

export function dated<T extends { readonly from: BalanceSpan['from']; readonly to: BalanceSpan['to'] }>({ from, to, ...rest }: T) {
  return { ...rest, fromOn: from, toOn: to }
}

export function undated<T extends { readonly fromOn: BalanceSpan['from']; readonly toOn: BalanceSpan['to'] }>({ fromOn, toOn, ...rest }: T) {
  return { ...rest, from: fromOn, to: toOn }
}

type FlatBalance = Omit<BalanceStatement, 'on'> & { readonly statedOn: BalanceStatement['on'] }
export const balances = shape<FlatBalance>({ accountId: uuid, sourceId: uuid, runId: uuid, kind: text(), amount: money, statedOn: day, observedAt: instant })

const questionColumns: Columns<Question> = {
  id: uuid, accountId: uuid, kind: text(), transactionId: uuid, otherTransactionId: nullable(uuid), pattern: nullable(text()), askedAt: instant,
  answer: nullable(text<NonNullable<Question['answer']>>()), answeredAt: nullable(instant), answerer: nullable(text()),
}
export const questions = shape<Question>(questionColumns)

/** A question with the run that asked it. */
export const askedQuestions = shape<Question & { readonly runId: string }>({ ...questionColumns, runId: uuid })

export const undos = shape<Undo>({ undoRunId: uuid, runId: uuid, at: instant, redoneAt: nullable(instant) })

export const previews = shape<ReconnectPreview>({
  id: uuid, connectionId: uuid, shadowId: uuid, state: text(), createdAt: instant, updatedAt: instant, switchedAt: nullable(instant), switchRunId: nullable(uuid),
  formerState: text(), accounts: json(), unfed: json(), unknown: json(), failure: nullable(json<NonNullable<ReconnectPreview['failure']>>()),
})

export const previewAnswers = shape<{ readonly previewId: string; readonly accountId: string; readonly answer: PreviewAnswer }>({ previewId: uuid, accountId: uuid, answer: json() })

export const problems = shape<Problem>({
  id: uuid, connectionId: uuid, accountId: nullable(uuid), institutionId: text(), openedAt: instant, updatedAt: instant, closedAt: nullable(instant),
  proofRunId: nullable(uuid), failure: json(), context: json(), diagnosis: json(),
})

export const alerts = shape<Alert>({
  id: uuid, about: text(), problemId: nullable(uuid), connectionId: nullable(uuid), accountId: nullable(uuid), key: nullable(text()), facts: json(), openedAt: instant,
  closedAt: nullable(instant), deliveredAt: nullable(instant),
})

export const destinations = shape<Destination>({
  id: uuid, label: text(), place: json(), topics: json(), quiet: nullable(json<NonNullable<Destination['quiet']>>()), timeZone: text(), language: text(), amounts: flag, state: text(), createdAt: instant, createdBy: text(),
  lastSentAt: nullable(instant), failingSince: nullable(instant), failure: nullable(text()),
})

export const messages = shape<Message>({
  id: uuid, destinationId: uuid, createdAt: instant, dueAt: instant, attempts: integer, state: text(), endedAt: nullable(instant), subject: nullable(text()), failure: nullable(text()),
})

export const plans = shape<RepairPlan>({
  id: uuid, problemId: uuid, connectionId: uuid, cause: text(), createdAt: instant, updatedAt: instant, state: text(), steps: json(),
})

export const failedExchanges = shape<FailedExchanges & { readonly problemId: string }>({ problemId: uuid, runId: uuid, exchanges: json() })

export const challenges = shape<Challenge>({
  id: uuid, connectionId: uuid, runId: uuid, prompts: json(), resume: json(), askedAt: instant, expiresAt: instant, state: text(),
})

export const secrets = shape<SealedSecret>({
  connectionId: uuid, purpose: text(), version: integer, sealed: bytes, digest: text(), createdAt: instant, expiresAt: nullable(instant),
})

export const tenantKeys = shape<SealedKey>({ keyId: bytes, sealed: bytes, masterKeyId: bytes })

export const attempts = shape<Attempt>({
  id: uuid, loginIndex: text(), connectionId: uuid, secretVersion: integer, secretDigest: text(), openedAt: instant, closedAt: nullable(instant), outcome: text(),
})

export const consumers = shape<Consumer>({
  id: uuid, label: text(), url: text(), accountIds: nullable(json<readonly string[]>()), createdAt: instant, setupDigest: bytes, setupExpiresAt: instant,
  accessDigest: nullable(bytes), claimedAt: nullable(instant), claims: integer, firstUsedAt: nullable(instant), lastUsedAt: nullable(instant), revokedAt: nullable(instant),
})

/** `from` and `at` are words of SQL. */
type FlatRead = { readonly consumerId: string; readonly accountId: string; readonly fromOn: ConsumerRead['from']; readonly readAt: number }
export const consumerReads = shape<FlatRead>({ consumerId: uuid, accountId: uuid, fromOn: day, readAt: instant })

/** `scopeKey`: what the database compares, so that one is open for a scope. */
export const incidents = shape<Incident & { readonly scopeKey: string }>({
  id: uuid, institutionId: text(), scopeKey: text(), scope: json(), cause: text(), startedAt: instant, lastFailureAt: instant, endedAt: nullable(instant), failing: integer,
  connections: integer, witness: text(), problemId: nullable(uuid),
})

/** User and key ids are the sign-in library's and our own words, no uuids. */
export const members = shape<Member>({
  userId: text(), name: text(), email: text(), role: text(), delegated: json(), createdAt: instant, createdBy: text(), removedAt: nullable(instant),
})

export const invitations = shape<Invitation>({
  id: uuid, role: text(), label: text(), tokenDigest: bytes, createdAt: instant, createdBy: text(), expiresAt: instant, acceptedAt: nullable(instant), revokedAt: nullable(instant),
})

export const apiKeys = shape<ApiKey>({
  id: text(), label: text(), scope: text(), digest: bytes, maker: text(), createdAt: instant, expiresAt: instant, lastUsedAt: nullable(instant), revokedAt: nullable(instant),
})

export const audit = shape<AuditRecord>({ seq: instant, at: instant, actor: text(), action: text(), object: text(), codes: json(), prev: bytes, hash: bytes })
export const auditHeads = shape<AuditHead>({ seq: instant, hash: bytes })

export const addedBanks = shape<{ readonly id: string; readonly institution: Institution; readonly addedAt: number }>({ id: text(), institution: json(), addedAt: instant })

/** `on` is a word of SQL. */
export const reconciliations = shape<Omit<ReconciledStatement, 'on'> & { readonly statedOn: ReconciledStatement['on'] }>({
  id: uuid, accountId: uuid, statedOn: day, amount: money, difference: money, note: nullable(text()), notedAt: instant,
})

export const rules = shape<CategoryRule>({ id: uuid, contains: text(), category: text(), accountId: nullable(uuid), createdAt: instant })
/** What a row had before a rule gave it its category. */
export const ruleRows = shape<{ readonly ruleId: string; readonly transactionId: string; readonly category: string | null; /** The rule was removed, and the row got this back. */ readonly givenBack: boolean }>({ ruleId: uuid, transactionId: uuid, category: nullable(text()), givenBack: flag })

type Of<S> = S extends Shape<infer T> ? StoredRow<T> & { readonly tenant_id: string } : never
type Numbered = { readonly seq: any }

export type Tables = {
  'relink.connections': Of<typeof connections>
  'relink.accounts': Of<typeof accounts>
  'relink.account_sources': Of<typeof flatSources>
  'relink.runs': Of<typeof runs>
  'relink.observations': Of<typeof observations>
  'relink.transactions': Of<typeof flatTransactions>
  'relink.transaction_changes': Of<typeof changes> & Numbered
  'relink.coverage': Of<typeof coverage> & Numbered
  'relink.balances': Of<typeof balances> & Numbered
  'relink.balance_spans': Of<typeof spans> & Numbered
  'relink.questions': Of<typeof questions> & { readonly answered_by: 'person' | 'bank' | null; readonly answered_after: any; readonly closed_by: string | null; readonly carried: any }
  'relink.answer_moves': { readonly tenant_id: string; readonly question_id: string; readonly source_id: string; readonly key: string; readonly tier: string }
  'relink.undos': Of<typeof undos>
  'relink.previews': Of<typeof previews>
  'relink.preview_answers': Of<typeof previewAnswers> & Numbered
  'relink.problems': Of<typeof problems>
  'relink.alerts': Of<typeof alerts>
  'relink.destinations': Of<typeof destinations>
  'relink.messages': Of<typeof messages>
  'relink.told': { readonly tenant_id: string; readonly destination_id: string; readonly alert_id: string; readonly part: AlertPart; readonly message_id: string }
  'relink.repair_plans': Of<typeof plans>
  'relink.failed_exchanges': Of<typeof failedExchanges>
  'relink.incidents': Of<typeof incidents>
  'relink.challenges': Of<typeof challenges>
  'relink.secrets': Of<typeof secrets>
  'relink.tenant_keys': Of<typeof tenantKeys>
  'relink.consumers': Of<typeof consumers>
  'relink.consumer_reads': Of<typeof consumerReads>
  'relink.members': Of<typeof members>
  'relink.invitations': Of<typeof invitations>
  'relink.api_keys': Of<typeof apiKeys>
  'relink.spent_links': { readonly tenant_id: string; readonly digest: any; readonly spent_at: number }
  'relink.audit': Of<typeof audit>
  'relink.audit_heads': Of<typeof auditHeads>
  'relink.reconciliations': Of<typeof reconciliations>
  'relink.added_banks': Of<typeof addedBanks>
  'relink.category_rules': Of<typeof rules>
  'relink.category_rule_rows': Of<typeof ruleRows>
  'relink.login_attempts': Of<typeof attempts> & Numbered
  'relink.logins': { readonly tenant_id: string; readonly login_index: string; readonly locked_at: any; readonly granted_uses: number }
  'relink.cursors': { readonly tenant_id: string; readonly source_id: string; readonly cursor: any; readonly at: number }
  'relink.request_quotas': { readonly tenant_id: string; readonly institution_id: string; readonly day: string; readonly used: number }
  'relink.pages': {
    readonly tenant_id: string; readonly run_id: string; readonly account_id: string; readonly source_id: string; readonly at: number
    readonly seen: any; readonly covers_from: any; readonly covers_to: any
  }
  'relink.tenants': { readonly tenant_id: string; readonly created_at: any }
  'relink.instance': { readonly single: boolean; readonly default_tenant: string }
  'relink.migrations': { readonly number: number; readonly name: string; readonly applied_at: any }
}

