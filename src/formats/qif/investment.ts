/**
 * Which investment records move cash of their account. Only those are rows: shares that come, go, split
 * or are bought with their own dividend leave the cash as it is, and the actions with X at the end
 * settle against another account at once.
 */

/** `in` and `out`: the sign of the amount; `signed`: as written; `none`: no cash of this account moves. */
export type CashEffect = 'in' | 'out' | 'signed' | 'none'

const EFFECTS: ReadonlyMap<string, CashEffect> = new Map([
  ...['buy', 'buybnd', 'cvrshrt', 'miscexp', 'margint', 'xout', 'withdrwx'].map((action) => [action, 'out'] as const),
  ...['sell', 'sellbnd', 'shtsell', 'div', 'intinc', 'cglong', 'cgmid', 'cgshort', 'miscinc', 'rtrncap', 'xin', 'contribx'].map(
    (action) => [action, 'in'] as const,
  ),
  ...['cash', 'deposit', 'withdrw', 'payment', 'check', ''].map((action) => [action, 'signed'] as const),
  ...['shrsin', 'shrsout', 'stksplit', 'grant', 'vest', 'exercise', 'exercisx', 'expire', 'reminder'].map(
    (action) => [action, 'none'] as const,
  ),
])

/** The effect of field N of an investment record; null for an action that is not known. */
export function cashEffect(action: string): CashEffect | null {
  const plain = action.toLowerCase().replace(/[^a-z]/g, '')
  const known = EFFECTS.get(plain)
  if (known !== undefined) return known
  if (plain.startsWith('reinv')) return 'none'
  return plain.endsWith('x') && EFFECTS.has(plain.slice(0, -1)) ? 'none' : null
}
