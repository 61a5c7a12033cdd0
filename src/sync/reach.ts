/**
 * How many of the newest days a bank gives at once, where it refuses more: learnt from what it refused, and asked for at once from then
 * on. A first refusal is followed down to one day; later reads try one length between what was given and what was refused each, so
 * that it is found to the day at the price of a few refusals. After a while the whole is asked for again.
 */
import { daysBetween, type Day } from '../domain/day.ts'

/** `days`: given so far; 0: not even one that day, of a bank that gave none before. `refused`: the fewest that were refused. `on`: when the whole was asked for last, or nothing was given. */
export type Reach = { readonly days: number; readonly refused: number; readonly on: Day }

/** A refused range is asked for once more at these lengths, before it counts as a failure. */
const SHORTER = [31, 7, 1] as const
export const SHORT_WINDOW_DAYS = SHORTER[0]
const STALE_DAYS = 14

/** The lengths in which to ask for so many of the newest days, each when the one before was refused. */
export function lengthsToAsk(length: number, stored: Reach | undefined, today: Day): readonly number[] {
  const down = (from: number): readonly number[] => [from, ...SHORTER.filter((days) => days < from)]
  // What refuses a single day does so for another reason than the length. One day, once a day, tells when that is over.
  if (stored?.days === 0) return stored.on < today && length > 1 ? [length, 1] : [length]
  if (stored === undefined || length <= stored.days) return down(length)
  if (daysBetween(stored.on, today) >= STALE_DAYS) return [length, ...down(stored.days)]
  const most = Math.min(length, stored.refused - 1)
  if (most <= stored.days) return down(stored.days)
  return [stored.refused > 2 * length ? length : Math.ceil((stored.days + most) / 2), ...down(stored.days)]
}

/** How many days that end before today are asked for at once. Where more than 31 were refused, as many are tried. */
export function mostAtOnce(reach: Reach | undefined): number {
  return reach === undefined || reach.days === 0 || reach.refused > SHORT_WINDOW_DAYS ? Infinity : reach.days
}

/** What is known once so many days were asked for and refused. */
export function afterRefusal(stored: Reach | undefined, days: number, length: number, today: Day): Reach {
  const reach = asOf(stored, today)
  if (reach === undefined) return { days: 0, refused: days, on: today }
  return { days: days > reach.days ? reach.days : 0, refused: Math.min(reach.refused, days), on: days === length && reach.days > 0 ? today : reach.on }
}

/** What is known once a single day was refused, too: of how many are given otherwise it says nothing. `isWhole`: the whole was asked for, too. */
export function afterNothing(stored: Reach | undefined, today: Day, isWhole: boolean): Reach {
  if (stored === undefined || stored.days === 0) return { days: 0, refused: 1, on: today }
  return isWhole ? { ...stored, on: today } : stored
}

/** That not even one day was given says nothing of the lengths of another day. */
function asOf(reach: Reach | undefined, today: Day): Reach | undefined {
  return reach?.days === 0 && reach.on < today ? undefined : reach
}

/** What is known once so many days were given. */
export function afterGift(reach: Reach | undefined, days: number): Reach | undefined {
  return reach === undefined || days >= reach.refused ? undefined : { ...reach, days: Math.max(reach.days, days) }
}
