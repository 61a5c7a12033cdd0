/**
 * One row of the table of routes. The OpenAPI document, validation, authorisation and the handler
 * all come from this row; a route without an action cannot be written. Handlers return a value and
 * throw `ApiProblem`; they never touch the HTTP reply.
 */
import type { Readable } from 'node:stream'
import { z, type ZodType } from 'zod'
import type { Caller } from '../access/authorize.ts'
import type { Action } from '../domain/access.ts'
import type { Instance } from '../instance.ts'
import type { Language } from '../language/language.ts'
import type { Visit } from '../ports/sign-in.ts'
import type { Door } from './door.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does; the server does not start with a route of the API that does not say so. */
    action?: Action
  }
}

/** A file to be saved by the browser, streamed. */
export class Download {
  readonly contentType: string
  readonly fileName: string
  readonly body: Readable

  constructor(contentType: string, fileName: string, body: Readable) {
    this.contentType = contentType
    this.fileName = fileName
    this.body = body
  }
}

/** `caller`: who asks; null on public routes where nobody is signed in. `keep`: cookies for the browser. `language`: in which the answer's texts are. */
export type Call<P, Q, B> = {
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly instance: Instance
  readonly caller: Caller | null
  readonly visit: Visit
  readonly door: Door
  readonly keep: (cookies: readonly string[]) => void
  readonly language: Language
}

export type RouteDefinition<P extends ZodType, Q extends ZodType, B extends ZodType, R extends ZodType> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly action: Action
  readonly tag: string
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  /** A zod schema for JSON, or `stream` for the bytes of an upload. */
  readonly body?: B | 'stream'
  /** Whether the body holds a password or code: it is short then. */
  readonly carriesSecret?: true
  readonly response: R | 'download'
  readonly status?: 200 | 201 | 202
  readonly handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.output<R> | Download>
}

/** A route whose type parameters are settled; what the server registers. */
export type Route = RouteDefinition<ZodType, ZodType, ZodType, ZodType>

const nothing = z.undefined()

/** Checks a row's types against each other. */
export function route<P extends ZodType = typeof nothing, Q extends ZodType = typeof nothing, B extends ZodType = typeof nothing, R extends ZodType = ZodType>(
  definition: RouteDefinition<P, Q, B, R>,
): Route {
  // The handler's parameter types are those of the schemas that validate them, so widening is safe.
  return definition as unknown as Route
}

export const idParams = z.strictObject({ id: z.uuid() })

/** A change that names nothing is refused: it would be told of as an act, and end sessions. */
export function changeOf<T extends z.ZodObject>(fields: T): T {
  return fields.refine((body) => Object.keys(body).length > 0, 'names nothing to change')
}

/** A page of a collection; `next` is an opaque cursor, null on the last page. */
export function pageOf<T extends ZodType>(item: T): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

export function listOf<T extends ZodType>(item: T): z.ZodObject<{ items: z.ZodArray<T> }> {
  return z.object({ items: z.array(item) })
}
