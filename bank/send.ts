/** Two ways to reach the bank's web site for a scripted person: over a real socket, and in memory. */
import http from 'node:http'
import type { Bank } from './bank.ts'
import type { Send } from './person.ts'

/** Over HTTP to a loopback address such as the office URL. */
export function sendOverHttp(siteUrl: string): Send {
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const request = http.request(
        new URL(path, siteUrl),
        { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent: false },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: flat(response.headers), text: Buffer.concat(chunks).toString('utf8') }),
          )
        },
      )
      request.on('error', reject)
      request.end(body)
    })
}

/** Straight into the bank, without sockets; rejects when the bank does not answer. */
export function sendInMemory(bank: Bank): Send {
  return async ({ method, path, headers, body }) => {
    const given = await bank.handle({ method, url: path, headers, body: new TextEncoder().encode(body), scheme: 'http' })
    if (given.kind !== 'http') throw new Error(`The web site gave no answer (${given.kind}).`)
    return { status: given.status, headers: given.headers, text: new TextDecoder().decode(given.body) }
  }
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
}
