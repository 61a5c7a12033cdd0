/**
 * The cookies of one run: some banks' servers answer nothing without their own cookies. Stricter
 * than RFC 6265: a cookie goes back only to the origin that set it, and none outlives the run, or the
 * question for which it waits.
 */
import { originOfUrl } from '../connector-kit/origin.ts'
import type { WireRequest } from './wire.ts'

export type CookieJar = {
  keep(url: URL, setCookies: readonly string[]): void
  attach(url: URL, headers: WireRequest['headers']): WireRequest['headers']
  /** All of them as one text; empty when there are none. */
  held(): string
  /** Takes back what `held` gave, beside what came since. */
  restore(held: string): void
}

const MAX_COOKIES = 50
const MAX_COOKIE_CHARACTERS = 4096

/** An empty jar. */
export function createCookieJar(): CookieJar {
  const jars = new Map<string, Map<string, string>>()
  return {
    keep: (url, setCookies) => {
      if (setCookies.length === 0) return
      const origin = originOfUrl(url) ?? ''
      const jar = jars.get(origin) ?? new Map<string, string>()
      jars.set(origin, jar)
      for (const line of setCookies) {
        const match = /^\s*([!#$%&'*+.^_`|~\w-]+)=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e"]*)\s*(;.*)?$/.exec(line)
        if (match === null || line.length > MAX_COOKIE_CHARACTERS) continue
        const [, name = '', value = '', attributes = ''] = match
        if (/;\s*max-age\s*=\s*(0|-\d+)\s*(;|$)/i.test(attributes)) jar.delete(name)
        else if (jar.size < MAX_COOKIES || jar.has(name)) jar.set(name, value)
      }
    },
    attach: (url, headers) => {
      const jar = jars.size === 0 ? undefined : jars.get(originOfUrl(url) ?? '')
      if (jar === undefined || jar.size === 0) return headers
      return [...headers, ['Cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; ')]]
    },
    held: () => (jars.size === 0 ? '' : JSON.stringify([...jars].map(([origin, jar]) => [origin, [...jar]]))),
    restore: (held) => {
      if (held === '') return
      for (const [origin, kept] of JSON.parse(held) as [string, [string, string][]][]) jars.set(origin, new Map([...kept, ...(jars.get(origin) ?? [])]))
    },
  }
}
