/**
 * A person says the currency of an account whose statements tell none, says another, or takes it back. Files of banks
 * often name none, and an account without one is in no total.
 */
import type { Account } from '../domain/account.ts'
import { decimalsOf, type Currency } from '../domain/money.ts'
import { failed, ok, type Result } from '../domain/result.ts'
import { UNKNOWN_CURRENCY } from './account-ref.ts'
import type { Refusal, SyncDeps } from './deps.ts'
import { IMPORTS } from './import.ts'
import { isOpenCurrency, mayBeIn, nameCurrency, wasTakenBackInAnother } from './name-currency.ts'
import { whileHeld } from './undo.ts'

/**
 * `currency` null: it is not known any more. Refuses where a statement told it, and where the rows that are there were read
 * with other decimals than it has; then nothing changes. Said again it changes nothing.
 */
export async function sayCurrency(deps: Pick<SyncDeps, 'store' | 'clock'>, accountId: string, currency: Currency | null): Promise<Result<Account, Refusal>> {
  const { store, clock } = deps
  const said = currency ?? UNKNOWN_CURRENCY
  const feeding = (await store.accounts.sources({ accountId })).flatMap(({ connectionId }) => connectionId ?? [])
  const done = await whileHeld(deps, [IMPORTS, ...[...new Set(feeding)].sort()], async (): Promise<Result<Account, Refusal>> => {
    const account = await store.accounts.get(accountId)
    if (account === null) return failed({ code: 'not_found', message: 'There is no account with this id.' })
    if (account.currency === said) return ok(account)
    if (!isOpenCurrency(account)) return failed({ code: 'wrong_state', message: `The statements of this account name its currency: ${account.currency}.` })
    if (said === UNKNOWN_CURRENCY && (await wasTakenBackInAnother(store, accountId))) return failed({ code: 'wrong_state', message: 'Rows of another currency were taken back here; say the right one instead.' })
    if (!(await mayBeIn(store, account, said))) {
      const decimals = decimalsOf(account.currency)
      const message = currency === null
        ? `The rows that are here were read with ${decimals} decimals, and without a currency they would have two. Undo the imports that brought them first.`
        : `The rows that are here were read with ${decimals} decimals, and ${said} has ${decimalsOf(said)}. Undo the imports that brought them, say the currency then, and import them again.`
      return failed({ code: 'invalid', message })
    }
    return ok(await nameCurrency(store, account, said, { isSaid: true, at: clock.now() }))
  })
  return done === null ? failed({ code: 'busy', message: 'The account is being read right now.' }) : done.value
}
