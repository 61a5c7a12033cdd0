/**
 * Why a message did not get through to a mail server or a receiver, in words for who keeps the books and
 * never saw a log: what happened, and what to look at next. The code of the system stands behind it for
 * whoever runs the server. No secret is in any, and of an address only its host.
 */

import { message } from '../language/language.ts'

type Told = { readonly what: string; readonly next: string }

/** How to reach what is not on the public internet. */
const PERMIT = 'If it is a server of your own, whoever runs Relink can permit it in the network file (RELINK_NETWORK, part “alerts”).'

const UNTRUSTED: Told = { what: message('its certificate is not signed by an authority that this host knows'), next: 'Whoever runs it needs a certificate of a known authority; one of your own is named in the network file (RELINK_NETWORK, part “alerts”).' }
const AWAY: Told = { what: message('there is no way to it from here'), next: 'Look whether this computer is online and the address is right.' }
const ENDED: Told = { what: message('it ended the connection'), next: 'Look whether address and port are right and the server is well.' }
const NOT_SECURE: Told = { what: message('it opened no secure connection'), next: 'Look whether the port is the right one.' }
/** Of mail the port decides. */
const NOT_SECURE_MAIL = 'Look whether port and security belong together (465 with TLS, 587 with STARTTLS), and whether the server’s name is the one in its certificate.'

const TOLD: Readonly<Record<string, Told>> = {
  ENOTFOUND: { what: message('there is no server of this name'), next: 'Look whether it is spelled right.' },
  EAI_AGAIN: { what: message('its name could not be looked up'), next: 'Look whether this computer is online.' },
  ENETUNREACH: AWAY, EHOSTUNREACH: AWAY,
  ECONNREFUSED: { what: message('it takes no connection at this port'), next: 'Look whether address and port are right and the server is running.' },
  ETIMEDOUT: { what: message('it did not answer in time'), next: 'Look whether address and port are right; if they are, it is away or something between stops the message.' },
  ECONNECTION: ENDED, ECONNRESET: ENDED,
  EPROTOCOL: { what: message('what answers there is no mail server'), next: 'Look whether server and port are right.' },
  CERT_HAS_EXPIRED: { what: message('its certificate has expired'), next: 'Whoever runs it needs to renew it.' },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED, SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED, UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED, UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: { what: message('its certificate is for another name'), next: 'Enter the name that the certificate is for.' },
  EMSGSIZE: { what: message('its answer was too long to be one to a message'), next: 'Look whether the address is the one for messages.' },
}

/** Nothing came back, or nothing that could be read. */
export function unreached(kind: 'mail' | 'post', host: string, code: string): string {
  const { what, next } = TOLD[code] ?? (isOfTls(code) ? NOT_SECURE : code.startsWith('HPE_') ? { what: message('what answers there is no web server'), next: 'Look whether address and port are right.' } : { what: message('the connection failed'), next: 'Look whether address and port are right.' })
  return `Nothing got through to ${host}: ${what} (${code}). ${kind === 'mail' && (isOfTls(code) && TOLD[code] === undefined) ? NOT_SECURE_MAIL : next}`
}

function isOfTls(code: string): boolean {
  return code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO' || code === 'ETLS' || code === 'ESOCKET'
}

/** A host of this network, or one whose name leads there. */
export function notPublic(host: string): string {
  return `Relink sends nothing to ${host}, because it is not a public address. ${PERMIT}`
}

/** Without encryption, and nobody permitted that. */
export function inTheClear(kind: 'mail' | 'post', host: string): string {
  return `Relink sends nothing to ${host} unencrypted: ${kind === 'mail' ? message('choose STARTTLS or TLS') : message('the address must begin with https://')}. ${PERMIT}`
}

/** A receiver answered, but did not take the message. */
export function answered(host: string, status: number): string {
  if (status === 401 || status === 403) return `${host} does not let Relink send there (HTTP ${status}). Look whether its address, topic and token still hold, and enter it again; or send a test when it is mended there.`
  if (status === 404 || status === 410) return `${host} knows no such address (HTTP ${status}). Look whether it is still the right one, and enter it again.`
  if (status === 413) return `${host} takes no message of this length (HTTP ${status}). What it was about stands on the page.`
  if (status === 429) return `${host} takes no more messages for now (HTTP ${status}). Nothing is wrong with what was entered; it wants to be left alone for a while.`
  if (status >= 300 && status < 400) return `${host} sends messages on to another address, which Relink does not follow (HTTP ${status}). Enter the final address.`
  if (status >= 500) return `${host} is in trouble itself (HTTP ${status}). Nothing is wrong with what was entered; whoever runs it can say more.`
  return `${host} did not take the message (HTTP ${status}). Look whether the address is the one for messages.`
}

/** A mail server did not take the message. `step`: the command that it answered. Its words are not repeated: they may hold what was sent. */
export function mailRefused(host: string, code: number, step: string | undefined): string {
  if (code < 500) return `${host} did not take the message for now (${code}). Nothing is wrong with what was entered: a mailbox may be full, or it wants to be left alone for a while.`
  if (step?.startsWith('RCPT') === true) return `${host} does not take mail for a recipient (${code}). Look whether the addresses under “To” are right.`
  if (step?.startsWith('MAIL') === true) return `${host} does not take mail from this sender (${code}). Enter under “From” an address that belongs to the user name, and look whether it wants a user name and password.`
  return `${host} did not take the message (${code}). Send a test; if it is refused too, whoever runs the mail server can say why.`
}
