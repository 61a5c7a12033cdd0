/** What happens when a run has ended: problems open and close, and everybody who looks is told. */
import { contextFor, loadFacts } from './diagnose/context.ts'
import { diagnose } from './diagnose/diagnose.ts'
import { mergeEvidence } from './diagnose/merge-evidence.ts'
import { openAtBank, settleProblems, type OpenAtBank, type ProblemDeps } from './diagnose/problems.ts'
import type { Connection, Diagnosis, Problem } from './domain/connection.ts'
import type { Failure } from './domain/evidence.ts'
import type { SyncRun } from './domain/run.ts'
import type { Events } from './events.ts'
import { endPlan, lastClosed } from './repair/advance.ts'
import { resumeBank, type ResumeDeps } from './repair/resume-bank.ts'
import { rarelyAt } from './sync/schedule.ts'
import type { RunEnded, SyncDeps } from './sync/deps.ts'

/** The engine's hook. */
export function onRunEnding(deps: ProblemDeps & ResumeDeps, events: Events): SyncDeps['onRunEnding'] {
  return ({ id, institutionId }) => {
    const asked = Promise.all([lastClosed(deps, id), openAtBank(deps.store, institutionId)])
    // Awaited below; until then a failure is nobody's.
    asked.catch(() => undefined)
    return async (ended) => settle(deps, events, ended, await asked)
  }
}

async function settle(deps: ProblemDeps & ResumeDeps, events: Events, ended: RunEnded, [before, open]: readonly [readonly Problem[], OpenAtBank]): Promise<{ readonly loginLocked: boolean }> {
  const { connection, run } = ended
  events.publish({ kind: 'run', id: run.id })
  // A first sign-in, or one beside another, that fails is told to the person who waits; nothing of it stays to be a problem. Nobody waits for
  // what the schedule tries after it. A connection that was removed while it was read has nobody who could end one.
  if ((connection.state === 'connecting' && run.trigger !== 'schedule') || connection.state === 'preview' || connection.state === 'removed') return { loginLocked: false }
  const { loginLocked, closed, bankIsBack, open: problems } = await settleProblems(deps, ended, open)
  // Whoever read, the schedule or a person: a plan ends with the read that closed its problem.
  await endPlan(deps, connection.id, closed.length === 0 ? before : undefined)
  if (bankIsBack) await resumeBank(deps, connection)
  if (problems.some(keepsProgramsOut)) await askRarely(deps, connection)
  events.publish({ kind: 'problem', id: connection.id })
  return { loginLocked }
}

/** So sure that a program is kept out, and not that one answer went wrong. */
const SHUT_OUT = 0.7

function keepsProgramsOut({ accountId, diagnosis: { causes } }: Problem): boolean {
  return accountId === null && causes[0]?.cause === 'access_restricted' && causes[0].p >= SHUT_OUT
}

/** Tries that cannot help only show the bank a program that does not give up. */
async function askRarely({ store, clock, entropy }: ResumeDeps, { id, nextSyncAt, readPlan }: Connection): Promise<void> {
  if (nextSyncAt !== null) await store.connections.update(id, { nextSyncAt: rarelyAt(nextSyncAt, clock.now(), readPlan, entropy.fraction()) })
}

/** The likely cause of a first sign-in that failed. */
export async function diagnoseFirstSignIn(deps: ProblemDeps, failed: { readonly connection: Connection; readonly run: SyncRun; readonly failure: Failure }): Promise<Diagnosis> {
  const { connection, run, failure } = failed
  const facts = await loadFacts(deps.store, { connection, run, accountId: null, timeZone: deps.timeZoneOf(connection.institutionId), readBy: deps.readBy, now: deps.clock.now(), observed: {} })
  return diagnose({ evidence: mergeEvidence(failure.evidence), context: contextFor(facts) })
}
