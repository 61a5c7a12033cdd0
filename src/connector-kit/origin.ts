/** Origins in the one form in which they are compared and sealed: `https://host:port`, with the port always written. */

/** The origin of an absolute http(s) address; null when it is none. */
export function originOf(address: string): string | null {
  const url = URL.parse(address)
  return url === null ? null : originOfUrl(url)
}

/** As `originOf`, of an address that was read already. */
export function originOfUrl(url: URL): string | null {
  return url.protocol !== 'https:' && url.protocol !== 'http:' ? null : `${url.protocol}//${url.hostname}:${portOf(url)}`
}

/** The port of an http(s) address, also when it is not written. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

/** The address as it may be shown and kept: no user, no fragment, and nothing that may be of one visit or one person: no values of the query, no session or token in the path. */
export function shownAddress(url: URL): string {
  const query = [...new Set([...url.searchParams].map(([name, value]) => shownParameter(name, value !== '')))].join('&')
  return `${url.protocol}//${url.host}${url.pathname.split('/').map(shownPart).join('/')}${query === '' ? '' : `?${query}`}`
}

/** Whether all of an address only says where it is: nothing of it is left out when it is shown. */
export function isAddressAlone(url: URL): boolean {
  return shownAddress(url) === url.href && !url.href.includes(HIDDEN)
}

const HIDDEN = '…'

/** One part of a path, with what is written behind it (`;jsessionid=…`). */
function shownPart(part: string): string {
  const [name = '', ...parameters] = part.split(';')
  return [isToken(name) ? HIDDEN : name, ...parameters.map((each) => shownParameter(each.split('=')[0] ?? '', each.includes('=')))].join(';')
}

/** A name says what is asked for; without a value it may be one itself, and is kept as a plain word only. */
function shownParameter(name: string, hasValue: boolean): string {
  const isName = hasValue ? /^[a-z][a-z_.-]{0,23}\d{0,2}$/i : /^[a-z][a-z_-]{0,19}$/
  return `${isName.test(name) ? name : HIDDEN}${hasValue ? `=${HIDDEN}` : ''}`
}

/** A number of an account or a login, or letters and digits that are no word. */
function isToken(part: string): boolean {
  return part.split(/[-_.~]/).some((piece) => /^\d{9,}$/.test(piece) || (piece.length >= 12 && /[a-z]/i.test(piece) && /\d.*\d/.test(piece)))
}
