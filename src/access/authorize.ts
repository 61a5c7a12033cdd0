/**
 * The one place that decides whether somebody may do something (security.md section 4). Every route of
 * the API asks it with its action; what it does not allow does not happen, whatever a page shows.
 */
import { RULES, type Action, type ApiKey, type Member, type SignedIn } from '../domain/access.ts'
import { failed, ok, type Result } from '../domain/result.ts'

export type Caller =
  /** The command line and the token of this machine: whoever runs Relink. */
  | { readonly kind: 'host' }
  /** `ownsFactor`: they have a second factor, whatever this session was opened with; told of owners who signed in by password alone; else true. */
  | { readonly kind: 'member'; readonly member: Member; readonly session: SignedIn; readonly ownsFactor: boolean }
  /** A program, with its maker as they are now; null: no member any more. */
  | { readonly kind: 'key'; readonly key: ApiKey; readonly maker: Member | null }

export type Denial = { readonly code: 'unauthorized' | 'forbidden' | 'second_factor_needed' | 'sign_in_again'; readonly message: string }

export type Asked = {
  readonly action: Action
  /** What is acted on, for what an owner may delegate. */
  readonly connectionId: string | null
  /** Whether an action that wants a fresh sign-in wants it here: in the demo nobody has a password with which to sign in again. */
  readonly wantsFresh: boolean
}

/** A sign-in is fresh for so long. */
const FRESH_MS = 10 * 60_000

export function authorize(caller: Caller | null, { action, connectionId, wantsFresh }: Asked): Result<Caller | null, Denial> {
  if (action === 'public') return ok(caller)
  if (caller === null) return failed({ code: 'unauthorized', message: 'Nobody is signed in.' })
  const rule = RULES[action]
  if (caller.kind === 'host') return rule.host ? ok(caller) : forbidden('This belongs to a person who signed in, not to the token of this machine.')
  const member = caller.kind === 'key' ? caller.maker : caller.member
  if (member === null || member.removedAt !== null) return failed({ code: 'unauthorized', message: 'Whom this belongs to is no member any more.' })
  const isDelegated = rule.delegable && member.role === 'bookkeeper' && connectionId !== null && member.delegated.includes(connectionId)
  if (!rule.roles.includes(member.role) && !isDelegated) return forbidden(`This is not for a ${member.role}; an owner can do it.`)
  // A key acts within its scope and within what its maker may now.
  if (caller.kind === 'key') return rule.scopes.includes(caller.key.scope) ? ok(caller) : forbidden('A key may not do this; sign in on the page.')
  // Whoever knows an owner's password adds no second factor of their own beside the owner's.
  const mayByPassword = rule.passwordAlone === 'always' || (rule.passwordAlone === 'first_factor' && !caller.ownsFactor)
  if (member.role === 'owner' && !hasSecondFactor(caller.session) && !mayByPassword) return failed({ code: 'second_factor_needed', message: 'An owner signs in with a passkey, or with a code beside the password.' })
  if (rule.fresh && wantsFresh && caller.session.ageMs >= FRESH_MS) return failed({ code: 'sign_in_again', message: 'The last sign-in was more than ten minutes ago.' })
  return ok(caller)
}

/** Whether somebody may see where alerts go: a failure names server and recipients, as the label may. */
export function seesDestinations(caller: Caller | null): boolean {
  return authorize(caller, { action: 'manage', connectionId: null, wantsFresh: false }).ok
}

/** What a member's role allows, whoever asks how; for one connection more may be delegated (`Member.delegated`). */
export function actionsOf({ role }: Member): readonly Exclude<Action, 'public'>[] {
  return (Object.keys(RULES) as Exclude<Action, 'public'>[]).filter((action) => RULES[action].roles.includes(role))
}

function forbidden(message: string): Result<never, Denial> {
  return failed({ code: 'forbidden', message })
}

/** A passkey counts alone, because the device verified its person; so does the one-time link of who runs this machine. */
export function hasSecondFactor({ method }: SignedIn): boolean {
  return method !== 'password'
}

/** How the audit log names whoever acts. */
export function actorOf(caller: Caller | null): string {
  if (caller === null) return 'nobody'
  return caller.kind === 'host' ? 'host' : caller.kind === 'key' ? `key:${caller.key.id}` : `user:${caller.member.userId}`
}
