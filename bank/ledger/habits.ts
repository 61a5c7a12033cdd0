/**
 * What customers do with their money on one day. Pure: the drafts depend on the customer, the day
 * and the given chance only. Amounts are integers of minor units; `dollars` scales them to the
 * currency. Believable, not realistic in total: nobody here goes bankrupt.
 */
import { bankDayAfter, bankDayNotAfter, isBankDay, weekday } from '../calendar.ts'
import type { AccountKind, CustomerSpec } from '../customers.ts'
import type { Random } from '../random.ts'
import type { TransactionKind } from './row.ts'

/** A movement before it has an id; day numbers count from 1970-01-01. */
export type Draft = {
  readonly account: string
  readonly kind: TransactionKind
  readonly name: string
  readonly minor: number
  readonly memo?: string
  readonly checkNumber?: string
  /** Minute of the day of the authorisation, for rows that are pending first. */
  readonly pendingMinute?: number
  /** The amount while pending, when it differs (tips, fuel). */
  readonly pendingMinor?: number
  /** The day of the posting; null for a hold that lapses after a week. Default: the day itself. */
  readonly postsOn?: number | null
  /** The booking day, when it is not the day of the posting. */
  readonly bookedOn?: number
}

export type DayContext = {
  readonly customer: CustomerSpec
  /** The day. */
  readonly number: number
  readonly dayOfMonth: number
  readonly daysInMonth: number
  readonly random: Random
  /** What the account owes at this day in minor units, 0 or more. */
  owed(account: string): number
}

const SHOPS: readonly string[] = [
  'GREENWAY MARKET',
  'CORNER GROCERY',
  'AT&T STORE 0417',
  'BOOKS & PAPER',
  'HOME HARDWARE',
  'PHARMACY PLUS',
  'CITY TRANSIT',
]
const CAFES: readonly string[] = ['BLUE DOOR CAFE', 'ESPRESSO BAR 12', 'SUNRISE BAKERY']
/** Where texts have letters beyond ASCII, as they travel in the bytes of CHARSET:1252. */
const EUROPEAN_CAFES: readonly string[] = ['BÄCKEREI MÜLLER', 'CAFÉ DU LAC', 'KONDITOREI GRÜN']
const RESTAURANTS: readonly string[] = ['TRATTORIA ROMA', 'NOODLE HOUSE', 'THE OLD OAK GRILL']
const ABROAD: readonly string[] = ['AIR NORD STOCKHOLM', 'SOFTWARE SRL BUCURESTI', 'HOTEL DE LA POSTE LYON']
const CLIENTS: readonly string[] = ['HARBOR INN LLC', 'NORTHSIDE BAKERY', 'CIVIC CENTER CAFE', 'MILLER & SONS']
const SUPPLIERS: readonly string[] = ['ANDES GREEN BEANS', 'PAPER CUP SUPPLY', 'RIVER LOGISTICS']

/** Everything that begins on this day, for all accounts of the customer. */
export function draftsOf(context: DayContext): Draft[] {
  const drafts = context.customer.habit === 'business' ? business(context) : household(context)
  drafts.push(...cardLife(context), ...monthEnd(context))
  return drafts
}

function accountOf(context: DayContext, kind: AccountKind): string | null {
  return context.customer.accounts.find((account) => account.kind === kind)?.key ?? null
}

/** A random amount between two dollar values, in minor units. */
function amount(context: DayContext, fromDollars: number, toDollars: number): number {
  const scale = context.customer.dollarInMinor
  return context.random.between(fromDollars * scale, toDollars * scale)
}

/**
 * A due day that falls on a closed day moves: wages to the bank day before, bills to the one after.
 * Due days lie between 2 and 26, so that neither way leaves the month.
 */
function isDue(context: DayContext, dayOfMonth: number, move: 'before' | 'after'): boolean {
  const { number, customer } = context
  const nominal = number - context.dayOfMonth + dayOfMonth
  return (move === 'after' ? bankDayAfter(nominal, 0, customer.country) : bankDayNotAfter(nominal, customer.country)) === number
}

