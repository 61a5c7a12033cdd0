/**
 * What a consumer's life consists of: made by a person with a setup token, claimed by its program,
 * used, revoked. Takes secrets as they come and hands out new ones; refusals do not say why, so that
 * nobody can find out which tokens exist.
 */
import type { Consumer } from '../../domain/consumer.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { Instance } from '../../instance.ts'
import { accessUrl, digestOf, matches, newSecret, setupToken, SETUP_TTL_MS, type Credential } from './credentials.ts'

/** How exact the last use is told; saves a write for each request of a burst. */
const LAST_USE_EXACT_MS = 60_000
const LABEL = /^[^\p{C}]{1,100}$/u

type Parts = Pick<Instance, 'store' | 'clock' | 'entropy' | 'log'>

export type NewConsumer = { readonly label: string; readonly url: string; readonly accountIds: readonly string[] | null }

/** Makes a consumer; its setup token is shown this once and is good for 24 hours. Fails with a sentence on a wrong label or address. */
export async function createConsumer({ store, clock, entropy, log }: Parts, wanted: NewConsumer): Promise<Result<{ readonly consumer: Consumer; readonly setupToken: string }, { readonly message: string }>> {
  const url = readAddress(wanted.url)
  if (!url.ok) return url
  const label = wanted.label.trim()
  if (!LABEL.test(label)) return failed({ message: 'The label must have 1 to 100 characters on one line.' })
  const now = clock.now()
  const secret = newSecret(entropy)
  const consumer: Consumer = {
    id: entropy.id(now), label, url: url.value, accountIds: wanted.accountIds, createdAt: now,
    setupDigest: digestOf(secret), setupExpiresAt: now + SETUP_TTL_MS,
    accessDigest: null, claimedAt: null, claims: 0, firstUsedAt: null, lastUsedAt: null, revokedAt: null,
  }
  await store.consumers.create(consumer)
  log.info('consumer_created', { consumer: consumer.id })
  return ok({ consumer, setupToken: setupToken(consumer, secret) })
}

/**
 * Exchanges a setup secret for the access URL; null when refused. Again only before the first use: a
 * program that died before it saved the URL can repeat, and the earlier URL is void from then on.
 */
export async function claimAccess({ store, clock, entropy, log }: Parts, credential: Credential | null): Promise<string | null> {
  const consumer = credential === null ? null : await store.consumers.get(credential.consumerId)
  if (!matches(credential?.secret ?? '', consumer?.setupDigest ?? null) || consumer === null) return null
  const secret = newSecret(entropy)
  const claims = await store.consumers.claim(consumer.id, digestOf(secret), clock.now())
  if (claims === null) {
    log.warn('consumer_claim_refused', { consumer: consumer.id })
    return null
  }
  if (claims > 1) log.warn('consumer_claimed_again', { consumer: consumer.id, claims })
  else log.info('consumer_claimed', { consumer: consumer.id })
  return accessUrl(consumer, secret)
}

/** The consumer of an access secret; null when the secret is wrong, replaced or revoked. Notes the use. */
export async function consumerOf({ store, clock }: Parts, credential: Credential | null): Promise<Consumer | null> {
  const consumer = credential === null ? null : await store.consumers.get(credential.consumerId)
  if (!matches(credential?.secret ?? '', consumer?.accessDigest ?? null) || consumer === null || consumer.accessDigest === null) return null
  if (consumer.revokedAt !== null) return null
  const now = clock.now()
  if (consumer.lastUsedAt !== null && now - consumer.lastUsedAt < LAST_USE_EXACT_MS) return consumer
  return (await store.consumers.use(consumer.id, consumer.accessDigest, now)) ? consumer : null
}

/** The address of this server as a program reaches it: http or https, with a path where a proxy adds one. */
export function readAddress(text: string): Result<string, { readonly message: string }> {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname.includes('//')) {
    return failed({ message: `"${text}" is not an address of this server: write it like http://127.0.0.1:7351 or https://relink.example, without user, question mark or fragment.` })
  }
  return ok(`${url.origin}${url.pathname}`.replace(/\/+$/, ''))
}
