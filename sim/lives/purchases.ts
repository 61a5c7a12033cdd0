/**
 * What is bought and paid in one life, day by day, booked at the sandbox bank by hand: fixed prices that come again each day, equal twins,
 * tips and fuel that change the amount when a hold is booked, purchases at another rate, rent and pay. The same seed books the same rows.
 */
import type { Bank } from '../../bank/bank.ts'
import type { CustomerSpec } from '../../bank/customers.ts'
import { weekday } from '../../bank/calendar.ts'
import type { Booking } from '../../bank/ledger/ledger.ts'
import { dayNumber } from '../../src/domain/day.ts'
import { chance } from '../kernel.ts'
import { DAY_MS, HOUR_MS } from '../plan.ts'
import type { LifePlan } from './plan.ts'

const [MAIN, OTHER] = ['life-main', 'life-other']
export const ACCOUNTS = { main: MAIN, other: OTHER } as const

/** A kind of account for which the bank books next to nothing by itself. */
const holder = (user: string, key: string, number: string): CustomerSpec => ({
  user, password: `secret of ${user}`, holder: user, currency: 'USD', country: 'US', habit: 'household', dollarInMinor: 100, clientUidRequired: false, mfa: 'none', answers: {},
  accounts: [{ key, number, kind: 'savings', name: 'Everyday', openingUnits: 4_000 }],
})
/** The person, and somebody whose file is brought by mistake. */
export const HOLDER = holder('mara', MAIN, '6000700081')
export const STRANGER = holder('ivo', OTHER, '6000700099')

const GROCERS: readonly string[] = ['GREENWAY MARKET', 'CORNER GROCERY', 'PHARMACY PLUS', 'HOME HARDWARE', 'BOOKS & PAPER']
const GRILLS: readonly string[] = ['TRATTORIA ROMA', 'NOODLE HOUSE', 'THE OLD OAK GRILL']
const ABROAD: readonly string[] = ['AIR NORD STOCKHOLM', 'HOTEL DE LA POSTE LYON']

/** What one account pays on the bank's day now; called once a day. */
export function shop(bank: Bank, account: string, { seed, feedDates, namesDay }: LifePlan): void {
  const today = bank.state.zone.dayOf(bank.now())
  const random = chance(seed, `${account} ${today}`)
  const on = `${today.slice(5, 7)}/${today.slice(8, 10)}`
  const card = (name: string, cents: number, held = cents): void => {
    const booked = bookingAfter(bank, random.between(1, 3))
    const memo = namesDay ? `CARD 4411 ${on}` : 'CARD 4411'
    bank.book(account, { minor: BigInt(-cents), pendingMinor: BigInt(-held), name, memo, kind: 'POS', pendingForMs: booked, ...(feedDates === 'made' ? { bookedOn: today } : {}) })
  }
  const plain = (booking: Booking): void => void bank.book(account, booking)
  if (random.chance(0.7)) card('BLUE DOOR CAFE', 450)
  if (random.chance(0.15)) card('BLUE DOOR CAFE', 450)
  if (random.chance(0.6)) card('CITY TRANSIT', 290)
  for (let more = random.between(0, 2); more > 0; more--) card(random.pick(GROCERS), random.between(800, 9_500))
  if (random.chance(0.12)) {
    const bill = random.between(2_400, 9_000)
    card(random.pick(GRILLS), bill + Math.round((bill * random.between(10, 22)) / 100), bill)
  }
  if (random.chance(0.06)) card('FUEL STOP 88', random.between(2_000, 7_000), 100)
  if (random.chance(0.05)) {
    const held = random.between(4_000, 30_000)
    card(random.pick(ABROAD), held + random.between(-150, 150), held)
  }
  if (random.chance(0.15)) plain({ minor: BigInt(-random.between(3, 12) * 500), name: 'TRANSFER TO ANNA', kind: 'XFER' })
  const date = Number(today.slice(8))
  if (date === 2) plain({ minor: -1_180_00n, name: 'OAK STREET RENT', kind: 'DIRECTDEBIT' })
  if (date === 18) plain({ minor: -39_00n, name: 'TELE NORD MOBILE', kind: 'DIRECTDEBIT' })
  if (date === 25) plain({ minor: 3_450_00n, name: 'MERIDIAN WORKS PAYROLL', memo: 'SALARY', kind: 'DIRECTDEP' })
}

/** Until the small hours of a day on which banks book, so many days on. */
function bookingAfter(bank: Bank, days: number): number {
  const today = dayNumber(bank.state.zone.dayOf(bank.now()))
  let at = today + days
  while (weekday(at) === 0 || weekday(at) === 6) at++
  const hour = bank.state.zone.hourOf(bank.now())
  return (at - today) * DAY_MS - (hour - 4) * HOUR_MS
}
