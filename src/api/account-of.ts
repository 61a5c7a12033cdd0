/** The account that an address names. */
import type { Account } from '../domain/account.ts'
import type { Instance } from '../instance.ts'
import { ApiProblem } from './problems.ts'

/** Throws the problem `not_found` where there is none. */
export async function accountOf({ store }: Pick<Instance, 'store'>, id: string): Promise<Account> {
  const account = await store.accounts.get(id)
  if (account === null) throw noAccount()
  return account
}

export function noAccount(): ApiProblem {
  return new ApiProblem('not_found', 'There is no account with this id.')
}
