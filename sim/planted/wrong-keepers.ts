/** Vaults, transports and schedules that do harm at the bank: passwords sent again, failures forgotten. */
import type { BankHandle } from '../../src/adapters/transport.ts'
import { RUNS_BEFORE, type TenantStore } from '../../src/ports/store.ts'
import type { AttemptEnd } from '../../src/ports/transport.ts'
import type { TenantVault } from '../../src/vault/vault.ts'
import { planted, type PlantedBug } from './planted-bug.ts'

/** A vault with other ways of lending; its methods stay those of the real one. */
function lending(real: TenantVault, change: Partial<TenantVault>): TenantVault {
  return new Proxy(real, {
    get: (target, name) => {
      const own = change[name as keyof TenantVault]
      if (own !== undefined) return own
      const value = target[name as keyof TenantVault] as unknown
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}

const forgiving = (change: (outcome: AttemptEnd) => AttemptEnd) => (real: TenantVault): TenantVault =>
  lending(real, {
    lend: async (...asked) => {
      const lent = await real.lend(...asked)
      return lent.ok ? { ...lent, value: { ...lent.value, settle: (outcome) => lent.value.settle(change(outcome)) } } : lent
    },
    status: async (owner) => {
      const status = await real.status(owner)
      return status === 'refused' || status === 'withheld_unknown' ? 'usable' : status
    },
  })

/** Whether an answer refuses the sign-on. */
const refuses = (body: Uint8Array): boolean => Buffer.from(body).toString('latin1').includes('15500')

/** A schedule that goes on whatever the failure says of when to ask again; the vault alone stands before the bank then. */
function goingOn(real: TenantStore): TenantStore {
  return { ...real, runs: { ...real.runs, end: (id, run, health) => real.runs.end(id, run, { ...health, nextSyncAt: health.nextSyncAt ?? run.endedAt! + 6 * 3_600_000 }) } }
}

export const WRONG_KEEPERS: readonly PlantedBug[] = [
  planted('gives-up', 'late-rows-and-gaps', 'After a failure nothing is planned, and no problem is opened.', {
    store: (real) => ({
      ...real,
      runs: { ...real.runs, end: (id, run, health) => real.runs.end(id, run, { ...health, nextSyncAt: run.failure === null ? health.nextSyncAt : null }) },
      problems: { ...real.problems, open: async () => undefined },
    }),
  }),
  planted('nobody-waits', 'two-workers', 'A worker reads a connection that another one reads just now; the unique key of the store stands between their rows.', {
    store: (real) => ({
      ...real,
      connections: {
        ...real.connections,
        exclusively: async (id, work) => {
          const [found, runs, challenges] = await Promise.all([real.connections.get(id), real.runs.list({ connectionId: id, limit: RUNS_BEFORE }), real.challenges.list({ connectionId: id, state: ['open', 'answered'] })])
          return work(found, { runs, challenges })
        },
      },
    }),
  }),
  planted('refusals-forgotten', 'new-password', 'The vault writes a refused password down as one that was not sent, and the schedule goes on.', {
    store: goingOn,
    vault: forgiving((outcome) => (outcome === 'refused' ? 'not_sent' : outcome)),
  }),
  planted('locks-forgotten', 'login-is-locked', 'The vault does not keep that the bank locked the login, and the schedule goes on with the right password.', {
    store: goingOn,
    vault: (real) => lending(forgiving((outcome) => (outcome === 'refused' || outcome === 'locked' ? 'not_sent' : outcome))(real), { lock: async () => undefined }),
  }),
  planted('sign-on-retried', 'new-password', 'The transport sends a sign-on that was refused once more.', {
    wire: (real): BankHandle => async (request) => {
      const result = await real(request)
      return result.kind === 'answer' && refuses(result.answer.body) ? real(request) : result
    },
  }),
  planted('grants-itself', 'new-password', 'The vault grants the one use more by itself that only a person may ask for, and the schedule goes on.', {
    store: goingOn,
    vault: (real) =>
      lending(real, {
        lend: async (owner, ...asked) => {
          await real.grantOneUse(owner, 'nobody')
          return real.lend(owner, ...asked)
        },
        status: async () => 'usable',
      }),
  }),
]
