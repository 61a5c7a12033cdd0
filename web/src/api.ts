/** The page's way to the server: typed resources, problem details as errors. Knows no connector. */
import type { z } from 'zod'
import { language, say } from './language/language.ts'
import type { accountShape, challengeShape, listedRunShape, questionShape, runDetailShape, runShape, transactionDetailShape, transactionShape } from '../../src/api/shapes.ts'
import type { accountShape as meShape, auditShape, invitationShape, keyShape, listedMemberShape, roleShape } from '../../src/api/access-shapes.ts'
import type { previewShape } from '../../src/api/preview-shape.ts'
import type { destinationShape, messageShape } from '../../src/api/alert-shapes.ts'
import type { bankHistoryShape } from '../../src/api/bank-shapes.ts'
import type { decisionShape } from '../../src/api/decision-shape.ts'
import type { dryRunShape, matchShape, ruleShape, suggestedShape } from '../../src/api/review-shape.ts'
import type { reconciledShape, reconciliationShape } from '../../src/api/reconcile-shape.ts'
import type { scheduledShape, scheduleShape } from '../../src/api/schedule-shapes.ts'
import type { freshnessShape, noticedShape } from '../../src/api/freshness-shape.ts'
import type { balanceProofShape } from '../../src/api/balance-shapes.ts'
import type { bankShape, connectionShape, hostFindingShape, institutionShape, planShape, problemShape } from '../../src/api/connection-shapes.ts'

export type Account = z.output<typeof accountShape>
export type Transaction = z.output<typeof transactionShape>
export type Mark = 'excluded' | 'included' | 'paired' | 'unpaired' | 'noted' | 'deleted'
export type TransactionDetail = z.output<typeof transactionDetailShape>
export type Run = z.output<typeof runShape>
export type ListedRun = z.output<typeof listedRunShape>
export type RunDetail = z.output<typeof runDetailShape>
export type Challenge = z.output<typeof challengeShape>
export type Question = z.output<typeof questionShape>
/** `counts`: of all that wait, by account. */
export type QuestionPage = { items: Question[]; next: string | null; counts: { accountId: string; open: number }[] }
export type Connection = z.output<typeof connectionShape>
export type HostFinding = z.output<typeof hostFindingShape>
export type Preview = z.output<typeof previewShape>
export type Institution = z.output<typeof institutionShape>
export type Problem = z.output<typeof problemShape>
export type Plan = z.output<typeof planShape>
export type BalanceProof = z.output<typeof balanceProofShape>
export type BankHistory = z.output<typeof bankHistoryShape>
export type Decision = z.output<typeof decisionShape>
export type CategoryRule = z.output<typeof ruleShape>
export type DryRun = z.output<typeof dryRunShape>
export type Match = z.output<typeof matchShape>
export type Suggested = z.output<typeof suggestedShape>
export type Reconciliation = z.output<typeof reconciliationShape>
export type Reconciled = z.output<typeof reconciledShape>
export type Freshness = z.output<typeof freshnessShape>
export type Noticed = z.output<typeof noticedShape>
export type Bank = z.output<typeof bankShape>
export type Role = z.output<typeof roleShape>
export type Member = z.output<typeof listedMemberShape>
export type Invitation = z.output<typeof invitationShape>
export type ApiKey = z.output<typeof keyShape>
export type AuditLine = z.output<typeof auditShape>
export type AlertDestination = z.output<typeof destinationShape>
export type AlertMessage = z.output<typeof messageShape>
export type Schedule = z.output<typeof scheduleShape>
export type Scheduled = z.output<typeof scheduledShape>
export type Me = z.output<typeof meShape>

/** A problem as the server describes it (RFC 9457). */
export class ServerProblem extends Error {
  readonly code: string
  readonly remedy: string
  readonly body: Readonly<Record<string, unknown>>

