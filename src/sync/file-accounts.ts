/**
 * The accounts of all statements of a file together. A service that keeps money in several currencies
 * gives one file that names none of them: where one of its accounts is known, by its rows or because
 * the person named it, those that came with it are its others.
 */
import type { Account } from '../domain/account.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import type { FormatFailure } from '../domain/statement.ts'
import type { TenantStore } from '../ports/store.ts'
import { chooseAccount, knownAccounts } from './file-account.ts'
import { labelOf, type FileAccount } from './file-check.ts'
import { inGroups } from './in-groups.ts'

/** In place of an account's id: a person says that the file belongs to an account that is not there yet. */
export const NEW_ACCOUNT = 'new'

/** Null: a new one. */
export type ChosenAccounts = ReadonlyMap<FileAccount, Account | null>

type Chosen = Result<ChosenAccounts, FormatFailure>

/** `accountId`: what a person said. */
export async function chooseAccounts(store: TenantStore, accountId: string | null, files: readonly FileAccount[]): Promise<Chosen> {
  if (accountId === null) return fromFile(store, files)
  const [first, another] = files
  if (accountId === NEW_ACCOUNT || first === undefined) return ok(new Map(files.map((file) => [file, null])))
  const account = await store.accounts.get(accountId)
  if (another === undefined) return account === null ? failed({ code: 'not_statements', message: 'There is no such account.', line: first.line }) : ok(new Map([[first, account]]))
  const own = files.find(({ currency }) => currency === account?.currency)
  if (account === null || own === undefined || !isOnlyCurrencies(files)) {
    const message = `The file holds statements of several accounts (${labelOf(first.named, first.label)} ${first.currency}, ${labelOf(another.named, another.label)} ${another.currency}…); import it without naming one.`
    return failed({ code: 'account_unclear', message, line: another.line })
  }
  const [together, known] = [await cameWith(store, account), await knownAccounts(store)]
  return allOf(files, async (file) => (file === own ? ok(account) : chooseAccount(store, known, file, together)))
}

async function fromFile(store: TenantStore, files: readonly FileAccount[]): Promise<Chosen> {
  const known = await knownAccounts(store)
  const alone = new Map<FileAccount, Result<Account | null, FormatFailure>>()
  await inGroups(files, async (file) => void alone.set(file, await chooseAccount(store, known, file)))
  const found = [...alone.values()].flatMap((chosen) => (chosen.ok && chosen.value !== null ? [chosen.value] : []))
  const isTold = found.length === files.length || found.length === 0 || !isOnlyCurrencies(files)
  const together = isTold ? new Set<string>() : new Set((await Promise.all(found.map((account) => cameWith(store, account)))).flatMap((ids) => [...ids]))
  return allOf(files, async (file) => {
    const chosen = alone.get(file)!
    return isTold || (chosen.ok && chosen.value !== null) ? chosen : chooseAccount(store, known, file, together)
  })
}

async function allOf(files: readonly FileAccount[], choose: (file: FileAccount) => Promise<Result<Account | null, FormatFailure>>): Promise<Chosen> {
  const accounts = new Map<FileAccount, Account | null>()
  for (const file of files) {
    const chosen = await choose(file)
    if (!chosen.ok) return chosen
    accounts.set(file, chosen.value)
  }
  return ok(accounts)
}

/** Nothing but the currency tells the statements apart. */
function isOnlyCurrencies(files: readonly FileAccount[]): boolean {
  return new Set(files.map(({ currency }) => currency)).size === files.length && files.every(({ named }) => named.number === null && named.name === null)
}

/** The accounts to which the files went that brought the oldest and the newest row of this one. */
async function cameWith({ feed, runs }: TenantStore, account: Account): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  for (const order of ['oldest', 'newest'] as const) {
    const [row] = (await feed.transactions({ accountId: account.id, order, includeDeleted: true, limit: 1 })).rows
    for (const { runId } of row === undefined ? [] : await feed.observations(row.id)) {
      const run = await runs.get(runId)
      if (run?.trigger === 'import') for (const { accountId } of run.accounts) ids.add(accountId)
    }
  }
  return ids
}
