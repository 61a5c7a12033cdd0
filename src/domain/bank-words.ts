/** Names and addresses of banks in the form in which they are compared: how people write them differs, what they mean does not. */

import { bareLetters } from './sought-words.ts'

/**
 * The words of a text: letters and digits in lower case, without accents; `ue` is `ü` written without one, so both are `u`.
 * `U.S.` and `Lloyd's` are one word each, `&` is none.
 */
export function plainWords(text: string): readonly string[] {
  const bare = bareLetters(text).replace(/([aou])e/g, '$1')
  return bare.replace(/['’`]/g, '').replace(/(?<![\p{L}\p{N}])\p{L}(?:\.\p{L}(?![\p{L}\p{N}]))+/gu, (initials) => initials.replaceAll('.', '')).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
}

/** The host of an address however it is typed: with its protocol, a path, `www.`, or none of them; null: it is none. */
export function hostIn(text: string): string | null {
  const address = text.trim().toLowerCase()
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//.test(address) ? address : `https://${address}`)
  if (url === null || /\s/.test(address) || !/^[^.]+(\.[^.]+)+$/.test(url.hostname)) return null
  return `${url.hostname.replace(/^www\./, '')}${url.port === '' ? '' : `:${url.port}`}`
}

/** `biz.riverbank.example` and `www.riverbank.example` are of one site. Of names below a public suffix of two parts (`co.uk`) three parts are taken; a number is a site alone. */
export function siteOf(address: string | null): string | null {
  const host = address === null ? null : hostIn(address)
  if (host === null || /^[\d.]+(:\d+)?$/.test(host)) return host
  const parts = host.split('.')
  const isNested = (parts.at(-2) ?? '').length <= 3 && (parts.at(-1) ?? '').length === 2
  return parts.slice(isNested ? -3 : -2).join('.')
}
