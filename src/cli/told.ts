/** The words of `relink repair --told`. */
export const TOLD_WORDS = ['bank-login-works', 'bank-login-fails', 'password-changed', 'other-program-works', 'other-program-fails', 'account-replaced'] as const
export type ToldWord = (typeof TOLD_WORDS)[number]
