/** The alert that a store makes together with what it is about: same id, same beginning. */
import type { Alert } from '../domain/alert.ts'
import type { Challenge, Problem } from '../domain/connection.ts'
import type { Incident } from '../domain/incident.ts'

const BARE: Omit<Alert, 'id' | 'about' | 'openedAt'> = { problemId: null, connectionId: null, accountId: null, key: null, facts: {}, closedAt: null, deliveredAt: null }

export function alertOfProblem({ id, connectionId, accountId, openedAt, closedAt }: Problem): Alert {
  return { ...BARE, id, about: 'problem', problemId: id, connectionId, accountId, openedAt, closedAt }
}

export function alertOfQuestion({ id, connectionId, askedAt }: Challenge): Alert {
  return { ...BARE, id, about: 'question', connectionId, openedAt: askedAt }
}

/** Of one that has no problem whose alert it could be. */
export function alertOfIncident({ id, institutionId, startedAt, endedAt }: Incident): Alert {
  return { ...BARE, id, about: 'incident', facts: { institutionId }, openedAt: startedAt, closedAt: endedAt }
}
