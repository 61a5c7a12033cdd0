/**
 * Codes of exchanges for coins that programs read for their books: Binance. Its keys carry rights and network addresses, and
 * requests a time; most refusals are one of these three.
 */
import { codeTable } from '../../knowledge.ts'

export const BINANCE = codeTable({
  system: 'binance',
  title: 'Binance',
  protocols: ['other'],
  seenBy: 'programs that read Binance with a key',
  source: 'Binance Spot API, error codes',
  doubt: 0.12,
}, [
  ['-1003', 'More was asked than is allowed; who goes on is shut out for a while.', [['rate_limited', 8, 'auto_retry']], { name: 'TOO_MANY_REQUESTS' }],
  ['-1021', 'The clock of this host and that of the exchange differ.', [['local_network', 7, 'fix_network']], { name: 'INVALID_TIMESTAMP' }],
  ['-1022', 'The request is not signed with the secret that belongs to the key.', [['credentials_invalid', 4, 'fix_credentials'], ['client_bug', 2, 'update_software'], ['configuration', 1, 'fix_configuration']], { name: 'INVALID_SIGNATURE' }],
  ['-2014 -2008', 'The key is not one that the exchange made.', [['credentials_invalid', 6, 'fix_credentials'], ['configuration', 2, 'fix_configuration', 'it is of another part of the exchange, or of its test system']], { name: 'BAD_API_KEY_FMT' }],
  ['-2015', 'The key is refused: its rights, its network addresses, or the key itself.', [['configuration', 6, 'fix_configuration'], ['credentials_invalid', 2, 'fix_credentials']], { name: 'REJECTED_MBX_KEY' }],
])
