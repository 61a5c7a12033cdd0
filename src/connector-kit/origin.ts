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

/** The address as it may be shown and kept: no user, no values in the query, no fragment. */
export function shownAddress(url: URL): string {
  const query = [...new Set(url.searchParams.keys())].map((name) => `${encodeURIComponent(name)}=…`).join('&')
  return `${url.protocol}//${url.host}${url.pathname}${query === '' ? '' : `?${query}`}`
}
