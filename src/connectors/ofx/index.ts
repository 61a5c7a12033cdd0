/**
 * OFX Direct Connect: the protocol in which many North American banks answer accounting programs
 * directly. This folder is all that Relink knows of it; the engine knows the contract only.
 */
import type { Connector, FormField } from '../../connector-kit/connector.ts'
import { listAccounts } from './accounts.ts'
import { endsAt } from './granted.ts'
import { signIn } from './permission.ts'
import { probe, PROBES } from './probes.ts'
import { noticeIn } from './session.ts'
import { checkSettings, credentialField, originsOf, readSettings } from './settings.ts'
import { readAccount } from './statement.ts'

const FIELDS: readonly FormField[] = [
  { name: 'username', label: 'User name', hint: 'The one for the bank\'s online service; some banks give out another one for programs.', kind: 'text', required: true, isLogin: true },
  { name: 'password', label: 'Password or PIN', hint: 'Some banks want Direct Connect switched on at their own site first.', kind: 'secret', required: true, isLogin: false },
]

/** What a bank that answers programs tells its customers, and the lists of programs hold. */
const BANK_FIELDS: readonly FormField[] = [
  { name: 'url', label: 'Address for programs (OFX server)', hint: 'Begins with https://. The bank tells it where it writes of Quicken, GnuCash or “Direct Connect”; it is not the page where you sign in.', kind: 'url', required: true, isLogin: false },
  { name: 'org', label: 'ORG', hint: 'How the bank calls itself to programs, as B1 or AMEX. It stands beside the address.', kind: 'text', required: false, isLogin: false },
  { name: 'fid', label: 'FID', hint: 'The number beside ORG.', kind: 'text', required: false, isLogin: false },
]

/** Where the person gives the permission at the bank's own site, no password is typed here. */
const PERMISSION_LOGIN: FormField = { name: 'username', label: 'User name', hint: 'The one with which you sign in at the bank: Relink knows this sign-in by it. The password you type at the bank only.', kind: 'text', required: true, isLogin: true }

export const connector: Connector = {
  manifest: {
    id: 'ofx',
    name: 'OFX Direct Connect',
    protocol: 'ofx',
    fields: FIELDS,
    bankFields: BANK_FIELDS,
    withoutProfile: { profile: false },
    maxWindowDays: 730,
    overlapDays: 10,
    advice: 'Direct line to the bank, without a company in between. Some banks charge for it or want it switched on at their site. Most give 90 days to 24 months of history.',
  },
  noticeIn,
  endsAt,
  fieldsFor: (settings) => {
    const read = readSettings(settings)
    if (!read.ok) return FIELDS
    if (read.value.permission !== undefined) return [PERMISSION_LOGIN]
    return [...FIELDS, ...read.value.credentials.map((label, index): FormField => ({ name: credentialField(index), label, hint: 'The bank wants this beside the password.', kind: 'secret', required: true, isLogin: false }))]
  },
  checkSettings,
  originsOf: (settings) => {
    const read = readSettings(settings)
    return read.ok ? originsOf(read.value) : []
  },
  signIn,
  listAccounts,
  readAccount: (context, account, window) => readAccount(context, account, window),
  probes: PROBES,
  probe,
}
