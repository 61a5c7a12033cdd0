/** `relink accounts` and `relink transactions`: what the feed holds. JSON lines with the fields that product.md promises, and more. */
import { accountResource, transactionResource } from '../api/shapes.ts'
import { parseDay, type Day } from '../domain/day.ts'
import type { Currency } from '../domain/money.ts'
import { readCurrency } from '../formats/written-currency.ts'
import type { Instance } from '../instance.ts'
import type { AccountSummary } from '../ports/store.ts'
import { withoutEmptied } from '../sync/emptied.ts'
import { choose } from './choose.ts'
import { whyCommand } from './history.ts'
import { CommandError, countOfRows, type Output } from './output.ts'
import { withInstance } from './with-instance.ts'

const PAGE = 500

export async function accountsCommand(output: Output, { forgetDates }: { readonly forgetDates?: string } = {}): Promise<void> {
  await withInstance(output, async (instance) => {
    if (forgetDates !== undefined) return forgetDatesOf(output, instance, forgetDates)
    const { store } = instance
    const accounts = (await withoutEmptied(store, await store.accounts.list())).map(accountResource)
    for (const account of accounts) output.data(account)
    if (accounts.length === 0) {
      output.say('No accounts yet. Connect a bank with `relink connect`, or import a file with `relink import FILE`.')
      return
    }
    output.table(
      ['Account', 'Number', 'Balance', '', 'As of', 'Rows', 'State'],
      accounts.map((a) => [a.name, a.number ?? '', a.balance, a.currency, a.balanceOn ?? '', String(a.rows), a.state]),
      [2, 5],
    )
    output.say(output.dim('A balance without a day is the sum of the rows; with a day the bank stated it.'))
  })
}

async function forgetDatesOf(output: Output, instance: Instance, wanted: string): Promise<void> {
  const { id, name } = await chooseAccount(instance, wanted)
  const done = await instance.verbs.forgetFileDates(id)
  if (!done.ok) throw new CommandError(done.failure.message)
  output.data({ id, name, forgotten: 'dates' })
  output.say(`How the dates of files of ${name} begin is asked again from now on, where they can be read in two ways.`)
}

/** `written` undefined: what was said is taken back. */
export async function currencyCommand(output: Output, wanted: string, written: string | undefined): Promise<void> {
  const currency = written === undefined ? null : currencyOf(written)
  await withInstance(output, async (instance) => {
    const { id, name } = await chooseAccount(instance, wanted)
    const said = await instance.verbs.sayCurrency(id, currency)
    if (!said.ok) throw new CommandError(said.failure.message)
    output.data({ id, name, currency })
    output.say(currency === null ? `The currency of ${name} is not known any more.` : `${name} is in ${currency}, and so are its rows. To say another: relink currency ${id} CODE; to take it back, leave out the code.`)
  })
}

/** What a person typed; throws where it is no currency. */
export function currencyOf(written: string): Currency {
  const currency = readCurrency(written)
  if (currency === null) throw new CommandError(`"${written}" is no currency. Give its code of ISO 4217, such as EUR or USD.`, 2)
  return currency
}

export type TransactionsOptions = { readonly from?: string; readonly to?: string; readonly text?: string; readonly why?: string }

export async function transactionsCommand(output: Output, wanted: string, options: TransactionsOptions): Promise<void> {
  await withInstance(output, async (instance) => {
    const account = await chooseAccount(instance, wanted)
    if (options.why !== undefined) return whyCommand(output, instance, options.why)
    let cursor: string | null = null
    let count = 0
    do {
      const page = await instance.store.feed.transactions({
        accountId: account.id,
        limit: PAGE,
        ...dayRange(options),
        ...(options.text === undefined ? {} : { text: options.text }),
        ...(cursor === null ? {} : { cursor }),
      })
      const rows = page.rows.map(transactionResource)
      for (const row of rows) output.data(row)
      if (count === 0 && rows.length > 0) output.say(output.bold('Booked      Amount          State     Description'))
      for (const row of rows) output.say(`${row.postedOn}  ${`${row.amount} ${row.currency}`.padStart(14)}  ${row.state.padEnd(9)} ${row.description}`)
      count += rows.length
      cursor = page.next
    } while (cursor !== null && output.lost === null)
    output.say(count === 0 ? 'No rows.' : output.dim(countOfRows(count)))
  })
}

/** The account that a person means: by id, number, last digits or name. */
export async function chooseAccount(instance: Instance, wanted: string): Promise<AccountSummary> {
  const accounts = await instance.store.accounts.list()
  const choices = accounts.map((a) => ({ ...a, names: [a.number, a.name], label: `${a.name}${a.number === null ? '' : ` ${a.number}`}` }))
  return choose('accounts', wanted, choices)
}

/** `--from` and `--to` as days; wrong ones end the command. */
export function dayRange(options: { readonly from?: string; readonly to?: string }): { from?: Day; to?: Day } {
  const read = (name: string, text: string | undefined): Day | null => {
    if (text === undefined) return null
    const day = parseDay(text)
    if (day === null) throw new CommandError(`--${name} must be a day such as 2026-01-31, not "${text}".`, 2)
    return day
  }
  const from = read('from', options.from)
  const to = read('to', options.to)
  if (from !== null && to !== null && from > to) throw new CommandError('--from lies after --to.', 2)
  return { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) }
}
