/**
 * Multi-factor authentication (OFX 2.2 section 2.5.4): the bank's questions as prompts for a person,
 * and their answers in the next sign-on. Questions about the program itself are answered without a
 * person. What must survive until the person answers is plain data, which the engine keeps sealed.
 */
import type { ChallengePrompt } from '../../domain/connection.ts'
import type { JsonObject } from '../../domain/institution.ts'
import type { OfxChallenge } from '../../formats/ofx/response.ts'

/** `sessionCookie`: came with the question, and some banks know their question by it. */
export type Resume = { readonly sessionCookie: string | null } & ({ readonly kind: 'questions'; readonly phraseIds: readonly string[] } | { readonly kind: 'token' })

/** How long a person may take; banks end their codes after five to fifteen minutes. */
export const CHALLENGE_LASTS_MS = 10 * 60_000

export const TOKEN_FIELD = 'authtoken'

/** The secret field that holds the answer to a phrase. */
export function answerField(phraseId: string): string {
  return `mfa.${phraseId}`
}

/** Section 2.5.4.4.1: phrase ids with a fixed meaning, for banks that send no label. */
const FIXED_LABELS: Readonly<Record<string, string>> = {
  MFA1: 'In which city were you born?', MFA2: 'Your date of birth (MM/DD/YYYY)', MFA3: 'The number of your debit card', MFA4: 'Your father\'s middle name',
  MFA5: 'Your favourite colour', MFA6: 'The name of your first pet', MFA7: 'Your five-digit ZIP code', MFA8: 'The maiden name of your father\'s mother',
  MFA9: 'The maiden name of your mother\'s mother', MFA10: 'The last four digits of your mobile number', MFA11: 'The last four digits of your daytime number',
  MFA12: 'The last four digits of your home number', MFA13: 'The last four digits of your social security number', MFA14: 'The last four digits of your tax ID',
  MFA15: 'The month of birth of your youngest sibling, written out', MFA16: 'Your mother\'s maiden name', MFA17: 'Your mother\'s middle name',
  MFA18: 'The company of your first job', MFA19: 'The make of your first car', MFA20: 'The street you grew up in',
  MFA21: 'Your high school\'s football team, without the school', MFA22: 'The amount of a recent deposit or withdrawal', MFA23: 'Your year of birth (YYYY)',
} // prettier-ignore

/** What the program itself answers; null when a person must. Addresses of this host are nobody's business and stay neutral. */
export function ownAnswer(phraseId: string, now: number, userAgent: string): string | null {
  switch (phraseId.toUpperCase()) {
    case 'MFA101':
      return new Date(now).toISOString().slice(0, 19).replace(/[-:T]/g, '')
    case 'MFA102':
      return 'relink'
    case 'MFA103':
      return '0.0.0.0'
    case 'MFA104':
      return '00:00:00:00:00:00'
    case 'MFA105':
      return 'Linux'
    case 'MFA106':
      return 'x86_64'
    case 'MFA107':
      return userAgent
    default:
      return null
  }
}

/** More than any bank asks at once; what lies beyond is put to nobody, nor kept. */
const MOST_QUESTIONS = 20
const MOST_LABEL = 300

/** Of what the bank asks the parts that can be answered: each phrase once, and not without end. */
export function askedOf(challenges: readonly OfxChallenge[]): readonly (OfxChallenge & { readonly phraseId: string })[] {
  const asked = new Map(challenges.flatMap((each) => (each.phraseId === null ? [] : [[each.phraseId, { ...each, phraseId: each.phraseId }] as const])))
  return [...asked.values()].slice(0, MOST_QUESTIONS)
}

/** The questions that a person must answer. */
export function promptsOf(challenges: readonly OfxChallenge[], now: number): readonly ChallengePrompt[] {
  return askedOf(challenges).flatMap(({ phraseId, label }) => {
    if (ownAnswer(phraseId, now, '') !== null) return []
    const text = shownLabel(label) ?? FIXED_LABELS[phraseId.toUpperCase()] ?? `Question ${phraseId.slice(0, MOST_LABEL)}`
    return [{ id: answerField(phraseId), kind: /\b(code|pin|passcode|token)\b/i.test(text) ? 'code' : 'question', label: text } as const]
  })
}

/** A code from the person's device (section 2.5.1, AUTHTOKEN). */
export function tokenPrompt(label: string | null): ChallengePrompt {
  return { id: TOKEN_FIELD, kind: 'code', label: shownLabel(label) ?? 'The code that your bank\'s device or app shows now' }
}

/** The bank's words as one line: a page, a mail and a terminal show them. */
function shownLabel(label: string | null): string | null {
  const line = (label ?? '').replace(/[\u202a-\u202e\u2066-\u2069\u200b]/g, '').replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line === '' ? null : line.length <= MOST_LABEL ? line : `${[...line].slice(0, MOST_LABEL - 1).join('')}…`
}

/** Reads what was remembered; null when it is not ours. */
export function readResume(data: JsonObject): Resume | null {
  const sessionCookie = typeof data['sessionCookie'] === 'string' ? data['sessionCookie'] : null
  if (data['kind'] === 'token') return { kind: 'token', sessionCookie }
  const phraseIds = data['phraseIds']
  if (data['kind'] !== 'questions' || !Array.isArray(phraseIds)) return null
  return { kind: 'questions', sessionCookie, phraseIds: phraseIds.filter((id): id is string => typeof id === 'string') }
}
