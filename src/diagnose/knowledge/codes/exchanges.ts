/**
 * Codes of exchanges for coins that programs read for their books: Binance, Kraken, KuCoin, OKX. Their keys carry rights and
 * network addresses, and requests a time; most refusals are one of these three.
 */
import { codeTable, type Reason } from '../../knowledge.ts'

/** A person copies the key from the exchange into the program: it was copied wrongly, deleted there, or is of another kind than this program asks for. */
const KEY_REFUSED: readonly Reason[] = [['credentials_invalid', 6, 'fix_credentials'], ['configuration', 2, 'fix_configuration', 'it is of another part of the exchange, or of its test system']]
const SIGNATURE_REFUSED: readonly Reason[] = [['credentials_invalid', 4, 'fix_credentials'], ['client_bug', 2, 'update_software'], ['configuration', 1, 'fix_configuration']]
const RIGHTS_OF_KEY: readonly Reason[] = [['configuration', 6, 'fix_configuration'], ['credentials_invalid', 1, 'fix_credentials'], ['account_not_authorized', 1, 'act_at_bank_site']]
const CLOCK: readonly Reason[] = [['local_network', 7, 'fix_network']]
const SERVER_AWAY: readonly Reason[] = [['institution_down', 7, 'auto_retry'], ['institution_error', 1, 'auto_retry']]

export const BINANCE = codeTable({
  system: 'binance',
  title: 'Binance',
  protocols: ['other'],
  seenBy: 'programs that read Binance with a key',
  source: 'Binance, developers.binance.com, Spot, error codes',
  doubt: 0.12,
}, [
  ['-1001', 'The server failed or did not answer in time.', SERVER_AWAY, { name: 'DISCONNECTED' }],
  ['-1007', 'The server failed or did not answer in time.', SERVER_AWAY, { name: 'TIMEOUT' }],
  ['-1008', 'The server has too much to do.', SERVER_AWAY, { name: 'SERVER_BUSY' }],
  ['-1016', 'The service is closed.', SERVER_AWAY, { name: 'SERVICE_SHUTTING_DOWN' }],
  ['-1003', 'More was asked than is allowed; who goes on is shut out for a while.', [['rate_limited', 8, 'auto_retry']], { name: 'TOO_MANY_REQUESTS' }],
  ['-1002', 'The key may not do what was asked.', RIGHTS_OF_KEY, { name: 'UNAUTHORIZED', doubt: 0.2 }],
  ['-1021', 'The clock of this host and that of the exchange differ.', CLOCK, { name: 'INVALID_TIMESTAMP' }],
  ['-1022', 'The request is not signed with the secret that belongs to the key.', SIGNATURE_REFUSED, { name: 'INVALID_SIGNATURE' }],
  ['-2014', 'The key is not one that the exchange made.', KEY_REFUSED, { name: 'BAD_API_KEY_FMT' }],
  ['-2008', 'The key is not one that the exchange made.', KEY_REFUSED, { name: 'BAD_API_ID' }],
  ['-2015', 'The key is refused: its rights, its network addresses, or the key itself.', [['configuration', 6, 'fix_configuration'], ['credentials_invalid', 2, 'fix_credentials']], { name: 'REJECTED_MBX_KEY' }],
])

/** Kraken names its errors in words: category and text, the text is the code. */
export const KRAKEN = codeTable({
  system: 'kraken',
  title: 'Kraken',
  protocols: ['other'],
  seenBy: 'programs that read Kraken with a key',
  source: 'Kraken, docs.kraken.com, Errors',
  doubt: 0.15,
}, [
  ['EAPI:InvalidKey', 'The key is not one that the exchange made.', KEY_REFUSED, { name: 'EAPI:Invalid key' }],
  ['EAPI:InvalidSignature', 'The request is not signed with the secret that belongs to the key.', SIGNATURE_REFUSED, { name: 'EAPI:Invalid signature' }],
  ['EAPI:InvalidNonce', 'The count in the request is not above the last one: two programs use one key, or the clock went back.', [['configuration', 5, 'fix_configuration', 'two programs use one key'], ['client_bug', 2, 'update_software'], ['local_network', 1, 'fix_network', 'the clock of this host is wrong']], { name: 'EAPI:Invalid nonce' }],
  ['EAPI:RateLimitExceeded', 'More was asked than is allowed.', [['rate_limited', 8, 'auto_retry']], { name: 'EAPI:Rate limit exceeded' }],
  ['EGeneral:PermissionDenied', 'The key may not do what was asked.', RIGHTS_OF_KEY, { name: 'EGeneral:Permission denied' }],
  ['EGeneral:TemporaryLockout', 'After several refused keys nothing is answered for some minutes.', [['rate_limited', 4, 'auto_retry'], ['credentials_invalid', 3, 'fix_credentials']], { name: 'EGeneral:Temporary lockout' }],
  ['EService:Unavailable', 'The service is closed.', SERVER_AWAY, { name: 'EService:Unavailable' }],
  ['EService:Busy', 'The server has too much to do.', SERVER_AWAY, { name: 'EService:Busy' }],
])

export const KUCOIN = codeTable({
  system: 'kucoin',
  title: 'KuCoin',
  protocols: ['other'],
  seenBy: 'programs that read KuCoin with a key',
  source: 'KuCoin, API documentation, error codes',
  doubt: 0.12,
}, [
  ['400001', 'A header for the sign-in is missing.', [['configuration', 3, 'fix_configuration'], ['client_bug', 3, 'update_software']]],
  ['400002', 'The clock of this host and that of the exchange differ.', CLOCK],
  ['400003', 'The key is not one that the exchange made.', KEY_REFUSED],
  ['400004', 'The passphrase is not the one that was chosen for the key; the password for trading is another.', KEY_REFUSED, { name: 'Invalid KC-API-PASSPHRASE' }],
  ['400005', 'The request is not signed with the secret that belongs to the key.', SIGNATURE_REFUSED, { name: 'Invalid KC-API-SIGN' }],
  ['400006', 'The key serves other network addresses than the one that asks.', [['configuration', 7, 'fix_configuration'], ['access_restricted', 1, 'fix_configuration']]],
  ['400007', 'The key may not do what was asked.', RIGHTS_OF_KEY],
  ['429000', 'More was asked than is allowed.', [['rate_limited', 8, 'auto_retry']]],
])

export const OKX = codeTable({
  system: 'okx',
  title: 'OKX',
  protocols: ['other'],
  seenBy: 'programs that read OKX with a key',
  source: 'OKX, API documentation, error codes',
  doubt: 0.12,
}, [
  ['50011', 'More was asked than is allowed.', [['rate_limited', 8, 'auto_retry']]],
  ['50026', 'The server failed or did not answer in time.', SERVER_AWAY],
  ['50103 50104 50106 50107', 'A header for the sign-in is missing.', [['configuration', 3, 'fix_configuration'], ['client_bug', 3, 'update_software']]],
  ['50105', 'The passphrase is not the one that was chosen for the key; the password for trading is another.', KEY_REFUSED],
  ['50111', 'The key is not one that the exchange made.', KEY_REFUSED, { name: 'Invalid OK-ACCESS-KEY' }],
  ['50112', 'The clock of this host and that of the exchange differ.', CLOCK, { name: 'Invalid OK-ACCESS-TIMESTAMP' }],
  ['50113', 'The request is not signed with the secret that belongs to the key.', SIGNATURE_REFUSED],
])
