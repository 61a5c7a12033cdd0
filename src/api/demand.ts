/** Whether a caller may act, asked by the server of every request; and by a route again, where only what is acted on shows what the act is. */
import { authorize, type Caller } from '../access/authorize.ts'
import type { Action } from '../domain/access.ts'
import type { Instance } from '../instance.ts'
import { ApiProblem } from './problems.ts'

/** The caller, who may; else throws the problem. `connectionId`: what is acted on, for what an owner may delegate. */
export function demand({ demo }: Pick<Instance, 'demo'>, caller: Caller | null, action: Action, connectionId: string | null): Caller | null {
  const allowed = authorize(caller, { action, connectionId, wantsFresh: demo === null })
  if (!allowed.ok) throw new ApiProblem(allowed.failure.code, allowed.failure.message)
  return allowed.value
}
