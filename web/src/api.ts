/** The page's way to the server: typed resources, problem details as errors. Knows no connector. */
import type { z } from 'zod'
import type { accountShape, challengeShape, questionShape, runShape, transactionDetailShape, transactionShape } from '../../src/api/shapes.ts'
import type { previewShape } from '../../src/api/preview-shape.ts'
import type { bankHistoryShape } from '../../src/api/bank-shapes.ts'
import type { balanceProofShape } from '../../src/api/balance-shapes.ts'
import type { bankShape, connectionShape, institutionShape, planShape, problemShape } from '../../src/api/connection-shapes.ts'

export type Account = z.output<typeof accountShape>
export type Transaction = z.output<typeof transactionShape>
export type TransactionDetail = z.output<typeof transactionDetailShape>
export type Run = z.output<typeof runShape>
export type Challenge = z.output<typeof challengeShape>
export type Question = z.output<typeof questionShape>
export type Connection = z.output<typeof connectionShape>
export type Preview = z.output<typeof previewShape>
export type Institution = z.output<typeof institutionShape>
export type Problem = z.output<typeof problemShape>
export type Plan = z.output<typeof planShape>
export type BalanceProof = z.output<typeof balanceProofShape>
export type BankHistory = z.output<typeof bankHistoryShape>
export type Bank = z.output<typeof bankShape>

/** A problem as the server describes it (RFC 9457). */
export class ServerProblem extends Error {
  readonly code: string
  readonly remedy: string
  readonly body: Readonly<Record<string, unknown>>

  constructor(body: Readonly<Record<string, unknown>>) {
    super(String(body['detail'] ?? body['title'] ?? 'The server gave no reason.'))
    this.code = String(body['code'] ?? 'unknown')
    this.remedy = String(body['remedy'] ?? '')
    this.body = body
  }
}

/** Asks the server; throws `ServerProblem` for every answer that is not a success. */
export async function ask<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const isFile = body instanceof Blob
  const response = await fetch(`/api${path}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': isFile ? 'application/octet-stream' : 'application/json' },
    ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
  }).catch(() => {
    throw new ServerProblem({ code: 'unreachable', title: 'Relink does not answer.', remedy: 'Is the server still running? This page tries again by itself.' })
  })
  const type = response.headers.get('content-type') ?? ''
  const parsed: unknown = type.includes('json') ? await response.json() : null
  if (!response.ok) throw new ServerProblem((parsed ?? { code: 'http', title: `The server answered ${response.status}.` }) as Record<string, unknown>)
  return parsed as T
}

export const get = <T>(path: string): Promise<T> => ask<T>('GET', path)
