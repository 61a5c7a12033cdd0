/**
 * What a person says of dates that a file does not tell is remembered as a rule of the account and the format: the next
 * file of both is read so without asking, unless it proves another order, and says so. A rule is never used for a file
 * of another account, nor for one that is new.
 */
import type { Account } from '../domain/account.ts'
import type { Result } from '../domain/result.ts'
import type { FormatFailure } from '../domain/statement.ts'
import type { TenantStore } from '../ports/store.ts'
import type { CheckedFile, FileNotice } from './file-check.ts'
import type { ImportRequest } from './import.ts'

type Checked = Result<CheckedFile, FormatFailure>
type Destinations = { readonly destinations: ReadonlyMap<unknown, { readonly account: Account | null }> }

/** Reads and plans anew; null: it cannot be read. */
type TryAgain = (request: ImportRequest) => Promise<{ readonly checked: Checked; readonly plan: Result<Destinations, FormatFailure> } | null>

/** The file as it was checked; where its dates are in doubt, as they were said to be of a file of the same account and format before. */
export async function asSaidBefore({ accounts }: TenantStore, request: ImportRequest, checked: Checked, tryAgain: TryAgain): Promise<{ readonly request: ImportRequest; readonly checked: Checked }> {
  const { dates } = request
  const inDoubt = checked.ok ? checked.value.notices.some(({ code }) => code === 'date_order') : checked.failure.code === 'dates_unclear'
  if (dates === undefined || dates.said !== null || !inDoubt) return { request, checked }
  const rules = (await accounts.fileDates()).filter(({ format, accountId }) => format === dates.format() && (request.accountId === null || request.accountId === accountId))
  for (const said of new Set(rules.map((rule) => rule.dates))) {
    const again: ImportRequest = { ...request, open: () => request.open(said) }
    const read = await tryAgain(again)
    if (read === null) continue
    const { plan } = read
    const isOfRule = plan.ok && [...plan.value.destinations.values()].every(({ account }) => account !== null && rules.some((rule) => rule.accountId === account.id && rule.dates === said))
    // Which account it is, is asked first: what was said of it then holds, or is asked for.
    if (isOfRule || (!plan.ok && plan.failure.code === 'account_unclear')) return { request: again, checked: read.checked }
  }
  return { request, checked }
}

/** What is said of the dates of this file holds for the next ones of its accounts, and is told. */
export async function keepDates({ accounts }: TenantStore, { dates }: ImportRequest, destinations: readonly { readonly account: Account | null }[]): Promise<readonly FileNotice[]> {
  if (dates === undefined || dates.said === null) return []
  const [format, said] = [dates.format(), dates.said]
  const rules = await accounts.fileDates()
  const notices: FileNotice[] = []
  for (const { account } of destinations) {
    if (account === null || rules.some((rule) => rule.accountId === account.id && rule.format === format && rule.dates === said)) continue
    await accounts.keepFileDates({ accountId: account.id, format, dates: said })
    const message = said === 'day-first'
      ? `From now on, dates of such files of "${account.name}" that can be read in two ways are read with the day first, without asking.`
      : `From now on, dates of such files of "${account.name}" that can be read in two ways are read with the month first, without asking.`
    notices.push({ code: 'dates_kept', message, line: 0, accountId: account.id })
  }
  return notices
}