function household(context: DayContext): Draft[] {
  const checking = accountOf(context, 'checking')
  const savings = accountOf(context, 'savings')
  if (checking === null) return []
  const dollars = context.customer.dollarInMinor
  const drafts: Draft[] = []
  if (isDue(context, 25, 'before'))
    drafts.push({ account: checking, kind: 'DIRECTDEP', name: 'MERIDIAN WORKS PAYROLL', minor: 3_450 * dollars, memo: 'SALARY' })
  if (isDue(context, 2, 'after')) drafts.push({ account: checking, kind: 'DIRECTDEBIT', name: 'OAK STREET RENT', minor: -1_180 * dollars })
  if (isDue(context, 12, 'after'))
    drafts.push({ account: checking, kind: 'DIRECTDEBIT', name: 'CITY POWER & WATER', minor: -amount(context, 60, 140) })
  if (isDue(context, 18, 'after')) drafts.push({ account: checking, kind: 'DIRECTDEBIT', name: 'TELE NORD MOBILE', minor: -39 * dollars })
  if (savings !== null && isDue(context, 26, 'after'))
    drafts.push(...transfer(checking, savings, 200 * dollars, 'TRANSFER TO SAVINGS', 'TRANSFER FROM CHECKING'))
  if (context.random.chance(0.05))
    drafts.push({
      account: checking,
      kind: 'ATM',
      name: 'CASH WITHDRAWAL ATM 0092',
      minor: -context.random.between(2, 10) * 20 * dollars,
      postsOn: nextBankDay(context, 0),
    })
  return drafts
}

function business(context: DayContext): Draft[] {
  const checking = accountOf(context, 'checking')
  if (checking === null) return []
  const { random, number, customer } = context
  const drafts: Draft[] = []
  if (!isBankDay(number, customer.country)) return drafts
  if (random.chance(0.6))
    drafts.push({
      account: checking,
      kind: 'CREDIT',
      name: random.pick(CLIENTS),
      minor: amount(context, 180, 1_650),
      memo: `INVOICE ${random.between(1_000, 9_999)}`,
    })
  if (random.chance(0.4)) drafts.push({ account: checking, kind: 'DEP', name: 'CARD TERMINAL SETTLEMENT', minor: amount(context, 90, 700) })
  if (random.chance(0.2)) {
    drafts.push({
      account: checking,
      kind: 'CHECK',
      name: random.pick(SUPPLIERS),
      minor: -amount(context, 120, 900),
      checkNumber: String(2_000 + (number % 7_000)),
    })
  }
  if (weekday(number) === 5 && Math.floor(number / 7) % 2 === 0)
    drafts.push({
      account: checking,
      kind: 'DEBIT',
      name: 'PAYROLL BATCH',
      minor: -2_960 * customer.dollarInMinor,
      memo: 'WAGES 2 EMPLOYEES',
    })
  if (isDue(context, 2, 'after'))
    drafts.push({ account: checking, kind: 'DIRECTDEBIT', name: 'LAKESIDE PROPERTY RENT', minor: -2_100 * customer.dollarInMinor })
  drafts.push(...debts(context, checking))
  return drafts
}

/** Line of credit and loan: drawn, repaid, charged with interest. */
function debts(context: DayContext, checking: string): Draft[] {
  const dollars = context.customer.dollarInMinor
  const line = accountOf(context, 'credit_line')
  const loan = accountOf(context, 'loan')
  const drafts: Draft[] = []
  if (line !== null && isDue(context, 8, 'after'))
    drafts.push(...transfer(line, checking, 400 * dollars, 'DRAW TO CHECKING', 'DRAW FROM CREDIT LINE'))
  if (line !== null && isDue(context, 22, 'after'))
    drafts.push(...transfer(checking, line, 425 * dollars, 'CREDIT LINE PAYMENT', 'PAYMENT RECEIVED'))
  if (loan !== null && isDue(context, 15, 'after')) {
    drafts.push(...transfer(checking, loan, 610 * dollars, 'EQUIPMENT LOAN PAYMENT', 'PAYMENT RECEIVED'))
    drafts.push({ account: loan, kind: 'INT', name: 'INTEREST CHARGED', minor: -Math.round(context.owed(loan) * 0.004) })
  }
  return drafts
}

function transfer(from: string, to: string, minor: number, nameFrom: string, nameTo: string): Draft[] {
  return [
    { account: from, kind: 'XFER', name: nameFrom, minor: -minor },
    { account: to, kind: 'XFER', name: nameTo, minor },
  ]
}

function nextBankDay(context: DayContext, count: number): number {
  return bankDayAfter(context.number, count, context.customer.country)
}

