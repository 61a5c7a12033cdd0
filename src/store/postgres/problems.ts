/** Problems, alerts, repair plans and challenges of one tenant on PostgreSQL; see `ProblemStore` and `ChallengeStore`. */
import type { ChallengeStore, ProblemStore } from '../../ports/store.ts'
import { idKey, inTenant, type Session } from './session.ts'
import { alerts, challenges, plans, problems } from './tables.ts'

export function postgresProblems(db: Session, tenantId: string): ProblemStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  return {
    open: (problem) =>
      run(async (trx) => {
        const { id, openedAt, closedAt } = problem
        await trx.insertInto('relink.problems').values({ tenant_id: tenantId, ...problems.write(problem) }).execute()
        await trx.insertInto('relink.alerts').values({ tenant_id: tenantId, ...alerts.write({ id, problemId: id, openedAt, closedAt, deliveredAt: null }) }).execute()
      }),
    update: (id, patch) =>
      run(async (trx) => {
        const values = problems.writePatch(patch)
        if (Object.keys(values).length === 0) return
        await trx.updateTable('relink.problems').set(values).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).execute()
        if (patch.closedAt === undefined) return
        await trx.updateTable('relink.alerts').set({ closed_at: patch.closedAt }).where('tenant_id', '=', tenantId).where('problem_id', '=', idKey(id)).execute()
      }),
    async get(id) {
      const row = await run((trx) => trx.selectFrom('relink.problems').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).executeTakeFirst())
      return row === undefined ? null : problems.read(row)
    },
    async list({ connectionId, open, limit }) {
      const rows = await run((trx) =>
        trx.selectFrom('relink.problems').selectAll().where('tenant_id', '=', tenantId)
          .$if(connectionId !== undefined, (q) => q.where('connection_id', '=', idKey(connectionId!)))
          .$if(open !== undefined, (q) => q.where('closed_at', open! ? 'is' : 'is not', null))
          .orderBy('opened_at', 'desc').orderBy('id', 'desc').limit(limit).execute(),
      )
      return rows.map(problems.read)
    },
    savePlan: (plan) =>
      run(async (trx) => {
        const { id: _, ...newer } = plans.write(plan)
        await trx.insertInto('relink.repair_plans').values({ tenant_id: tenantId, ...plans.write(plan) })
          .onConflict((c) => c.columns(['tenant_id', 'id']).doUpdateSet(newer)).execute()
      }),
    async plan(problemId) {
      const row = await run((trx) =>
        trx.selectFrom('relink.repair_plans').selectAll().where('tenant_id', '=', tenantId).where('problem_id', '=', idKey(problemId))
          .orderBy('created_at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst(),
      )
      return row === undefined ? null : plans.read(row)
    },
    async alerts({ open, limit }) {
      const rows = await run((trx) =>
        trx.selectFrom('relink.alerts').selectAll().where('tenant_id', '=', tenantId).$if(open !== undefined, (q) => q.where('closed_at', open! ? 'is' : 'is not', null))
          .orderBy('opened_at', 'desc').orderBy('id', 'desc').limit(limit).execute(),
      )
      return rows.map(alerts.read)
    },
  }
}

export function postgresChallenges(db: Session, tenantId: string): ChallengeStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  return {
    create: (challenge) =>
      run(async (trx) => {
        await trx.insertInto('relink.challenges').values({ tenant_id: tenantId, ...challenges.write(challenge) }).execute()
      }),
    async get(id) {
      const row = await run((trx) => trx.selectFrom('relink.challenges').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).executeTakeFirst())
      return row === undefined ? null : challenges.read(row)
    },
    async list({ connectionId, state }) {
      const rows = await run((trx) =>
        trx.selectFrom('relink.challenges').selectAll().where('tenant_id', '=', tenantId)
          .$if(connectionId !== undefined, (q) => q.where('connection_id', '=', idKey(connectionId!)))
          .$if(state !== undefined, (q) => q.where('state', '=', state!))
          .orderBy('asked_at', 'desc').orderBy('id', 'desc').execute(),
      )
      return rows.map(challenges.read)
    },
    async move(id, from, to) {
      const { numUpdatedRows } = await run((trx) =>
        trx.updateTable('relink.challenges').set({ state: to }).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).where('state', '=', from).executeTakeFirst(),
      )
      return numUpdatedRows === 1n
    },
  }
}
