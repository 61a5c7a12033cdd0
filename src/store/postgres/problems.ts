/** Problems, alerts, repair plans and challenges of one tenant on PostgreSQL; see `ProblemStore` and `ChallengeStore`. */
import { sql } from 'kysely'
import type { CauseCode } from '../../domain/cause.ts'
import { READ_STATES } from '../../domain/connection.ts'
import type { ChallengeStore, ProblemStore } from '../../ports/store.ts'
import { alertOfProblem, alertOfQuestion } from '../alert-rows.ts'
import { once } from './compiled.ts'
import { idKey, inOneTrip, type Database } from './session.ts'
import { alerts, challenges, failedExchanges, plans, problems } from './tables.ts'

export function postgresProblems(db: Database, tenantId: string): ProblemStore {
  const all = db.selectFrom('relink.problems').selectAll().where('tenant_id', '=', tenantId)
  const openOf = once((institutionId: string, limit: number) =>
    all.where('institution_id', '=', institutionId).where('closed_at', 'is', null).orderBy('opened_at', 'desc').orderBy('id', 'desc').limit(limit))
  const closedOf = once((connectionId: string | null, limit: number) =>
    all.where('connection_id', '=', connectionId).where('closed_at', 'is not', null).orderBy('opened_at', 'desc').orderBy('id', 'desc').limit(limit))
  const list = ({ connectionId, institutionId, open, limit }: Parameters<ProblemStore['list']>[0]) => {
    // What each read asks at its end.
    if (open === true && institutionId !== undefined && connectionId === undefined) return openOf(institutionId, limit)
    if (open === false && connectionId !== undefined && institutionId === undefined) return closedOf(idKey(connectionId), limit)
    return all
      .$if(connectionId !== undefined, (q) => q.where('connection_id', '=', idKey(connectionId!)))
      .$if(institutionId !== undefined, (q) => q.where('institution_id', '=', institutionId!))
      .$if(open !== undefined, (q) => q.where('closed_at', open! ? 'is' : 'is not', null))
      .orderBy('opened_at', 'desc').orderBy('id', 'desc').limit(limit)
  }
  return {
    async open(problem) {
      await inOneTrip(db, tenantId, [
        db.insertInto('relink.problems').values({ tenant_id: tenantId, ...problems.write(problem) }),
        db.insertInto('relink.alerts').values({ tenant_id: tenantId, ...alerts.write(alertOfProblem(problem)) }),
      ])
    },
    async update(id, patch) {
      const values = problems.writePatch(patch)
      if (Object.keys(values).length === 0) return
      // What is open again may be told to end.
      const closed = patch.closedAt === undefined ? [] : [sql`update relink.alerts set closed_at = ${patch.closedAt}${patch.closedAt === null ? sql`, passed_at = null` : sql``} where tenant_id = ${tenantId} and problem_id = ${idKey(id)}`]
      await inOneTrip(db, tenantId, [db.updateTable('relink.problems').set(values).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)), ...closed])
    },
    async get(id) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.problems').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id))])
      return row === undefined ? null : problems.read(row)
    },
    async list(filter) {
      const [{ rows }] = await inOneTrip(db, tenantId, [list(filter)])
      return rows.map(problems.read)
    },
    async keepExchanges(problemId, runId, exchanges) {
      if (exchanges.length === 0) return
      const { problem_id: _, ...newer } = failedExchanges.write({ problemId, runId, exchanges })
      await inOneTrip(db, tenantId, [
        db.insertInto('relink.failed_exchanges').values({ tenant_id: tenantId, problem_id: problemId, ...newer }).onConflict((c) => c.columns(['tenant_id', 'problem_id']).doUpdateSet(newer)),
      ])
    },
    async exchanges(problemId) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.failed_exchanges').selectAll().where('tenant_id', '=', tenantId).where('problem_id', '=', idKey(problemId))])
      if (row === undefined) return null
      const { runId, exchanges } = failedExchanges.read(row)
      return { runId, exchanges }
    },
    async savePlan(plan) {
      const { id: _, ...newer } = plans.write(plan)
      await inOneTrip(db, tenantId, [
        db.insertInto('relink.repair_plans').values({ tenant_id: tenantId, ...plans.write(plan) }).onConflict((c) => c.columns(['tenant_id', 'id']).doUpdateSet(newer)),
      ])
    },
    async plan(problemId) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.repair_plans').selectAll().where('tenant_id', '=', tenantId).where('problem_id', '=', idKey(problemId))
          .orderBy('created_at', 'desc').orderBy('id', 'desc').limit(1),
      ])
      return row === undefined ? null : plans.read(row)
    },
    async repairs(limit) {
      const newest = db.selectFrom('relink.repair_plans as r').selectAll('r').where('r.tenant_id', '=', tenantId).where('r.problem_id', '=', sql.ref('p.id'))
        .orderBy('r.created_at', 'desc').orderBy('r.id', 'desc').limit(1)
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.problems as p')
          .innerJoin('relink.connections as c', (join) => join.onRef('c.tenant_id', '=', 'p.tenant_id').onRef('c.id', '=', 'p.connection_id').on('c.state', 'in', READ_STATES))
          .leftJoinLateral(newest.as('plan'), (join) => join.onTrue())
          .select(['p.id as of_problem', 'p.connection_id as of_connection', 'p.updated_at as problem_updated_at'])
          .select(sql<CauseCode>`coalesce(p.diagnosis #>> '{causes,0,cause}', 'unknown')`.as('first_cause'))
          .selectAll('plan')
          .where('p.tenant_id', '=', tenantId).where('p.closed_at', 'is', null).orderBy('p.opened_at').orderBy('p.id').limit(limit),
      ])
      return rows.map((row) => ({
        problemId: row.of_problem, connectionId: row.of_connection, updatedAt: Number(row.problem_updated_at), cause: row.first_cause, plan: row.id === null ? null : plans.read(row as never),
      }))
    },
  }
}

/** The questions of a connection's bank that whoever takes it is shown. */
export function openChallenges(db: Database, tenantId: string) {
  return once((connectionId: string | null) => db.selectFrom('relink.challenges').selectAll().where('tenant_id', '=', tenantId).where('connection_id', '=', connectionId)
    .where('state', 'in', ['open', 'answered']).orderBy('asked_at', 'desc').orderBy('id', 'desc'))
}

export function postgresChallenges(db: Database, tenantId: string): ChallengeStore {
  return {
    async create(challenge) {
      await inOneTrip(db, tenantId, [
        db.insertInto('relink.challenges').values({ tenant_id: tenantId, ...challenges.write(challenge) }),
        db.insertInto('relink.alerts').values({ tenant_id: tenantId, ...alerts.write(alertOfQuestion(challenge)) }),
      ])
    },
    async get(id) {
      const [{ rows: [row] }] = await inOneTrip(db, tenantId, [db.selectFrom('relink.challenges').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id))])
      return row === undefined ? null : challenges.read(row)
    },
    async list({ connectionId, state, limit }) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.challenges').selectAll().where('tenant_id', '=', tenantId)
          .$if(connectionId !== undefined, (q) => q.where('connection_id', '=', idKey(connectionId!)))
          .$if(state !== undefined, (q) => q.where('state', 'in', [state!].flat()))
          .orderBy('asked_at', 'desc').orderBy('id', 'desc').$if(limit !== undefined, (q) => q.limit(limit!)),
      ])
      return rows.map(challenges.read)
    },
    async move(id, from, to) {
      const [{ affected }] = await inOneTrip(db, tenantId, [
        db.updateTable('relink.challenges').set({ state: to }).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).where('state', '=', from),
      ])
      return affected === 1
    },
  }
}
