/** The verbs, made of the engine, the doctor and the repair; each tells the listeners what changed. */
import { currentActor } from './acting/acting.ts'
import { importFile } from './import-file.ts'
import type { Connection } from './domain/connection.ts'
import type { Institution } from './domain/institution.ts'
import { dropProblems, tellOfProblem, type ProblemDeps } from './diagnose/problems.ts'
import { failed, ok, type Result } from './domain/result.ts'
import type { ReconnectPreview } from './domain/preview.ts'
import type { SyncRun } from './domain/run.ts'
import type { Events } from './events.ts'
import { currentPlan, endPlan, type RepairDeps } from './repair/advance.ts'
import { presentStep } from './repair/due.ts'
import { repairInTurn } from './repair/by-itself.ts'
import { createMemoryStore } from './store/memory/store.ts'
import { addBank, changeBank, removeBank, type AddBankDeps, type BankRefusal } from './sync/add-bank.ts'
import { adoptAccount, partAccount } from './sync/adopt-account.ts'
import { answerChallenge, comeBack } from './sync/challenge.ts'
import { settleChoice } from './sync/choose-accounts.ts'
import { connectInstitution, disableConnection, enableConnection, nameLogin, reconnect, removeConnection, tryOnceMore } from './sync/connect.ts'
import { pauseReads, planReads } from './sync/read-plan.ts'
import type { SyncDeps } from './sync/deps.ts'
import { cancelPreview, previewReconnect, switchPreview, takeBack } from './sync/preview.ts'
import { recomputeAccount } from './sync/recompute.ts'
import { sayCurrency } from './sync/say-currency.ts'
import { syncConnection } from './sync/sync.ts'
import type { ConnectResult, VerbFailure, Verbs } from './verbs.ts'
import { diagnoseFirstSignIn } from './run-ended.ts'

export type VerbParts = { readonly deps: SyncDeps; readonly problemDeps: ProblemDeps; readonly repairDeps: RepairDeps; readonly bankDeps: AddBankDeps; readonly events: Events }

