/** The server of a real instance on a real socket, with the sandbox bank beside it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { listen, type ListeningServer } from '../../src/api/listen.ts'
import { readConfig } from '../../src/config.ts'
import { openSandbox, type Sandbox } from '../../src/demo/sandbox.ts'
import { openMadeStore } from '../made-store.ts'
import { NOON } from '../noon.ts'

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string; readonly json: any }
export type Ask = { readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown; readonly raw?: string | Uint8Array; readonly token?: string | null }

export type Served = {
  readonly sandbox: Sandbox
  readonly server: ListeningServer
  readonly token: string
  /** Everything that was ever answered, to be searched for secrets. */
  readonly answers: readonly string[]
  ask(method: string, path: string, options?: Ask): Promise<Answer>
  close(): Promise<void>
}

export async function serve(): Promise<Served> {
  const config = readConfig({ PATH: process.env['PATH'] }, process.platform)
  assert.ok(config.ok)
  const sandbox = await openSandbox(config.value, { seed: 3, startsAt: NOON, historyDays: 60, tell: () => undefined, database: await openMadeStore() })
  assert.ok(sandbox.ok)
  const { opened, home } = sandbox.value
  const server = await listen({ instance: opened.instance, home, host: '127.0.0.1', port: 0, pageDirectory: null })
  assert.ok(server.ok)
  const token = (await readFile(server.value.tokenFile, 'utf8')).trim()
  const answers: string[] = []
  return {
    sandbox: sandbox.value,
    server: server.value,
    token,
    answers,
    async ask(method, path, { headers = {}, body, raw, token: given = token } = {}) {
      const answer = await send(new URL(path.replace(/^\//, ''), server.value.url), method, {
        ...(given === null ? {} : { authorization: `Bearer ${given}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers,
      }, raw ?? (body === undefined ? undefined : JSON.stringify(body)))
      answers.push(answer.text)
      return answer
    },
    async close() {
      await server.value.close()
      await sandbox.value.close()
    },
  }
}

/** Not `fetch`, which would not send a Host header of one's own. */
export function send(url: URL, method: string, headers: Record<string, string>, body?: string | Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent: false, method, headers: { ...(body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) }), ...headers } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : null })
      })
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}
