/**
 * Open problems as SimpleFIN errors, for the old protocol (`errors`, texts) and the new (`errlist`,
 * codes) at once. Codes are the protocol's own where it has one; else `con.` or `act.` with the cause
 * of Relink behind it, which a client that does not know it reads as its prefix (2.0.0 draft, "Errors").
 */
import { CAUSES, familyOf, type CauseCode } from '../../domain/cause.ts'
import type { Problem } from '../../domain/connection.ts'
import { problemsOf } from '../../diagnose/problems.ts'
import { cardFor, plainText } from '../../diagnose/sentences.ts'
import type { Instance } from '../../instance.ts'
import { cardFacts } from '../connection-resource.ts'
import { isoInstant } from '../shapes.ts'
import type { Listed } from './places.ts'

export type ListedError = { readonly code: string; readonly msg: string; readonly conn_id?: string; readonly account_id?: string; readonly extra?: Readonly<Record<string, string>> }

export type Attention = { readonly errlist: readonly ListedError[]; readonly errors: readonly string[] }

/** A person must sign in anew, answer, or give a permission: what the protocol calls `con.auth`. */
const SIGN_IN: ReadonlySet<CauseCode> = new Set(['consent_expired', 'consent_revoked', 'connection_migrated'])

/** The errors of the accounts in one answer; problems of other accounts are not told. */
export async function attentionOf(instance: Instance, listed: readonly Listed[]): Promise<Attention> {
  const connections = (await instance.store.connections.list()).filter((c) => c.state !== 'removed')
  const errlist: ListedError[] = []
  const sentences: string[] = []
  const struck = new Set<Listed>()
  for (const connection of connections) {
    const fed = listed.filter(({ account }) => account.connectionIds.includes(connection.id))
    if (fed.length === 0) continue
    for (const problem of await problemsOf(instance.store, connection)) {
      // What another connection found strikes this one as trouble of the bank; at which account of the other's is not for who may not see that.
      const accountId = problem.connectionId === connection.id ? problem.accountId : null
      const hit = accountId === null ? fed : fed.filter(({ account }) => account.id === accountId)
      if (hit.length === 0) continue
      const told = await tell(instance, { ...problem, accountId })
      for (const one of hit) struck.add(one)
      for (const connId of new Set(hit.map(({ place }) => place.connId))) errlist.push({ code: told.code, msg: told.msg, conn_id: connId, ...(accountId === null ? {} : { account_id: accountId }), extra: told.extra })
      sentences.push(told.msg)
    }
  }
  return { errlist, errors: [...new Set([...literals(listed, struck), ...sentences])] }
}

/**
 * The text by which clients of the old protocol know a broken connection. They apply it to every account
 * under that name and then take no rows, so it is sent only when all those accounts are struck.
 */
function literals(listed: readonly Listed[], struck: ReadonlySet<Listed>): string[] {
  const names = new Set([...struck].map(({ place }) => place.org.name))
  return [...names].filter((name) => listed.every((one) => one.place.org.name !== name || struck.has(one))).map((name) => `Connection to ${name} may need attention`)
}

async function tell(instance: Instance, problem: Problem): Promise<{ readonly code: string; readonly msg: string; readonly extra: Readonly<Record<string, string>> }> {
  const first = problem.diagnosis.causes[0]
  const cause = first?.cause ?? 'unknown'
  const card = cardFor('en', cause, first?.p ?? 0, await cardFacts(instance, problem))
  const next = card.next === null ? '' : ` Next, in Relink: ${plainText(card.next.label)}.`
  return {
    code: problem.accountId === null ? connectionCode(cause) : accountCode(cause),
    msg: `${plainText(card.what)}${next}`,
    extra: { cause, action: problem.diagnosis.action, since: isoInstant(problem.openedAt) },
  }
}

/** `con.auth` where signing in again or answering is what helps; else `con.` and the cause. */
export function connectionCode(cause: CauseCode): string {
  const family = familyOf(cause)
  return family === 'authentication' || family === 'mfa' || SIGN_IN.has(cause) ? 'con.auth' : `con.${cause}`
}

/** `act.missingdata` for an incomplete list, `act.failed` where waiting helps, else `act.` and the cause. */
export function accountCode(cause: CauseCode): string {
  if (cause === 'history_limit') return 'act.missingdata'
  return cause !== 'unknown' && CAUSES[cause].whose === 'person' ? `act.${cause}` : 'act.failed'
}
