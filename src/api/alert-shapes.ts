/** Destinations of alerts, and what was told, as resources. No secret of a destination is in any. */
import { z } from 'zod'
import { TOPICS } from '../domain/alert.ts'
import { isTimeZone, TIME_OF_DAY } from '../domain/hours.ts'

const instant = z.iso.datetime()

export const timeZoneShape = z.string().max(64).refine(isTimeZone, 'is no IANA time zone').meta({ description: 'IANA, for example Europe/Berlin' })
const timeOfDay = z.string().regex(TIME_OF_DAY).meta({ description: 'HH:MM' })
export const hoursShape = z.strictObject({ from: timeOfDay, to: timeOfDay, timeZone: timeZoneShape })

const topics = z.array(z.enum(TOPICS)).max(TOPICS.length)
const label = z.string().trim().min(1).max(100)
const mailbox = z.email().max(254)

const mailServer = z.strictObject({
  host: z.string().trim().min(1).max(253).regex(/^[\w.:-]+$/, 'is no host name'), port: z.int().min(1).max(65_535), security: z.enum(['tls', 'starttls', 'none']),
  user: z.string().min(1).max(254).nullable(), from: mailbox, to: z.array(mailbox).min(1).max(20),
})

/** Stricter than what is shown: what was stored once can be looked at and mended. */
const enteredServer = mailServer.extend({
  host: mailServer.shape.host
    .refine((host) => !host.includes(':') || z.ipv6().safeParse(host).success, 'is a name only: put the port into its own field')
    .refine((host) => host.includes(':') || URL.canParse(`https://${host}`), 'is no host name'),
})

/** How a person enters where messages go; secrets that are left out keep their stored value where the address stays the same. */
export const enteredPlace = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), server: enteredServer, password: z.string().min(1).max(1_000).optional() }),
  z.strictObject({ kind: z.literal('webhook'), url: z.url({ protocol: /^https?$/ }).max(2_000) }),
  z.strictObject({ kind: z.literal('ntfy'), server: z.url({ protocol: /^https?$/ }).max(500), topic: z.string().regex(/^[\w-]{1,64}$/), token: z.string().min(1).max(500).optional() }),
])

export const enteredShape = z.strictObject({ label, place: enteredPlace, topics, quiet: hoursShape.nullable(), timeZone: timeZoneShape, amounts: z.boolean() })
export const changeShape = z.strictObject({
  label: label.optional(), place: enteredPlace.optional(), topics: topics.optional(), quiet: hoursShape.nullable().optional(), timeZone: timeZoneShape.optional(), amounts: z.boolean().optional(),
  paused: z.boolean().optional(), newSigning: z.literal(true).optional().meta({ description: 'Make a new key for the signatures of a webhook; it is in the answer, once' }),
})

export const destinationShape = z
  .object({
    id: z.uuid(), label: z.string(), kind: z.enum(['email', 'webhook', 'ntfy']), to: z.string().meta({ description: 'Recipients, or the origin of the address' }),
    server: mailServer.nullable().meta({ description: 'Of e-mail' }), topics, quiet: hoursShape.nullable(), timeZone: z.string(), amounts: z.boolean(),
    state: z.enum(['active', 'paused', 'stopped']).meta({ description: 'stopped: what it was entered with is refused, so nothing is sent until it is entered anew or a test gets through' }),
    createdAt: instant, lastSentAt: instant.nullable(), failingSince: instant.nullable(), failure: z.string().nullable(),
  })
  .meta({ id: 'AlertDestination' })

export const messageShape = z
  .object({
    id: z.uuid(), destinationId: z.uuid(), destination: z.string().nullable().meta({ description: 'Its label, for owners' }), subject: z.string().nullable().meta({ description: 'null: it was not composed yet' }), state: z.enum(['waiting', 'sent', 'given_up', 'dropped']),
    attempts: z.int(), createdAt: instant, dueAt: instant, endedAt: instant.nullable(), failure: z.string().nullable().meta({ description: 'For owners' }),
  })
  .meta({ id: 'AlertMessage' })
