/** What may be said of a text that is not JSON: where, never what. Node's own words quote the text, and a wrong file may hold a secret. */
export function jsonFault(error: SyntaxError): string {
  const place = /\(line \d+ column \d+\)/.exec(error.message)?.[0]
  return place === undefined ? 'it is not JSON' : `it is not JSON ${place}`
}
