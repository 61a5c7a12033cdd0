/** A real mail server on this machine, in the clear, for a Relink that may send there; what comes is waited for, never slept for. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export type Mail = { readonly to: readonly string[]; readonly raw: string; /** Its text, as a person reads it. */ readonly text: string }

export type Mailbox = {
  readonly port: number
  readonly mails: readonly Mail[]
  /** The next one that nobody took yet. */
  next(): Promise<Mail>
  /** Takes connections and says nothing until the returned function is called; `reached` resolves when somebody came. */
  hold(): { readonly reached: Promise<void>; release(): void }
  close(): Promise<void>
}

/** `refuse`: it wants a sign-in, and lets nobody in; told of each that is tried. */
export async function openMailbox(refuse?: (password: string) => void): Promise<Mailbox> {
  const mails: Mail[] = []
  const waiting: ((mail: Mail) => void)[] = []
  let taken = 0
  let held: Promise<void> | null = null
  let reached = (): void => undefined
  const server = new SMTPServer({
    authOptional: refuse === undefined, disabledCommands: refuse === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'], logger: false, disableReverseLookup: true, allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) => {
      refuse?.(password ?? '')
      done(Object.assign(new Error('no'), { responseCode: 535 }))
    },
    onConnect: (_session, done) => {
      reached()
      void (held ?? Promise.resolve()).then(() => done())
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8')
        const mail = { raw, text: textOf(raw), to: session.envelope.rcptTo.map(({ address }) => address) }
        mails.push(mail)
        const next = waiting.shift()
        if (next !== undefined) taken += 1
        next?.(mail)
        done()
      })
    },
  })
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    next: async () => (taken < mails.length ? mails[taken++]! : new Promise((resolve) => waiting.push(resolve))),
    hold() {
      let release = (): void => undefined
      held = new Promise((resolve) => { release = resolve })
      return { reached: new Promise((resolve) => { reached = resolve }), release: () => { held = null; release() } }
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

function textOf(raw: string): string {
  const [head = '', ...body] = raw.split('\r\n\r\n')
  const text = body.join('\r\n\r\n')
  if (/^content-transfer-encoding: base64/im.test(head)) return Buffer.from(text, 'base64').toString('utf8')
  if (!/^content-transfer-encoding: quoted-printable/im.test(head)) return text
  return Buffer.from(text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1').toString('utf8')
}
