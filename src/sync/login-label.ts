/** How a login is shown: enough to recognise it among others of its bank, too little to use; or as a person calls it. */
import { isShown, type Connection } from '../domain/connection.ts'
import type { TenantStore } from '../ports/store.ts'

/** Stands for what is not shown of a login; in no name that a person gives. */
const REST = '…'

/** Both ends where the beginning is another one's; never more than half of it. `taken`: of the other logins at its bank. */
export function labelOf(login: string, taken: readonly string[]): string {
  const half = Math.floor(login.length / 2)
  const [head, tail] = [login.slice(0, Math.min(2, half)), login.slice(login.length - Math.min(2, Math.max(0, half - 2)))]
  const short = `${head}${REST}`
  const longer = `${short}${half > 2 ? tail : ''}`
  return taken.includes(short) ? numbered(longer, taken) : short
}

function numbered(label: string, taken: readonly string[]): string {
  if (!taken.includes(label)) return label
  for (let number = 2; ; number++) if (!taken.includes(`${label} (${number})`)) return `${label} (${number})`
}

const MOST_OF_A_NAME = 40

/**
 * Logins of one bank that are shown alike, as all were before their ends were shown: what they read tells them apart, until a person
 * names them or they are typed anew. Their user names are sealed, and opened for a sign-in alone.
 */
export async function tellLoginsApart({ connections, accounts }: Pick<TenantStore, 'connections' | 'accounts'>): Promise<void> {
  const ofBanks = Map.groupBy((await connections.list()).filter(isShown), ({ institutionId }) => institutionId)
  for (const own of ofBanks.values()) {
    const labels = own.map(({ loginLabel }) => loginLabel)
    const alike = own.filter(({ loginLabel }) => !isNamed(loginLabel) && labels.filter((label) => label === loginLabel).length > 1)
    for (const { id, loginLabel } of alike) {
      const [first, ...others] = (await accounts.feeds(id)).map(({ account }) => account.name)
      if (first === undefined) continue
      const label = numbered(`${loginLabel} (${first.slice(0, MOST_OF_A_NAME)}${others.length === 0 ? '' : ` +${others.length}`})`, labels)
      labels.push(label)
      await connections.update(id, { loginLabel: label })
    }
  }
}

/** Whether a person named it: that stays, also for another user name of the same connection. */
export function isNamed(label: string): boolean {
  return !label.includes(REST)
}

/** What another sign-in in the place of this one takes over of how it is shown. */
export function nameGiven({ loginLabel }: Pick<Connection, 'loginLabel'>): Partial<Pick<Connection, 'loginLabel'>> {
  return isNamed(loginLabel) ? { loginLabel } : {}
}
