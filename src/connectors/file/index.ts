/**
 * Files as a source of an account: whatever a format reader made of an OFX, QFX, QBO, CAMT, MT940,
 * QIF or CSV file, in the pages that the engine reads from any source. It has no login and asks
 * nobody, so it is no connector of the registry; the account is the one that the file names.
 */
import { coveredDays } from '../../connector-kit/pages.ts'
import type { Page } from '../../connector-kit/connector.ts'
import type { AccountRef } from '../../domain/account.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure, StatedBalance, StatementAccount, StatementHead, StatementStream } from '../../domain/statement.ts'

export const manifest = { id: 'file', name: 'Files', protocol: 'file', advice: 'Works with every bank that lets you download statements; somebody must do so each time.' } as const

/** One page of one statement of a file. `statement` counts from 0. */
export type FilePage = { readonly statement: number; readonly head: StatementHead; readonly page: Page }

/**
 * The statements of a file as pages, in order; memory stays that of one batch of rows. Coverage and
 * balances come with a statement's last page, when its end is known. The last item is a failure when
 * the file is damaged, and then nothing before it may be kept.
 */
export async function* pagesOfStatement(stream: StatementStream): AsyncIterable<Result<FilePage, FormatFailure>> {
  let statement = -1
  let head: StatementHead | null = null
  let balances: StatedBalance[] = []
  for await (const read of stream) {
    if (!read.ok) return yield failed(read.failure)
    const part = read.value
    if (part.part === 'start') {
      statement += 1
      head = part.head
      balances = []
    }
    if (head === null) continue
    const { currency } = head
    if (part.part === 'balance') balances.push(part.balance)
    if (part.part === 'rows') yield ok({ statement, head, page: { rows: part.rows, currency, covers: null, balances: [], next: null, last: false } })
    if (part.part === 'end') yield ok({ statement, head, page: { rows: [], currency, covers: coveredDays(part.covers, null), balances, next: null, last: true } })
  }
}

/** How the engine looks the file's account up; null when the file names none and a person must say. */
export function accountRefOf(account: StatementAccount): AccountRef | null {
  return account.number === null ? null : { bankId: account.bankId, branchId: account.branchId, number: account.number, kind: account.kind }
}