  constructor(body: Readonly<Record<string, unknown>>) {
    super(String(body['detail'] ?? body['title'] ?? say('The server gave no reason.')))
    this.code = String(body['code'] ?? 'unknown')
    this.remedy = String(body['remedy'] ?? '')
    this.body = body
  }
}

/** Asks the person to sign in again, because what they do wants it or because their session has ended; false: not now. */
export type WhyAgain = 'fresh' | 'ended'
type Confirm = (why: WhyAgain) => Promise<boolean>
let confirmPerson: Confirm | null = null
let proving: Promise<boolean> | null = null

/** Whether a sign-in is waited for: what is read meanwhile would be refused, and take the place of what is being done. */
export const isConfirming = (): boolean => proving !== null

/** Who shows the dialog; returns the function that takes it back. */
export function askFreshly(confirm: Confirm): () => void {
  confirmPerson = confirm
  return () => { confirmPerson = null }
}

/** Nobody answers, and nothing was to be changed: it is read again by itself. */
export function isAway(error: unknown): boolean {
  return error instanceof ServerProblem && error.code === 'unreachable' && error.body['reads'] === true
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Asks the server; throws `ServerProblem` for every answer that is not a success. Where it wants a sign-in before it changes anything, the person is asked for one, and then the server again: nothing that was filled in is lost. */
export async function ask<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  try {
    return await askOnce<T>(method, path, body, signal)
  } catch (error) {
    const why = whyAgain(error, method, path)
    if (why === null || !(await proveAgain(why))) throw error
    return askOnce<T>(method, path, body, signal)
  }
}

/** Asks for a sign-in; false: not now, or nobody is here to ask. Several that want one at the same time wait for the same. */
export function proveAgain(why: WhyAgain): Promise<boolean> {
  proving ??= (confirmPerson?.(why) ?? Promise.resolve(false)).finally(() => { proving = null })
  return proving
}

/** Who only reads is led to the page that asks to sign in, or told what needs a fresh sign-in: no page that is merely open asks by itself. One who signs in or out is there. */
function whyAgain(error: unknown, method: Method, path: string): WhyAgain | null {
  if (!(error instanceof ServerProblem) || method === 'GET') return null
  if (error.code === 'sign_in_again') return 'fresh'
  return error.code === 'unauthorized' && !path.startsWith('/sign-in') ? 'ended' : null
}

async function askOnce<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal)
  return ((response.headers.get('content-type') ?? '').includes('json') ? await response.json() : null) as T
}

/** A gateway's answers for a server that it does not reach. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504])

/** What the server has as a file, as text. */
export async function getText(path: string): Promise<string> {
  return (await send('GET', path)).text()
}

/** Every answer that is not a success is thrown. */
async function send(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const isFile = body instanceof Blob
  const unreachable = (): ServerProblem => new ServerProblem({ code: 'unreachable', reads: method === 'GET', title: say('Relink does not answer.'), remedy: method === 'GET' ? say('Is the server still running? This page tries again by itself.') : say('Nothing is kept for later. Look when the server answers again whether it was done, else do it again.') })
  const response = await fetch(`/api${path}`, {
    method,
    headers: { 'accept-language': language, ...(body === undefined ? {} : { 'content-type': isFile ? 'application/octet-stream' : 'application/json' }) },
    ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error
    throw unreachable()
  })
  if (response.ok) return response
  const isProblem = (response.headers.get('content-type') ?? '').includes('json')
  // What stands before a server that is away says so in its place.
  if (!isProblem && AWAY.has(response.status)) throw unreachable()
  throw new ServerProblem(isProblem ? ((await response.json()) as Record<string, unknown>) : { code: 'http', title: say('The server answered {status}.', { status: String(response.status) }) })
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => ask<T>('GET', path, undefined, signal)

/** What would come of something, told by POST because it is long: it changes nothing, so it asks nobody for a sign-in, as `get` does. */
export const look = <T>(path: string, body: unknown): Promise<T> => askOnce<T>('POST', path, body)
