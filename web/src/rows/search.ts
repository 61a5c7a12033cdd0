/** What addresses of lists may say; anything else in them is left out. */
import type { Mark, Transaction } from '../api.ts'

export type RowSearch = { account?: string | undefined; text?: string | undefined; from?: string | undefined; to?: string | undefined; state?: Transaction['state'] | undefined; review?: Transaction['review'] | undefined; category?: string | undefined; mark?: Mark | undefined }
export type AddSearch = { /** What is looked for is in no list, and is added by its address. */ by?: 'address' | undefined; bank?: string | undefined; way?: string | undefined; find?: string | undefined }
export type ReconnectSearch = { find?: string | undefined; way?: string | undefined }
export type ReconcileSearch = { asOf?: string | undefined; balance?: string | undefined }

export type ReviewSearch = { account?: string | undefined; text?: string | undefined; show?: 'suggested' | 'transfers' | 'unusual' | undefined }

export type AuditSearch = { kind?: string | undefined; actor?: string | undefined; from?: string | undefined; to?: string | undefined }

type Given = Readonly<Record<string, unknown>>

/** Every value in an address is text: a balance, or a search for 007, is no number. */
export function readSearch(text: string): Given {
  return Object.fromEntries(new URLSearchParams(text))
}

export function writeSearch(values: Given): string {
  const text = new URLSearchParams(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))).toString()
  return text === '' ? '' : `?${text}`
}

export function rowSearch(given: Given): RowSearch {
  const state = oneOf(given['state'], ['pending', 'posted', 'withdrawn'] as const)
  const review = oneOf(given['review'], ['for_review', 'accepted'] as const)
  // An empty one means rows without a category.
  const category = word(given['category'])
  const mark = oneOf(given['mark'], ['excluded', 'included', 'paired', 'unpaired', 'noted', 'deleted'] as const)
  return { ...withoutEmpty({ account: word(given['account']), text: word(given['text']), from: day(given['from']), to: day(given['to']), state, review, mark }), ...(category === undefined ? {} : { category }) }
}

export function reviewSearch(given: Given): ReviewSearch {
  return withoutEmpty({ account: word(given['account']), text: word(given['text']), show: oneOf(given['show'], ['suggested', 'transfers', 'unusual'] as const) })
}

export function reconcileSearch(given: Given): ReconcileSearch {
  return withoutEmpty({ asOf: day(given['asOf']), balance: word(given['balance']) })
}

/** The step of adding an account stands in its address, so that a reload loses nothing. */
export function addSearch(given: Given): AddSearch {
  return withoutEmpty({ by: oneOf(given['by'], ['address'] as const), bank: word(given['bank']), way: word(given['way']), find: word(given['find']) })
}

/** The same of a sign-in that may take over. */
export function reconnectSearch(given: Given): ReconnectSearch {
  return withoutEmpty({ find: word(given['find']), way: word(given['way']) })
}

export function auditSearch(given: Given): AuditSearch {
  return withoutEmpty({ kind: word(given['kind']), actor: word(given['actor']), from: day(given['from']), to: day(given['to']) })
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 200) : undefined
}

function day(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined
}

function oneOf<T extends string>(value: unknown, words: readonly T[]): T | undefined {
  return words.find((one) => one === value)
}

function withoutEmpty<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as T
}
