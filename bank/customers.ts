/**
 * The customers of the sandbox bank: plain data. Every login, password and number here is an
 * obvious fake and part of the documentation; tests and demos refer to these constants.
 */
import type { Country } from './calendar.ts'

export type AccountKind = 'checking' | 'savings' | 'card' | 'credit_line' | 'loan'

export type AccountSpec = {
  /** Stable inside the bank, never on the wire: an account keeps its key when it gets a new number. */
  readonly key: string
  readonly number: string
  readonly kind: AccountKind
  readonly name: string
  /** In units of the currency (dollars, yen), at the start of the history. Owed money is negative. */
  readonly openingUnits: number
  /** Credit limit in units, for cards and lines of credit. */
  readonly limitUnits?: number
}

/** What happens in the ledger: see ledger/habits.ts. */
export type Habit = 'business' | 'household'

/** `none`: password only. The others are asked of an unknown device (CLIENTUID), or at every login under a fault. */
export type MfaMethod = 'none' | 'question' | 'text' | 'token' | 'push'

export type CustomerSpec = {
  readonly user: string
  readonly password: string
  readonly holder: string
  readonly currency: string
  readonly country: Country
  readonly habit: Habit
  /** Minor units in what one US dollar roughly buys: scales all amounts of the ledger. */
  readonly dollarInMinor: number
  readonly clientUidRequired: boolean
  readonly mfa: MfaMethod
  /** Answers to `QUESTIONS` by phrase id, asked when the method is `question`. */
  readonly answers: Readonly<Record<string, string>>
  readonly accounts: readonly AccountSpec[]
}

/** The ABA-like number of the sandbox bank; 9 characters, the most that BANKID holds. */
export const BANK_ID = '123456780'
export const BANK_ORG = 'SANDBOX'
export const BANK_FID = '99001'

export const ANA: CustomerSpec = {
  user: 'ana',
  password: 'correct horse',
  holder: 'Lakeside Coffee Roasters',
  currency: 'USD',
  country: 'US',
  habit: 'business',
  dollarInMinor: 100,
  clientUidRequired: false,
  mfa: 'none',
  answers: { city: 'springfield', pet: 'rex' },
  accounts: [
    { key: 'ana-checking', number: '1000200031', kind: 'checking', name: 'Business Checking', openingUnits: 18_450 },
    { key: 'ana-savings', number: '1000200049', kind: 'savings', name: 'Reserve Savings', openingUnits: 9_000 },
    { key: 'ana-card', number: '5105105105105100', kind: 'card', name: 'Business Card', openingUnits: -612, limitUnits: 15_000 },
    { key: 'ana-line', number: '1000200056', kind: 'credit_line', name: 'Line of Credit', openingUnits: -2_500, limitUnits: 20_000 },
    { key: 'ana-loan', number: '1000200064', kind: 'loan', name: 'Equipment Loan', openingUnits: -31_000 },
  ],
}

export const LENA: CustomerSpec = {
  user: 'lena',
  password: 'green tea 42',
  holder: 'Lena Brückner',
  currency: 'EUR',
  country: 'EU',
  habit: 'household',
  dollarInMinor: 90,
  clientUidRequired: true,
  mfa: 'text',
  answers: { city: 'lübeck', pet: 'minka' },
  accounts: [
    { key: 'lena-checking', number: '2000300041', kind: 'checking', name: 'Girokonto', openingUnits: 2_310 },
    { key: 'lena-savings', number: '2000300058', kind: 'savings', name: 'Tagesgeld', openingUnits: 6_200 },
    { key: 'lena-card', number: '4111111111111111', kind: 'card', name: 'Kreditkarte', openingUnits: -184, limitUnits: 4_000 },
  ],
}

export const YUKI: CustomerSpec = {
  user: 'yuki',
  password: 'plum blossom',
  holder: 'Yuki Tanaka',
  currency: 'JPY',
  country: 'JP',
  habit: 'household',
  dollarInMinor: 150,
  clientUidRequired: true,
  mfa: 'question',
  answers: { city: 'sendai', pet: 'momo' },
  accounts: [
    { key: 'yuki-checking', number: '3000400051', kind: 'checking', name: 'Futsu Yokin', openingUnits: 412_000 },
    { key: 'yuki-card', number: '3530111333300000', kind: 'card', name: 'Credit Card', openingUnits: -38_200, limitUnits: 500_000 },
  ],
}

export const FAISAL: CustomerSpec = {
  user: 'faisal',
  password: 'desert rain',
  holder: 'Faisal Al-Sabah',
  currency: 'KWD',
  country: 'KW',
  habit: 'household',
  dollarInMinor: 307,
  clientUidRequired: false,
  mfa: 'token',
  answers: { city: 'hawalli', pet: 'saqr' },
  accounts: [
    { key: 'faisal-checking', number: '4000500061', kind: 'checking', name: 'Current Account', openingUnits: 1_240 },
    { key: 'faisal-savings', number: '4000500078', kind: 'savings', name: 'Savings', openingUnits: 3_000 },
  ],
}

export const PAUL: CustomerSpec = {
  user: 'paul',
  password: 'north wind',
  holder: 'Paul Ortiz',
  currency: 'USD',
  country: 'US',
  habit: 'household',
  dollarInMinor: 100,
  clientUidRequired: true,
  mfa: 'push',
  answers: { city: 'austin', pet: 'biscuit' },
  accounts: [
    { key: 'paul-checking', number: '5000600071', kind: 'checking', name: 'Everyday Checking', openingUnits: 3_480 },
    { key: 'paul-card', number: '6011000990139424', kind: 'card', name: 'Cash Back Card', openingUnits: -240, limitUnits: 6_000 },
  ],
}

export const CUSTOMERS: readonly CustomerSpec[] = [ANA, LENA, YUKI, FAISAL, PAUL]

/** Questions of this bank by MFAPHRASEID. Ids of its own, so the label travels with each (OFX 2.1.1, section 2.5.4). */
export const QUESTIONS: Readonly<Record<string, string>> = {
  city: 'In which city were you born?',
  pet: 'What is the name of your pet?',
}
