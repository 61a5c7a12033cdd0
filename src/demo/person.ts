/**
 * The scripted person of `relink demo --auto`: does what a step of a repair asks of a person, at the
 * bank's own web site or in Relink, and counts how often. It acts only on what Relink says, never on
 * knowledge of the fault.
 */
import { AT_SITE } from '../../bank/at-site.ts'
import { ANA } from '../../bank/customers.ts'
import { createPerson, type Person } from '../../bank/person.ts'
import { sendOverHttp } from '../../bank/send.ts'
import type { Challenge } from '../domain/connection.ts'
import type { CauseCode } from '../domain/cause.ts'
import type { RepairStep } from '../domain/repair.ts'
import { isPermission } from '../repair/steps.ts'
import type { Instance } from '../instance.ts'

export type ScriptedPerson = {
  /** Tells the person of the new password, as a letter of the bank's would. */
  learnPassword(password: string): void
  /** Does a step. `askBank`: what a call to the bank brings about, such as an account being shared again. */
  doStep(connectionId: string, cause: CauseCode, step: RepairStep, askBank: () => Promise<void>): Promise<void>
  answer(challenge: Challenge): Promise<void>
  /** How often the person had to act since the last call. */
  takeCount(): number
}

export function createScriptedPerson(instance: Instance, officeUrl: string): ScriptedPerson {
  const person = createPerson({ user: ANA.user, password: ANA.password, send: sendOverHttp(officeUrl) })
  let count = 0
  const acted = async (act: Promise<unknown>): Promise<void> => {
    await act
    count += 1
  }
  return {
    learnPassword: (password) => person.learnPassword(password),
    async doStep(connectionId, cause, step, askBank) {
      if (step.kind === 'credentials') return acted(enterPassword(instance, connectionId, person, step))
      if (await adoptRenumbered(instance, connectionId)) return acted(Promise.resolve())
      const atSite = cause === 'unknown' ? undefined : AT_SITE[cause]
      if (step.action === 'remove_account' || isPermission(step)) count += 1
      else if (atSite !== undefined) await acted(atSite(person, () => 'a new password 77'))
      else await acted(askBank())
      await instance.verbs.repair(connectionId, { stepId: step.id, did: 'done' })
    },
    async answer(challenge) {
      const answers: Record<string, string> = {}
      for (const prompt of challenge.prompts) answers[prompt.id] = await person.answer(prompt.label)
      await acted(instance.verbs.answer(challenge.id, answers))
    },
    takeCount() {
      const taken = count
      count = 0
      return taken
    },
  }
}

/** An account with a new number: the person sees one new account of the same kind, and says that it goes on there. */
async function adoptRenumbered(instance: Instance, connectionId: string): Promise<boolean> {
  const accounts = await instance.store.accounts.list({ connectionId })
  const missing = accounts.find(({ state }) => state === 'missing')
  const fresh = accounts.filter(({ state, kind, newestRowOn }) => state === 'paused' && kind === missing?.kind && newestRowOn === null)
  const [one] = fresh
  if (missing === undefined || one === undefined || fresh.length > 1) return false
  return (await instance.verbs.adoptAccount(connectionId, missing.id, one.id)).ok
}

/** Who has no other password than the one that was refused says so. */
async function enterPassword(instance: Instance, connectionId: string, person: Person, step: RepairStep): Promise<void> {
  const done = await instance.verbs.enterSecret(connectionId, { username: person.user, password: person.password() })
  if (!done.ok && done.failure.code === 'secret_withheld') await instance.verbs.repair(connectionId, { stepId: step.id, did: 'cannot' })
  else if (!done.ok) throw new Error(`The new password could not be entered: ${done.failure.message}`)
}
