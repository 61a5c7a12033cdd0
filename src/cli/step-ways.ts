/** How the step that waits for a person is done from here: what to type, in which words. By its id, which never means another step. */
import type { RepairStep } from '../domain/repair.ts'
import { isPermission } from '../repair/steps.ts'

/** `page`: where people see the connection. `isPrompted`: a terminal asks by itself whether it is done. */
export function wayOf(step: RepairStep, connectionId: string, page: string, isPrompted: boolean): readonly string[] {
  const repair = `relink repair ${connectionId}`
  const own = OWN_WAYS[step.kind]?.(connectionId, step, page) ?? []
  if (isPrompted) return own
  if (step.kind === 'credentials') return [`Enter it: ${repair} on a terminal, or with --secrets-stdin or --secrets-file FILE`]
  if (step.kind === 'mfa') return [`No question of the bank is open now. To have it ask anew: ${repair} --did ${step.id}`]
  if (isPermission(step)) return [`To have it sent once: ${repair} --did ${step.id}`, `If not: ${repair} --cannot ${step.id}`]
  if (step.kind === 'choose_account') return [`To do so: ${repair} --did ${step.id}`]
  return [...own, `When it is done: ${repair} --did ${step.id}`, `If you cannot: ${repair} --cannot ${step.id}`]
}

type OwnWay = (connectionId: string, step: RepairStep, page: string) => readonly string[]

const OWN_WAYS: { readonly [K in RepairStep['kind']]?: OwnWay } = {
  contact_bank: (id) => [`The letter: relink repair ${id} --letter letter.txt (with --language de in German)`],
  contact_support: (id) => [`The support file: relink repair ${id} --bundle support.json`],
  import_file: () => ['The file: relink import FILE'],
  // To go on as another account is chosen where both are seen; a sign-in is typed here.
  reconnect: (id, { title }, page) => [title.startsWith('Say as which account') ? `Where to say so: ${page}` : `To do so: relink reconnect ${id}; what would change is shown before anything does`],
  update: (_, { action }) => (action === 'fix_network' ? ['The check of this server: relink doctor'] : []),
}
