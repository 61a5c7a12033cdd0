/** Problems, alerts, repair plans and challenges of one tenant in memory; see `ProblemStore` and `ChallengeStore`. */
import { READ_STATES } from '../../domain/connection.ts'
import type { ChallengeStore, ProblemStore } from '../../ports/store.ts'
import { alertOfProblem, alertOfQuestion } from '../alert-rows.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'

export function memoryProblems({ connections, problems, alerts, alerting, plans, exchanges }: TenantState): ProblemStore {
  const byOpening = by<{ openedAt: number; id: string }>((p) => p.openedAt, (p) => p.id)
  const newestPlan = (problemId: string) => [...plans.values()].filter((p) => p.problemId === problemId).sort(by((p) => p.createdAt, (p) => p.id)).at(-1) ?? null
  return {
    async open(problem) {
      if (!connections.has(problem.connectionId)) throw new Error('a problem of a connection that does not exist')
      insert(problems, problem)
      alerts.set(problem.id, alertOfProblem(problem))
    },
    async update(id, changes) {
      patch(problems, id, changes)
      if (changes.closedAt !== undefined) patch(alerts, id, { closedAt: changes.closedAt })
      // What is open again may be told to end.
      if (changes.closedAt === null) alerting.passed.delete(id)
    },
    async get(id) {
      return problems.get(id) ?? null
    },
    async list({ connectionId, institutionId, open, limit }) {
      const wanted = [...problems.values()].filter(
        (p) => (connectionId === undefined || p.connectionId === connectionId) && (institutionId === undefined || p.institutionId === institutionId) &&
          (open === undefined || (p.closedAt === null) === open),
      )
      return wanted.sort((a, b) => byOpening(b, a)).slice(0, limit)
    },
    async keepExchanges(problemId, runId, kept) {
      if (kept.length === 0) return
      if (!problems.has(problemId)) throw new Error('exchanges of a problem that does not exist')
      exchanges.set(problemId, { runId, exchanges: kept })
    },
    async exchanges(problemId) {
      return exchanges.get(problemId) ?? null
    },
    async savePlan(plan) {
      if (!problems.has(plan.problemId)) throw new Error('a plan of a problem that does not exist')
      plans.set(plan.id, plan)
    },
    async plan(problemId) {
      return newestPlan(problemId)
    },
    async repairs(limit) {
      const open = [...problems.values()].filter((p) => p.closedAt === null && READ_STATES.includes(connections.get(p.connectionId)?.state ?? 'removed')).sort(byOpening).slice(0, limit)
      return open.map(({ id, connectionId, updatedAt, diagnosis }) => ({ problemId: id, connectionId, updatedAt, cause: diagnosis.causes[0]?.cause ?? 'unknown', plan: newestPlan(id) }))
    },
  }
}

export function memoryChallenges({ connections, challenges, alerts }: TenantState): ChallengeStore {
  const byAsking = by<{ askedAt: number; id: string }>((c) => c.askedAt, (c) => c.id)
  return {
    async create(challenge) {
      if (!connections.has(challenge.connectionId)) throw new Error('a challenge of a connection that does not exist')
      insert(challenges, challenge)
      alerts.set(challenge.id, alertOfQuestion(challenge))
    },
    async get(id) {
      return challenges.get(id) ?? null
    },
    async list({ connectionId, state, limit }) {
      const wanted = [...challenges.values()].filter(
        (c) => (connectionId === undefined || c.connectionId === connectionId) && (state === undefined || [state].flat().includes(c.state)),
      )
      return wanted.sort((a, b) => byAsking(b, a)).slice(0, limit)
    },
    async move(id, from, to) {
      if (challenges.get(id)?.state !== from) return false
      patch(challenges, id, { state: to })
      return true
    },
  }
}
