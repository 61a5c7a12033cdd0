/** The words of `relink repair --told`: what a person can see and Relink cannot, each fact said and denied. */
import type { ToldFacts } from '../domain/evidence.ts'

export const TOLD_WORDS = ['bank-login-works', 'bank-login-fails', 'password-changed', 'password-not-changed', 'other-program-works', 'other-program-fails', 'account-replaced', 'account-not-replaced'] as const
export type ToldWord = (typeof TOLD_WORDS)[number]

/** Yes and no to each question. */
export const ANSWERS: { readonly [F in keyof ToldFacts]-?: { readonly yes: ToldWord; readonly no: ToldWord } } = {
  bankLoginWorks: { yes: 'bank-login-works', no: 'bank-login-fails' },
  passwordChangedAtBank: { yes: 'password-changed', no: 'password-not-changed' },
  otherClientWorks: { yes: 'other-program-works', no: 'other-program-fails' },
  accountReplaced: { yes: 'account-replaced', no: 'account-not-replaced' },
}

/** The facts that such words tell. */
export function factsOf(words: readonly ToldWord[]): ToldFacts {
  return Object.fromEntries(Object.entries(ANSWERS).flatMap(([fact, { yes, no }]) => words.flatMap((word) => (word === yes || word === no ? [[fact, word === yes]] : []))))
}
