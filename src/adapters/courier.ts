/**
 * Takes letters to where they go: e-mail over SMTP, a webhook as Standard Webhooks sign it
 * (`webhook-id`, `webhook-timestamp`, `webhook-signature`), ntfy as JSON. One try each, with the message's
 * id in it; secrets are used here and appear in no failure.
 */
import { createHmac } from 'node:crypto'
import type { Clock } from '../ports/clock.ts'
import type { Place } from '../domain/alert.ts'
import { failed } from '../domain/result.ts'
import { languageOf } from '../language/language.ts'
import { say } from '../language/say.ts'
import type { Courier, Letter } from '../ports/alerts.ts'
import { letterText } from './letter-text.ts'
import { mailRefusal, sendMail } from './mail.ts'
import { post, postRefusal, type WayOut } from './post.ts'

export type CourierParts = { readonly way: WayOut; readonly clock: Clock }

const JSON_TYPE = { 'content-type': 'application/json' }

export function createCourier({ way, clock }: CourierParts): Courier {
  return async ({ place }, secrets, letter) => {
    if (place.kind === 'email') return sendMail(place.server, secrets['password'] ?? null, { id: letter.id, at: letter.at, subject: letter.subject, text: letterText(letter) }, way)
    if (place.kind === 'webhook') {
      const { url, signing } = secrets
      if (url === undefined || signing === undefined) return failed(MISSING)
      const body = webhookBody(letter)
      const seconds = Math.floor(clock.now() / 1000)
      return post(url, { ...JSON_TYPE, 'webhook-id': letter.id, 'webhook-timestamp': String(seconds), 'webhook-signature': signatureOf(signing, letter.id, seconds, body) }, body, way)
    }
    const { topic, token } = secrets
    if (topic === undefined) return failed(MISSING)
    return post(place.origin, { ...JSON_TYPE, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }, ntfyBody(letter, topic), way)
  }
}

/** Why nothing is sent to a place as it was entered; null: nothing is wrong. */
export function refusalOf(place: Place, way: WayOut): string | null {
  return place.kind === 'email' ? mailRefusal(place.server, way) : postRefusal(new URL(place.origin), way)
}

const MISSING = { message: 'What this destination was entered with is not stored any more. Enter it again.', again: 'stop' } as const

/** `v1,` and HMAC-SHA256 over id, time and body; the key is what follows `whsec_`, in Base64. */
function signatureOf(signing: string, id: string, seconds: number, body: string): string {
  return `v1,${createHmac('sha256', Buffer.from(signing.replace(/^whsec_/, ''), 'base64')).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

function webhookBody({ at, subject, items }: Letter): string {
  return JSON.stringify({ type: 'relink.alerts', timestamp: new Date(at).toISOString(), data: { subject, alerts: items } })
}

function ntfyBody({ subject, items, language: tag }: Letter, topic: string): string {
  const language = languageOf(tag)
  const [first] = items
  const link = items.length === 1 ? first?.link : items.find((item) => item.link !== null)?.link
  return JSON.stringify({
    topic, title: subject, message: items.map(({ title, text, next }) => [items.length === 1 ? text : `${title} ${text}`, next === null ? '' : `${say(language, 'Next:')} ${next}.`].filter((line) => line !== '').join(' ')).join('\n'),
    priority: items.some(({ topic: about, state }) => state === 'begins' && (about === 'needs_you' || about === 'question')) ? 4 : 3,
    ...(link == null ? {} : { click: link, actions: [{ action: 'view', label: first?.next ?? say(language, 'Open Relink'), url: link }] }),
  })
}
