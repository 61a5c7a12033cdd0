/** How a login is shown: enough to recognise it among others of its bank, too little to use; or as a person calls it. */
import type { Connection } from '../domain/connection.ts'

/** Stands for what is not shown of a login; in no name that a person gives. */
const REST = '…'

/** Both ends where the beginning is another one's; never more than half of it. `taken`: of the other logins at its bank. */
export function labelOf(login: string, taken: readonly string[]): string {
  const half = Math.floor(login.length / 2)
  const [head, tail] = [login.slice(0, Math.min(2, half)), login.slice(login.length - Math.min(2, Math.max(0, half - 2)))]
  const short = `${head}${REST}`
  const longer = `${short}${half > 2 ? tail : ''}`
  const free = [short, longer].find((label) => !taken.includes(label))
  if (free !== undefined) return free
  for (let number = 2; ; number++) if (!taken.includes(`${longer} (${number})`)) return `${longer} (${number})`
}

/** Whether a person named it: that stays, also for another user name of the same connection. */
export function isNamed(label: string): boolean {
  return !label.includes(REST)
}

/** What another sign-in in the place of this one takes over of how it is shown. */
export function nameGiven({ loginLabel }: Pick<Connection, 'loginLabel'>): Partial<Pick<Connection, 'loginLabel'>> {
  return isNamed(loginLabel) ? { loginLabel } : {}
}
