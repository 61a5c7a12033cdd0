/**
 * One e-mail over SMTP, on nodemailer, over a connection of ours: the address is looked up and checked as
 * every way out is, TLS is always asked for unless the operator's network file permits the host without,
 * and nothing is read from files or addresses. One try; whoever calls decides about another.
 */
import { isIP } from 'node:net'
import nodemailer from 'nodemailer'
import type { MailServer } from '../domain/alert.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { SendFailure } from '../ports/alerts.ts'
import { createAddressGuard } from './address-guard.ts'
import { dial, dialOpen, hostResolve, trustFor, type DialOptions } from './dial.ts'
import type { WayOut } from './post.ts'
import { inTheClear, mailRefused, notPublic, unreached } from './send-failure.ts'

export type Mail = { readonly id: string; readonly at: number; readonly subject: string; readonly text: string }

const CONNECT_MS = 10_000
const IDLE_MS = 30_000
const TOTAL_MS = 60_000
/** RFC 5321 section 4.2.3: storage exceeded. Servers say it of a mailbox that is full today. */
const MAILBOX_FULL = 552

/** Why no mail is sent over this server as it was entered; null: nothing is wrong. What its name leads to shows when it is called. */
export function mailRefusal(server: MailServer, { privateHosts }: Pick<WayOut, 'privateHosts'>): string | null {
  const { host, port, security } = server
  const address = addressOf(server)
  if (!URL.canParse(address)) return `${host} is no name of a mail server. Enter it anew, the port in its own field.`
  if (createAddressGuard({ ports: [port], privateHosts }).urlRefusal(new URL(address)) === null) return null
  return security === 'none' ? inTheClear('mail', host) : notPublic(host)
}

function addressOf({ host, port, security }: MailServer): string {
  return `${security === 'none' ? 'http' : 'https'}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}

export async function sendMail(server: MailServer, password: string | null, mail: Mail, way: WayOut): Promise<Result<null, SendFailure>> {
  const { host, port, security, user, from, to } = server
  const refusal = mailRefusal(server, way)
  if (refusal !== null) return failed({ message: refusal, again: 'stop' })
  const url = new URL(addressOf(server))
  const options: DialOptions = { guard: createAddressGuard({ ports: [port], privateHosts: way.privateHosts }), caPem: way.caPem, timeoutMs: CONNECT_MS, resolve: way.resolve ?? hostResolve }
  const dialled = security === 'tls' ? await dial(url, options) : await dialOpen(url, options)
  if (!dialled.ok) {
    const { phase, code } = dialled.failure
    return failed(phase === 'guard' ? { message: notPublic(host), again: 'stop' } : { message: unreached('mail', url.host, code), again: 'later' })
  }
  const connection = 'socket' in dialled.value ? dialled.value.socket : dialled.value
  const late = AbortSignal.timeout(TOTAL_MS)
  try {
    const transport = nodemailer.createTransport({
      host, port, connection, secure: security === 'tls', secured: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none',
      tls: { ...trustFor(way.caPem), ...(isIP(host) === 0 ? { servername: host } : {}) }, greetingTimeout: IDLE_MS, socketTimeout: IDLE_MS, disableFileAccess: true, disableUrlAccess: true,
      ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
    })
    const overdue = new Promise<never>((_, reject) => late.addEventListener('abort', () => reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' }))))
    const sent = await Promise.race([
      // The id is the same in each try, so that a mailbox that got it twice can tell.
      transport.sendMail({ from, to: [...to], subject: mail.subject, text: mail.text, messageId: `<${mail.id}@relink>`, date: new Date(mail.at), headers: { 'auto-submitted': 'auto-generated' } }),
      overdue,
    ])
    const refused = sent.rejected ?? []
    return refused.length === 0 ? ok(null) : failed({ message: `${host} took the message, but not for ${refused.join(', ')}. Look whether these addresses are right.`, again: 'never' })
  } catch (error) {
    return failed(whyNot(error as SmtpError, url.host, security !== 'none'))
  } finally {
    connection.destroy()
  }
}

type SmtpError = Error & { readonly code?: string; readonly responseCode?: number; readonly response?: string; readonly command?: string }

/** Only the numbers of an answer are repeated: its words may hold what was sent. */
function whyNot({ code, responseCode, command }: SmtpError, host: string, isSecured: boolean): SendFailure {
  if (code === 'EAUTH' && responseCode !== undefined && responseCode >= 500) return { message: `${host} did not accept the user name or password (${responseCode}). It is not sent again until somebody changes it or sends a test.`, again: 'stop' }
  if (code === 'EAUTH') return { message: responseCode === undefined ? `${host} did not let Relink sign in. Look whether its port is one for signing in (587 or 465).` : `${host} did not let Relink sign in (${responseCode}). Look whether its port is one for signing in (587 or 465).`, again: 'later' }
  if (responseCode !== undefined && code !== 'ETLS') return { message: mailRefused(host, responseCode, command), again: responseCode >= 500 && responseCode !== MAILBOX_FULL ? 'tomorrow' : 'later' }
  return { message: unreached('mail', host, code === 'ESOCKET' && !isSecured ? 'ECONNRESET' : (code ?? 'no answer')), again: 'later' }
}
