/** What tests of every page walk through: the demo with a login whose password is refused and one of whom the bank asks a question. */
import type { World } from './world.ts'

export const SETTINGS: readonly string[] = ['/settings/security', '/settings/schedule', '/settings/alerts', '/settings/data', '/settings/server', '/settings/members', '/settings/keys', '/settings/audit']

/** Breaks the world; the addresses of its pages but for the settings, and the names of its accounts. */
export async function troubledPages({ sandbox, connectionId }: World): Promise<{ readonly paths: readonly string[]; readonly names: readonly string[] }> {
  const { store, verbs } = sandbox.opened.instance
  await verbs.connect({ institutionId: 'sandbox', connector: null, form: { username: 'faisal', password: 'desert rain' } })
  sandbox.bank.inject({ name: 'password-changed', login: 'ana' })
  await sandbox.listening.settle()
  await verbs.sync(connectionId, 'person')
  const asked = (await store.challenges.list({ state: 'open' }))[0]
  const accounts = await store.accounts.list()
  const [first] = accounts
  const row = (await store.feed.transactions({ accountId: first!.id, limit: 1 })).rows[0]
  return {
    paths: ['/accounts', `/accounts/${first?.id}`, '/transactions', `/transactions/${row?.id}`, '/reconcile', `/reconcile/${first?.id}?asOf=${first?.balanceOn}&balance=1.00`, `/connections/${connectionId}`, `/connections/${connectionId}/reconnect`, `/connections/${asked?.connectionId}`, '/add', '/review', '/rules', '/banks', '/banks/sandbox', '/import', '/demo', '/return', '/no-such-page'],
    names: accounts.map(({ name }) => name),
  }
}
