/**
 * What goes in and out of the bank, as data: the same bank is played on real sockets (listen.ts)
 * and in memory under a virtual clock. Nothing here does anything.
 */

export type BankRequest = {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly scheme: 'http' | 'https'
}

/** How the bytes travel, when not at once and whole. */
export type Pace = {
  /** Silence before the first byte of the answer. */
  readonly delayMs?: number
  readonly bytesPerSecond?: number
  /** The connection breaks after that many bytes of the body, which Content-Length still announces whole. */
  readonly cutAfterBytes?: number
  /** Blanks that follow the body, sent in pieces so that nobody holds them in memory. */
  readonly padBlanks?: number
}

export type HttpAnswer = {
  readonly kind: 'http'
  readonly status: number
  /** Lower-case names. Content-Length and Date are added by whoever plays the answer, unless given. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly pace?: Pace
}

/** `reset`: the connection is closed without an answer. `hang`: it stays open and nothing ever comes. */
export type BankAnswer = HttpAnswer | { readonly kind: 'reset' } | { readonly kind: 'hang' }

/** What a client meets before it can send anything. */
export type Door = {
  /** False: the name does not resolve. A simulator plays it; on loopback, where no name is asked, the profile names a host that does not exist. */
  readonly resolves: boolean
  /** False: connection refused. */
  readonly listening: boolean
  readonly certificate: 'good' | 'wrong_name' | 'expired' | 'new_ca'
  readonly tls: 'modern' | 'old'
}

export const OPEN_DOOR: Door = { resolves: true, listening: true, certificate: 'good', tls: 'modern' }

export function answer(
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    kind: 'http',
    status,
    headers: { server: 'SandboxBank/1', 'content-type': contentType, ...headers },
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  }
}