/** Purchases: on the card where there is one, else on the account itself. */
function cardLife(context: DayContext): Draft[] {
  const account = accountOf(context, 'card') ?? accountOf(context, 'checking')
  if (account === null) return []
  const { random, customer } = context
  const drafts: Draft[] = []
  const purchase = (name: string, minor: number, more: Partial<Draft> = {}): Draft => ({
    account,
    kind: 'POS',
    name,
    minor: -minor,
    pendingMinute: random.between(7 * 60, 21 * 60),
    postsOn: nextBankDay(context, random.between(1, 3)),
    ...more,
  })
  if (random.chance(0.55)) drafts.push(purchase(random.pick(SHOPS), amount(context, 8, 95)))
  if (random.chance(0.45)) {
    const coffee = purchase(random.pick(customer.country === 'EU' ? EUROPEAN_CAFES : CAFES), amount(context, 3, 9))
    drafts.push(coffee)
    // Equal twins: the same shop, amount and day; both are real.
    if (random.chance(0.3)) drafts.push({ ...coffee, pendingMinute: coffee.pendingMinute! + 25 })
  }
  if (random.chance(0.12)) {
    const bill = amount(context, 24, 90)
    drafts.push(purchase(random.pick(RESTAURANTS), bill + Math.round((bill * random.between(10, 22)) / 100), { pendingMinor: -bill }))
  }
  if (random.chance(0.1))
    drafts.push(
      purchase('LAKE FUEL STATION', amount(context, 28, 76), { pendingMinor: -(random.chance(0.5) ? 1 : 100) * customer.dollarInMinor }),
    )
  if (random.chance(0.03)) drafts.push(...foreignPurchase(context, purchase))
  if (random.chance(0.02)) drafts.push({ ...purchase('HOTEL LAKEVIEW DEPOSIT', 150 * customer.dollarInMinor), postsOn: null })
  if (random.chance(0.02)) drafts.push(...reversedPurchase(context, purchase))
  if (random.chance(0.02)) drafts.push(purchase('PARKING GARAGE 4', amount(context, 4, 18), { postsOn: nextBankDay(context, 6) }))
  if (random.chance(0.015))
    drafts.push({
      account,
      kind: 'OTHER',
      name: 'CORRECTION OF BOOKING',
      minor: -amount(context, 1, 12),
      postsOn: nextBankDay(context, 0),
      bookedOn: context.number - random.between(2, 6),
    })
  return drafts
}

type Purchase = (name: string, minor: number, more?: Partial<Draft>) => Draft

function foreignPurchase(context: DayContext, purchase: Purchase): Draft[] {
  const minor = amount(context, 35, 260)
  const bought = purchase(context.random.pick(ABROAD), minor)
  const fee: Draft = {
    account: bought.account,
    kind: 'FEE',
    name: 'FOREIGN TRANSACTION FEE',
    minor: -Math.max(1, Math.round(minor * 0.03)),
    postsOn: bought.postsOn!,
  }
  return [bought, fee]
}

function reversedPurchase(context: DayContext, purchase: Purchase): Draft[] {
  const bought = purchase(context.random.pick(SHOPS), amount(context, 15, 120))
  const back: Draft = {
    account: bought.account,
    kind: 'CREDIT',
    name: bought.name,
    minor: -bought.minor,
    memo: 'REVERSAL',
    postsOn: nextBankDay(context, context.random.between(4, 7)),
  }
  return [bought, back]
}

/** Interest, fees, and the monthly payment of the card from the checking account. */
function monthEnd(context: DayContext): Draft[] {
  const checking = accountOf(context, 'checking')
  const savings = accountOf(context, 'savings')
  const card = accountOf(context, 'card')
  const drafts: Draft[] = []
  if (savings !== null && context.dayOfMonth === context.daysInMonth)
    drafts.push({ account: savings, kind: 'INT', name: 'INTEREST PAID', minor: amount(context, 1, 9), postsOn: nextBankDay(context, 0) })
  if (checking !== null && context.dayOfMonth === 1)
    drafts.push({
      account: checking,
      kind: 'SRVCHG',
      name: 'ACCOUNT FEE',
      minor: -4 * context.customer.dollarInMinor,
      postsOn: nextBankDay(context, 0),
    })
  if (checking !== null && card !== null && isDue(context, 20, 'after')) {
    const due = context.owed(card)
    if (due > 0) drafts.push(...transfer(checking, card, due, 'CARD PAYMENT', 'PAYMENT THANK YOU'))
  }
  return drafts
}
