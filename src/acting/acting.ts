/**
 * Who acts, for the audit log and for the history of rows: known where a request or a command begins, needed where
 * an act ends. Work that nobody asked for is Relink's own. `user:ID`, `key:ID`, `host`, `relink`; `rule:ID` in the history of rows.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

const acting = new AsyncLocalStorage<string>()

export function asActor<T>(actor: string, work: () => T): T {
  return acting.run(actor, work)
}

export function currentActor(): string {
  return acting.getStore() ?? 'relink'
}
