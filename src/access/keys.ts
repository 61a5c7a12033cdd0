/**
 * Keys of programs: `rl_<id>_<secret>`, shown once, kept as a digest. A key has a scope, ends after a year,
 * does what its maker may do at that moment at most, and touches neither keys nor people.
 */
import type { ApiKey, KeyScope, Member } from '../domain/access.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { AccessStore } from '../ports/access.ts'
import type { Audit } from './audit.ts'
import type { Caller } from './authorize.ts'
import { digestOf, matches, newToken } from './token.ts'

const YEAR_MS = 365 * 86_400_000
/** How exact the last use is told; saves a write for each request of a burst. */
const LAST_USE_EXACT_MS = 60_000
const ID_BYTES = 8
const FORM = /^rl_([0-9a-f]{16})_([\w-]{43})$/

type Parts = { readonly access: AccessStore; readonly clock: Clock; readonly entropy: Entropy }

/** `text` is the key itself; it exists nowhere else. */
export async function makeKey({ access, clock, entropy, audit }: Parts & { readonly audit: Audit }, maker: Member, actor: string, { label, scope }: { readonly label: string; readonly scope: KeyScope }): Promise<{ readonly key: ApiKey; readonly text: string }> {
  const now = clock.now()
  const secret = newToken(entropy)
  const id = Buffer.from(entropy.bytes(ID_BYTES)).toString('hex')
  const key: ApiKey = { id, label, scope, digest: digestOf(secret), maker: maker.userId, createdAt: now, expiresAt: now + YEAR_MS, lastUsedAt: null, revokedAt: null }
  await access.addKey(key, audit.seal({ actor, action: 'key.made', object: id, codes: { scope, label } }))
  return { key, text: `rl_${id}_${secret}` }
}

/** Whose key this is; null when it is none, or ended. A wrong key does not tell whether its id exists. */
export async function callerOfKey({ access, clock }: Omit<Parts, 'entropy'>, text: string): Promise<Caller | null> {
  const match = FORM.exec(text)
  const key = match === null ? null : await access.key(match[1]!)
  const isRight = matches(match?.[2] ?? '', key?.digest ?? null)
  const now = clock.now()
  if (key === null || !isRight || key.revokedAt !== null || key.expiresAt <= now) return null
  if (key.lastUsedAt === null || now - key.lastUsedAt >= LAST_USE_EXACT_MS) await access.touchKey(key.id, now)
  return { kind: 'key', key, maker: await access.member(key.maker) }
}
