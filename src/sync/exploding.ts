/** For tests: a process that dies at a chosen moment of its work with the store. */
import type { TenantStore } from '../ports/store.ts'

/** A store whose nth call throws; every second time after it has done its work, as when the acknowledgement is lost. */
export function exploding(store: TenantStore, bomb: { left: number }): TenantStore {
  const wrap = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown
        if (typeof method !== 'function') return method
        return async (...args: unknown[]) => {
          const explode = name !== 'exclusively' && --bomb.left === 0
          if (explode && args.length % 2 === 0) throw new Error('crash')
          const result: unknown = await (method as (...a: unknown[]) => unknown).apply(target, args)
          if (explode) throw new Error('crash')
          return result
        }
      },
    })
  return { ...store, connections: wrap(store.connections), accounts: wrap(store.accounts), feed: wrap(store.feed), runs: wrap(store.runs), challenges: wrap(store.challenges) }
}
