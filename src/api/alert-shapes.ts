/** Destinations of alerts, and what was told, as resources. No secret of a destination is in any. */
import { z } from 'zod'
import { TOPICS } from '../domain/alert.ts'
import { LANGUAGES } from '../language/language.ts'
import { labelShape } from './access-shapes.ts'
import { hoursShape, timeZoneShape } from './shapes.ts'

const instant = z.iso.datetime()

const languageShape = z.enum(LANGUAGES)

const topics = z.array(z.enum(TOPICS)).max(TOPICS.length)

const mailServer = z.object({ host: z.string(), port: z.int(), security: z.enum(['tls', 'starttls', 'none']), user: z.string().nullable(), from: z.string(), to: z.array(z.string()) })

/** Names of servers: letters, digits and hyphens, as a local network may with underscores within; URLs spell other letters so, too. */
const HOST_NAME = /^(?=.{1,253}$)[a-z\d](?:[\w-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[\w-]{0,61}[a-z\d])?)*$/i

/** What is wrong with the name of a server, as the end of a sentence; null: nothing. */
function hostFault(host: string): string | null {
  if (host.includes(':')) return z.ipv6().safeParse(host).success ? null : 'is a name only: put the port into its own field'
  return HOST_NAME.test(host) && URL.canParse(`https://${host}`) ? null : 'is no host name'
}

const mailbox = z.email().max(254)

/** Stricter than what is shown: what was stored once can be looked at and mended. */
const enteredServer = z.strictObject({
  host: z.string().trim().superRefine((host, { addIssue }) => {
    const message = hostFault(host)
    if (message !== null) addIssue({ code: 'custom', message })
  }),
  port: z.int().min(1).max(65_535), security: mailServer.shape.security, user: z.string().regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,254}$/u, 'must be 1 to 254 characters on one line').nullable(), from: mailbox, to: z.array(mailbox).min(1).max(20),
})

/** An address as it is typed, of a host that can be one; whether it may be called is decided where it is stored. */
const address = z.string().max(2_000).refine((text) => {
  const url = /[\p{C}\p{Z}]/u.test(text) ? null : URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.port !== '0' && (url.hostname.startsWith('[') || HOST_NAME.test(url.hostname))
}, 'is no address of a server: it begins with https://')

/** How a person enters where messages go; secrets that are left out keep their stored value where the address stays the same. */
export const enteredPlace = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), server: enteredServer, password: z.string().regex(/^\P{Cc}{1,1000}$/u, 'must be 1 to 1000 characters on one line').optional() }),
  z.strictObject({ kind: z.literal('webhook'), url: address }),
  z.strictObject({ kind: z.literal('ntfy'), server: address, topic: z.string().regex(/^[\w-]{1,64}$/), token: z.string().regex(/^[\x21-\x7e]{1,500}$/, 'is letters, digits and signs without blanks').optional() }),
])

export const enteredShape = z.strictObject({ label: labelShape, place: enteredPlace, topics, quiet: hoursShape.nullable(), timeZone: timeZoneShape, language: languageShape.optional().meta({ description: 'Of its messages; left out: the language that the request asks for' }), amounts: z.boolean() })
export const changeShape = z.strictObject({
  label: labelShape.optional(), place: enteredPlace.optional(), topics: topics.optional(), quiet: hoursShape.nullable().optional(), timeZone: timeZoneShape.optional(), language: languageShape.optional(), amounts: z.boolean().optional(),
  paused: z.boolean().optional(), newSigning: z.literal(true).optional().meta({ description: 'Make a new key for the signatures of a webhook; it is in the answer, once' }),
})

export const destinationShape = z
  .object({
    id: z.uuid(), label: z.string(), kind: z.enum(['email', 'webhook', 'ntfy']), to: z.string().meta({ description: 'Recipients, or the origin of the address' }),
    server: mailServer.nullable().meta({ description: 'Of e-mail' }), topics, quiet: hoursShape.nullable(), timeZone: z.string(), language: languageShape.meta({ description: 'Of its messages' }), amounts: z.boolean(),
    state: z.enum(['active', 'paused', 'stopped']).meta({ description: 'stopped: what it was entered with is refused, so nothing is sent until it is entered anew or a test gets through' }),
    createdAt: instant, lastSentAt: instant.nullable(), failingSince: instant.nullable(), failure: z.string().nullable(),
  })
  .meta({ id: 'AlertDestination' })

export const messageShape = z
  .object({
    id: z.uuid(), destinationId: z.uuid(), destination: z.string().nullable().meta({ description: 'Its label, for owners' }), subject: z.string().nullable().meta({ description: 'null: it was not composed yet' }), language: languageShape.meta({ description: 'Of the subject' }), state: z.enum(['waiting', 'sent', 'given_up', 'dropped']),
    attempts: z.int(), createdAt: instant, dueAt: instant, endedAt: instant.nullable(), failure: z.string().nullable().meta({ description: 'For owners' }),
  })
  .meta({ id: 'AlertMessage' })
