/**
 * OFX Direct Connect: the protocol in which many North American banks answer accounting programs
 * directly. This folder is all that Relink knows of it; the engine knows the contract only.
 */
import type { Connector } from '../../connector-kit/connector.ts'
import { listAccounts } from './accounts.ts'
import { probe, PROBES } from './probes.ts'
import { noticeIn } from './session.ts'
import { checkSettings, credentialField, originsOf, readSettings } from './settings.ts'
import { readAccount } from './statement.ts'

export const connector: Connector = {
  manifest: {
    id: 'ofx',
    name: 'OFX Direct Connect',
    protocol: 'ofx',
    fields: [
      { name: 'username', label: 'User name', hint: 'The one for the bank\'s online service; some banks give out another one for programs.', kind: 'text', required: true, isLogin: true },
      { name: 'password', label: 'Password or PIN', hint: 'Some banks want Direct Connect switched on at their own site first.', kind: 'secret', required: true, isLogin: false },
    ],
    maxWindowDays: 730,
    overlapDays: 10,
    advice: 'Direct line to the bank, without a company in between. Some banks charge for it or want it switched on at their site. Most give 90 days to 24 months of history.',
  },
  noticeIn,
  furtherFields: (settings) => {
    const read = readSettings(settings)
    return read.ok ? read.value.credentials.map((label, index) => ({ name: credentialField(index), label, hint: 'The bank wants this beside the password.', kind: 'secret', required: true, isLogin: false })) : []
  },
  checkSettings,
  originsOf: (settings) => {
    const read = readSettings(settings)
    return read.ok ? originsOf(read.value) : []
  },
  listAccounts,
  readAccount: (context, account, window) => readAccount(context, account, window),
  probes: PROBES,
  probe,
}
