/**
 * The verbs, each act of a person with its line in the audit log: who connected, entered a secret, imported,
 * undid. The line follows the act; what a bank made of it is told by the runs.
 */
import { basename } from 'node:path'
import type { Audit } from './access/audit.ts'
import { currentActor } from './acting/acting.ts'
import { carryDelegation } from './access/delegation.ts'
import type { AuditCodes } from './domain/audit.ts'
import type { Institution } from './domain/institution.ts'
import type { Result } from './domain/result.ts'
import type { AccessStore } from './ports/access.ts'
import type { BankEntry } from './sync/add-bank.ts'
import { NEW_ACCOUNT } from './sync/file-accounts.ts'
import type { Verbs } from './verbs.ts'

export function auditedVerbs(verbs: Verbs, audit: Audit, access: AccessStore): Verbs {
  const tell = (action: string, object: string, codes: AuditCodes = {}): Promise<void> => audit.record({ actor: currentActor(), action, object, codes })
  const told = async <T extends Result<unknown, { readonly code: string }>>(action: string, object: string, work: Promise<T>): Promise<T> => {
    const result = await work
    // What does not exist, or was busy, is no act.
    if (result.ok || !['not_found', 'busy', 'invalid'].includes(result.failure.code)) await tell(action, object, result.ok ? {} : { refused: result.failure.code })
    return result
  }
  return {
    ...verbs,
    async connect(request) {
      const connected = await verbs.connect(request)
      await tell('connection.added', 'connection' in connected ? connected.connection.id : '', { institution: request.institutionId, outcome: connected.kind })
      return connected
    },
    async enterSecret(id, form, typing) {
      const entered = await told('secret.set', id, verbs.enterSecret(id, form, typing))
      if (entered.ok && typing?.onceMore === true) await tell('secret.once_more', id)
      return entered
    },
    tryOnceMore: (id, by) => told('secret.once_more', id, verbs.tryOnceMore(id, by)),
    answer: (id, answers) => told('challenge.answered', id, verbs.answer(id, answers)),
    disable: (id) => told('connection.disabled', id, verbs.disable(id)),
    enable: (id) => told('connection.enabled', id, verbs.enable(id)),
    async addBank(bank) {
      const added = await verbs.addBank(bank)
      if (added.ok) await tell('bank.added', added.value.id, bankCodes(bank, added.value))
      return added
    },
    async changeBank(id, change) {
      const changed = await verbs.changeBank(id, change)
      if (changed.ok) await tell('bank.changed', id, bankCodes(change, changed.value))
      return changed
    },
    async removeBank(id) {
      const removed = await verbs.removeBank(id)
      if (removed.ok) await tell('bank.removed', id, { name: removed.value.name })
      return removed
    },
    nameLogin: (id, label) => told('connection.renamed', id, verbs.nameLogin(id, label)),
    remove: (id) => told('connection.removed', id, verbs.remove(id)),
    async planReads(id, plan) {
      const planned = await verbs.planReads(id, plan)
      if (planned.ok) await tell('schedule.changed', id, { everyMinutes: plan?.everyMinutes ?? null, hours: plan?.hours == null ? null : `${plan.hours.from}-${plan.hours.to} ${plan.hours.timeZone}` })
      return planned
    },
    async pauseReads(isPaused) {
      await verbs.pauseReads(isPaused)
      await tell(isPaused ? 'reading.paused' : 'reading.resumed', '')
    },
    chooseAccounts: (id, choices) => told('accounts.chosen', id, verbs.chooseAccounts(id, choices)),
    adoptAccount: (id, missing, fresh) => told('account.adopted', fresh, verbs.adoptAccount(id, missing, fresh)),
    partAccount: (id, accountId) => told('account.parted', accountId, verbs.partAccount(id, accountId)),
    async importFile(request) {
      const report = await verbs.importFile(request)
      // A file of several accounts says how many; one that was not taken, where it was to go.
      const told = request.accountId === NEW_ACCOUNT ? '' : (request.accountId ?? '')
      const [accountId = told, ...others] = report.accounts.map((account) => account.accountId)
      const accounts = others.length === 0 ? null : report.accounts.length
      await tell('file.imported', accounts === null ? accountId : '', { file: basename(request.fileName), accounts, added: report.added, matched: report.matched, failure: report.failure?.code ?? null })
      return report
    },
    forgetFileDates: (id) => told('dates.forgotten', id, verbs.forgetFileDates(id)),
    async sayCurrency(id, currency) {
      const said = await verbs.sayCurrency(id, currency)
      if (said.ok) await tell('account.currency_said', id, { currency })
      return said
    },
    async previewReconnect(id, request) {
      const previewed = await verbs.previewReconnect(id, request)
      const refusal = previewed.kind === 'refused' ? previewed.refusal.code : null
      if (refusal !== 'not_found') await tell('connection.previewed', id, { institution: request.institutionId, outcome: refusal ?? previewed.kind })
      return previewed
    },
    async switchPreview(id) {
      const switched = await told('connection.switched', id, verbs.switchPreview(id))
      if (switched.ok) await carryDelegation({ access, audit }, currentActor(), switched.value.connectionId, switched.value.shadowId)
      return switched
    },
    cancelPreview: (id) => told('preview.cancelled', id, verbs.cancelPreview(id)),
    undo: (id) => told('run.undone', id, verbs.undo(id)),
    async recompute(id, apply) {
      return apply ? told('account.recomputed', id, verbs.recompute(id, true)) : verbs.recompute(id, false)
    },
  }
}

/** `host`: where its logins are typed for from then on; `trusted`: the host that a person took for the bank's although it did not say so. */
function bankCodes({ trustedHost }: BankEntry, { name, routes: [{ settings }] }: Institution): AuditCodes {
  return { name, host: URL.parse(String(settings['url']))?.host ?? null, ...(trustedHost === undefined ? {} : { trusted: trustedHost }) }
}
