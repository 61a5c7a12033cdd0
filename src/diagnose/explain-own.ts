/**
 * Which of Relink's own words a person asks about: one of the eight families, as accounting programs list them too ("bank server
 * problems", "outdated connection"), or a cause by its code (`login_locked`). Pure.
 */
import { CAUSE_CODES, familyOf, type CauseCode, type Family } from '../domain/cause.ts'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'

/** As people write them: in small letters, and without what kind of trouble it is. */
const FAMILIES: readonly (readonly [Family, RegExp])[] = [
  ['bank_server', /^(bank|bank's|banks) server$|^server (at|of) the bank$/],
  ['authentication', /^authentication$/],
  ['account', /^(closed|inactive)( or (closed|inactive))? accounts?$|^accounts? (closed|inactive) or (closed|inactive)$/],
  ['mfa', /^(multi|two)[- ]?factor( authentication)?$|^[m2]fa$/],
  ['outdated', /^outdated connections?$|^connections? outdated$/],
  ['restriction', /^bank restrictions?$/],
  ['maintenance', /^(bank )?maintenance( or temporary outage)?$|^temporary outage$/],
  ['own_side', /^(our )?own side$|^our side$/],
]

const TROUBLE = /[ -](problems?|issues?|errors?)$/

/** The causes of the family, or the one cause, that is asked about by name; null where neither is. */
export function ownWords(asked: string, language: Language): { readonly family: Family; readonly causes: readonly CauseCode[] } | null {
  const cause = CAUSE_CODES.find((code) => code === asked.trim())
  const own = cause === undefined ? null : familyOf(cause)
  if (cause !== undefined && own !== null) return { family: own, causes: [cause] }
  const words = asked.trim().toLowerCase().replaceAll('’', "'").replace(/\.$/, '').replace(TROUBLE, '')
  const family = FAMILIES.find(([of, written]) => written.test(words) || [words, asked.trim().toLowerCase()].includes(familyName(of, language).toLowerCase()))?.[0]
  return family === undefined ? null : { family, causes: CAUSE_CODES.filter((code) => familyOf(code) === family) }
}

/** What people know the family as. */
export function familyName(family: Family, language: Language): string {
  switch (family) {
    case 'bank_server': return say(language, 'Bank server problems')
    case 'authentication': return say(language, 'Authentication')
    case 'account': return say(language, 'Account closed or inactive')
    case 'mfa': return say(language, 'Multi-factor authentication')
    case 'outdated': return say(language, 'Outdated connection')
    case 'restriction': return say(language, 'Bank restrictions')
    case 'maintenance': return say(language, 'Maintenance')
    case 'own_side': return say(language, 'Our own side')
  }
}