export function createVerbs({ deps, problemDeps, repairDeps, bankDeps, events }: VerbParts): Verbs {
  /** Tells of a run whatever came of it. */
  const told = async <T extends Result<SyncRun, VerbFailure>>(connectionId: string, work: Promise<T>): Promise<T> => {
    const result = await work
    events.publish({ kind: 'connection', id: connectionId })
    return result
  }
  const toldOf = async <T extends Result<SyncRun, VerbFailure>>(challengeId: string, work: Promise<T>): Promise<T> => {
    const result = await work
    events.publish({ kind: 'connection', id: (await deps.store.challenges.get(challengeId))?.connectionId ?? '' })
    return result
  }
  const switched = async (work: Promise<Result<Connection, VerbFailure>>): Promise<Result<Connection, VerbFailure>> => {
    const result = await work
    if (result.ok) events.publish({ kind: 'connection', id: result.value.id })
    return result
  }
  const previewed = async (work: Promise<Result<ReconnectPreview, VerbFailure>>): Promise<Result<ReconnectPreview, VerbFailure>> => {
    const result = await work
    if (result.ok) for (const id of [result.value.connectionId, result.value.shadowId]) events.publish({ kind: 'connection', id })
    return result
  }
  const listed = async (work: Promise<Result<Institution, BankRefusal>>): Promise<Result<Institution, BankRefusal>> => {
    const result = await work
    if (result.ok) events.publish({ kind: 'institution', id: result.value.id })
    return result
  }
  return {
    async connect(request): Promise<ConnectResult> {
      const connected = await connectInstitution(deps, request)
      if ('connection' in connected) events.publish({ kind: 'connection', id: connected.connection.id })
      if (connected.kind !== 'failed') return connected
      return { kind: 'failed', failure: connected.failure, diagnosis: await diagnoseFirstSignIn(problemDeps, connected) }
    },
    sync: (connectionId, trigger, again) => told(connectionId, syncConnection(deps, connectionId, trigger, again === undefined ? {} : { again })),
    answer: async (challengeId, answers) => toldOf(challengeId, answerChallenge(deps, challengeId, answers)),
    comeBack: async (challengeId, brought) => toldOf(challengeId, comeBack(deps, challengeId, brought)),
    enterSecret: (connectionId, form, typing) => told(connectionId, reconnect(deps, connectionId, form, typing)),
    tryOnceMore: (connectionId, by) => told(connectionId, tryOnceMore(deps, connectionId, by)),
    disable: (connectionId) => switched(disableConnection(deps, connectionId)),
    enable: (connectionId) => switched(enableConnection(deps, connectionId)),
    async remove(connectionId) {
      const result = await removeConnection(deps, connectionId)
      if (result.ok) {
        await dropProblems(deps, connectionId)
        await endPlan(deps, connectionId)
      }
      events.publish({ kind: 'connection', id: connectionId })
      return result
    },
    addBank: (bank) => listed(addBank(bankDeps, bank)),
    changeBank: (id, entry) => listed(changeBank(bankDeps, id, entry)),
    removeBank: (id) => listed(removeBank(bankDeps, id)),
    nameLogin: (connectionId, label) => switched(nameLogin(deps, connectionId, label)),
    planReads: (connectionId, plan) => switched(planReads(deps, connectionId, plan)),
    async pauseReads(isPaused) {
      await pauseReads(deps, isPaused, currentActor())
      events.publish({ kind: 'connection', id: '' })
    },
    async chooseAccounts(connectionId, choices) {
      const settled = await settleChoice(deps, connectionId, choices)
      return settled.ok ? told(connectionId, syncConnection(deps, connectionId, 'person')) : settled
    },
    async adoptAccount(connectionId, missingId, newId) {
      const adopted = await adoptAccount(deps, connectionId, missingId, newId)
      return adopted.ok ? told(connectionId, syncConnection(deps, connectionId, 'person')) : adopted
    },
    async partAccount(connectionId, accountId) {
      const parted = await partAccount(deps, connectionId, accountId)
      events.publish({ kind: 'connection', id: connectionId })
      return parted
    },
    async importFile(request) {
      const report = await importFile(deps, { ...request, dryRun: false })
      events.publish({ kind: 'account', id: request.accountId ?? '' })
      return report
    },
    async forgetFileDates(accountId) {
      if (!(await deps.store.accounts.forgetFileDates(accountId))) return failed({ code: 'not_found', message: 'Nothing was said of the dates of files of this account.' })
      events.publish({ kind: 'account', id: accountId })
      return ok(null)
    },
    async sayCurrency(accountId, currency) {
      const said = await sayCurrency(deps, accountId, currency)
      if (said.ok) events.publish({ kind: 'account', id: accountId })
      return said
    },
    previewReconnect: async (connectionId, request) => {
      const previewed = await previewReconnect(deps, connectionId, request)
      events.publish({ kind: 'connection', id: connectionId })
      return previewed
    },
    switchPreview: (previewId) => previewed(switchPreview(deps, previewId)),
    cancelPreview: (previewId) => previewed(cancelPreview(deps, previewId)),
    async undo(runId) {
      const undone = await takeBack(deps, runId)
      if (undone.ok) for (const { accountId } of undone.value.accounts) events.publish({ kind: 'account', id: accountId })
      return undone
    },
    async recompute(accountId, apply) {
      const done = await recomputeAccount({ ...deps, scratch: () => createMemoryStore().tenant(deps.store.tenantId) }, accountId, apply)
      if (done.ok && done.value.run !== null) events.publish({ kind: 'account', id: accountId })
      return done
    },
    async tell(problemId, facts) {
      const problem = await tellOfProblem(problemDeps, problemId, facts)
      if (problem !== null) events.publish({ kind: 'problem', id: problem.connectionId })
      return problem
    },
    async plan(problem) {
      const connection = await deps.store.connections.get(problem.connectionId)
      if (connection === null) throw new Error('a problem belongs to a connection')
      const stored = await deps.store.problems.plan(problem.id)
      if (stored !== null && problem.closedAt !== null) return stored
      const plan = await currentPlan(repairDeps, connection, problem)
      // The card names the step that is now: whoever shows it without a plan, or with another one, asks anew.
      if (stored === null || presentStep(stored)?.id !== presentStep(plan)?.id) events.publish({ kind: 'problem', id: problem.connectionId })
      return plan
    },
    async repair(connectionId, report) {
      const connection = await deps.store.connections.get(connectionId)
      if (connection === null) return failed({ code: 'not_found', message: 'There is no such connection.' })
      const done = await repairInTurn(repairDeps, connectionId, report === null ? { kind: 'go_on' } : { kind: 'person', ...report })
      events.publish({ kind: 'connection', id: connectionId })
      return done === null ? failed({ code: 'busy', message: 'Relink is at a step of this repair right now; look again in a minute.' }) : ok(done.plan)
    },
  }
}
