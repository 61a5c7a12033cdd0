/**
 * Who sends a request: the token of this machine or a key of a program in its `Authorization` header, or a
 * person's session in a cookie. A header that names nobody is nobody; the cookie is then not asked.
 */
import type { FastifyRequest } from 'fastify'
import { hasSecondFactor, type Caller } from '../access/authorize.ts'
import { callerOfKey } from '../access/keys.ts'
import { digestOf, matches } from '../access/token.ts'
import type { Instance } from '../instance.ts'

/** `isLook`: nobody did anything; an open stream asks whether it may go on. */
export type Identify = (request: Pick<FastifyRequest, 'headers'>, isLook?: boolean) => Promise<Caller | null>

export function createIdentify(instance: Instance, hostToken: string): Identify {
  const expected = digestOf(hostToken)
  const { store, clock } = instance
  return async ({ headers }, isLook = false) => {
    if (headers.authorization !== undefined) {
      const token = /^Bearer ([\w.~+/=-]{1,200})$/.exec(headers.authorization)?.[1] ?? ''
      if (matches(token, expected)) return { kind: 'host' }
      return token.startsWith('rl_') ? callerOfKey({ access: store.access, clock }, token) : null
    }
    const cookie = headers.cookie ?? null
    const open = cookie === null ? null : await instance.signIn.session({ cookie }, isLook)
    const member = open === null ? null : await store.access.member(open.userId)
    if (open === null || member === null || member.removedAt !== null) return null
    const isHalf = member.role === 'owner' && !hasSecondFactor(open.session)
    const factors = isHalf ? await instance.signIn.factors(member.userId) : null
    return { kind: 'member', member, session: open.session, ownsFactor: factors === null || factors.hasTotp || factors.passkeys.length > 0 }
  }
}
