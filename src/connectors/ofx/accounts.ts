/**
 * The account list (OFX 2.2 section 8.5): bank and card accounts whose transactions can be
 * downloaded. An empty list is believed to be incomplete: banks send one on bad days, and accounts
 * must not be called missing for it.
 */
import type { AccountList, ConnectorContext, ListedAccount, Outcome } from '../../connector-kit/connector.ts'
import type { OfxAccountInfo, OfxAnswer } from '../../formats/ofx/response.ts'
import { CHALLENGE_LASTS_MS } from './challenge.ts'
import { isRefusal, ofBank, refusal, withheldAnswer } from './failures.ts'
import { openSession, type Session, type Signed } from './session.ts'

const KIND_NAMES: Readonly<Record<string, string>> = { checking: 'Checking', savings: 'Savings', money_market: 'Money market', credit_line: 'Line of credit', certificate: 'Certificate', credit_card: 'Card' }

/** Signs in and lists the accounts. */
export async function listAccounts(context: ConnectorContext): Promise<Outcome<AccountList>> {
  const session = await openSession(context)
  if (!session.ok) return { kind: 'failed', ...session.failure }
  const signed = await session.value.ask('accounts', 'accounts', [{ type: 'accounts', trnuid: session.value.newTransaction() }])
  const { state, facts } = session.value
  if (signed.kind === 'challenge') return { kind: 'challenge', prompts: signed.prompts, codes: signed.codes, resume: signed.resume, expiresInMs: CHALLENGE_LASTS_MS, state }
  if (signed.kind === 'failed') return { kind: 'failed', failure: signed.failure, state, facts }
  return readList(context, session.value, signed)
}

function readList(context: ConnectorContext, session: Session, signed: Signed & { readonly kind: 'reply' }): Outcome<AccountList> {
  const { state, facts, settings } = session
  const answer: OfxAnswer | undefined = signed.response.answers.find((each) => each.of === 'ACCTINFOTRNRS')
  const named = settings.accounts.map((account): ListedAccount => ({
    ref: { bankId: account.bankId, branchId: account.branchId, number: account.number, kind: account.kind },
    name: account.name ?? nameOf(account.kind, account.number),
    currency: null,
    status: 'open',
  }))
  const refused = answer === undefined || isRefusal(answer.status)
  // Accounts named by hand are for banks that list none: they are the list, and the bank's refusal is no failure.
  if (named.length > 0 && (refused || signed.response.accounts === null)) return { kind: 'done', value: { accounts: named, complete: true }, state, facts }
  if (answer !== undefined && refused) return { kind: 'failed', failure: ofBank(refusal('accounts', [signed.signOn.status, answer.status]), context.institution.id), state, facts }
  if (signed.response.accounts === null) {
    const failure = withheldAnswer('accounts', [signed.signOn.status, answer?.status ?? null], 'The bank accepted the sign-on but sent no account list.')
    return { kind: 'failed', failure: ofBank(failure, context.institution.id), state, facts }
  }
  const read = signed.response.accounts.map(listed)
  const listedAccounts = read.filter((account) => account !== null)
  const known = new Set(listedAccounts.map((account) => account.ref.number))
  const accounts = [...listedAccounts, ...named.filter((account) => !known.has(account.ref.number))]
  return { kind: 'done', value: { accounts, complete: accounts.length > 0 && listedAccounts.length === readable(signed.response.accounts) }, state, facts }
}

/** SVCSTATUS (OFX 2.2 section 8.5.3): it could be had but was not asked for, or was asked for and is not there yet. */
const NOT_YET: ReadonlySet<string> = new Set(['AVAIL', 'PEND'])

/** Null for what no statement can be asked for: loans, investments, and entries without a number. */
function listed(info: OfxAccountInfo): ListedAccount | null {
  const { account } = info
  if (account.number === null || KIND_NAMES[account.kind] === undefined) return null
  return {
    ref: { bankId: account.bankId, branchId: account.branchId, number: account.number, kind: account.kind },
    name: account.name ?? nameOf(account.kind, account.number),
    currency: null,
    status: NOT_YET.has(info.serviceStatus?.toUpperCase() ?? '') || info.downloads === false ? 'pending' : 'open',
  }
}

function readable(infos: readonly OfxAccountInfo[]): number {
  return infos.filter((info) => KIND_NAMES[info.account.kind] !== undefined).length
}

function nameOf(kind: string, number: string): string {
  return `${KIND_NAMES[kind] ?? 'Account'} …${number.slice(-4)}`
}
