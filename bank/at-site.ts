/** What a person does at the bank's web site for each cause of a broken feed that is ended there. */
import type { Cause } from './faults/fault.ts'
import type { Person } from './person.ts'

/** `newPassword`: what the person chooses where the bank wants another. Rejects where the site has nothing to do, or lets nobody in. */
export const AT_SITE: { readonly [C in Cause]?: (person: Person, newPassword: () => string) => Promise<unknown> } = {
  login_locked: (person) => person.unlock(),
  password_change_required: (person, newPassword) => person.changePassword(newPassword()),
  bank_action_required: async (person) => {
    await person.readMessages()
    await person.acceptTerms()
    await person.confirmSoftware()
  },
  enrollment_required: (person) => person.enableAccess(),
  consent_expired: (person) => person.renewConsent(),
  consent_revoked: (person) => person.renewConsent(),
}
