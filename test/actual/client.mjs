// Drives an unmodified @actual-app/api: one JSON command a line on standard input, one JSON answer a
// line on file descriptor 3, because the library logs to standard output.
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import * as api from '@actual-app/api'

const answers = createWriteStream('', { fd: 3 })
let internal = null
const send = (name, args) => internal.send(name, args)

const commands = {
  async open({ dataDir, serverURL, password }) {
    internal = await api.init({ dataDir, serverURL, password })
    await api.runImport('Relink test', async () => {})
    const [budget] = await api.getBudgets()
    await api.loadBudget(budget.id)
  },
  /** Stores the setup token; the server claims it when it first needs it. */
  token: ({ setupToken }) => send('secret-set', { name: 'simplefin_token', value: setupToken }),
  accounts: () => send('simplefin-accounts'),
  /** What the page of Actual sends when a person links an account of the list. */
  link: ({ account }) =>
    send('simplefin-accounts-link', {
      externalAccount: { account_id: account.id, name: account.name, institution: account.org.name, orgDomain: account.org.domain, orgId: account.org.id, balance: account.balance },
    }),
  linked: async () => (await send('accounts-get')).map(({ id, account_id, name }) => ({ id, accountId: account_id, name })),
  sync: ({ account }) => api.runBankSync({ accountId: account }),
  /** The button "Bank sync" for all accounts. */
  batch: ({ accounts }) => send('simplefin-batch-sync', { ids: accounts }),
  rows: ({ account }) => api.getTransactions(account, '1900-01-01', '2999-12-31'),
  balance: ({ account }) => api.getAccountBalance(account),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line)
  const answer = await commands[command](given).then(value => ({ value: value ?? null }), error => ({ error: String(error?.message ?? error) }))
  answers.write(`${JSON.stringify(answer)}\n`)
}
await api.shutdown().catch(() => {})
process.exit(0)
