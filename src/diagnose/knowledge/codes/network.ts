/**
 * HTTP statuses and the words of operating system and TLS library, as bank feeds see them. They say
 * how far a request came, not why: 403 seldom means a wrong password, 5xx need not mean down, 429
 * need not mean too many. They count for little where a protocol code stands beside them.
 */
import { codeTable } from '../../knowledge.ts'

export const HTTP = codeTable({
  system: 'http',
  title: 'HTTP status',
  protocols: [],
  seenBy: 'banks and aggregators on the web; accounting programs show the number after "Error"',
  source: 'RFC 9110 section 15; incidents of bank-feed programs',
  doubt: 0.25,
}, [
  ['200', 'The server answered. A failure can hide in it: a page, an empty answer, a cut range, an error in the protocol.', [], { name: 'OK' }],
  ['301 308', 'The address has moved for good; the answer names the new one.', [['endpoint_moved', 6, 'update_connection'], ['connection_migrated', 1, 'reconnect']], { doubt: 0.5 }],
  ['302 303 307', 'The server sends on to another address: a new one of the bank, a page for people, such as a sign-in or a notice, or the page of a network or filter in between. A password is not sent there unasked.', [['endpoint_moved', 2, 'update_connection'], ['bank_action_required', 1.5, 'act_at_bank_site', 'a page for people is in the way'], ['password_change_required', 1.2, 'act_at_bank_site'], ['scheduled_maintenance', 1, 'wait_for_bank'], ['mfa_required', 0.8, 'update_mfa'], ['local_network', 0.7, 'fix_network', 'this network wants a sign-in of its own'], ['client_bug', 0.7, 'update_software']], { doubt: 0.9 }],
  ['400', 'The server found the request wrong: another protocol version, a moved address, or a program error.', [['client_bug', 3, 'update_software'], ['protocol_outdated', 2, 'update_connection'], ['endpoint_moved', 1.5, 'update_connection'], ['connection_migrated', 1, 'reconnect'], ['history_limit', 1, 'shorten_range'], ['configuration', 1, 'fix_configuration']], { doubt: 0.4 }],
  ['401', 'The server does not accept who asks: an ended or withdrawn permission, a token that was not renewed, the program\'s own keys, or a wrong password. People see it as "We can\'t connect to your bank".', [['consent_expired', 3, 'reconnect', 'the permission ran out'], ['client_bug', 2.5, 'update_software', 'the program did not renew its token'], ['consent_revoked', 2, 'reconnect', 'access was withdrawn'], ['configuration', 2, 'fix_configuration', 'the program\'s own keys are wrong'], ['credentials_invalid', 2, 'fix_credentials', 'the password was changed at the bank'], ['mfa_required', 0.7, 'update_mfa']], { name: 'Unauthorized' }],
  ['402', 'The provider wants to be paid first.', [['configuration', 6, 'fix_configuration'], ['access_restricted', 1, 'contact_support']], { doubt: 0.1, name: 'Payment required' }],
  ['403', 'The server refuses this caller. More often a blocked program, a missing header, an old address or a withdrawn permission than a wrong password.', [['access_restricted', 4, 'update_connection', 'the bank blocks the program or wants other headers'], ['protocol_outdated', 2, 'update_software'], ['consent_revoked', 1.5, 'reconnect'], ['endpoint_moved', 1, 'update_connection'], ['configuration', 1, 'fix_configuration'], ['mfa_required', 0.7, 'update_mfa'], ['credentials_invalid', 0.4, 'fix_credentials']], { name: 'Forbidden' }],
  ['404', 'The address does not exist there: moved, or an account or link that is gone.', [['endpoint_moved', 3, 'update_connection'], ['account_not_found', 1.5, 'reconnect'], ['institution_down', 1, 'wait_for_bank'], ['connection_migrated', 1, 'reconnect']], { doubt: 0.35, name: 'Not found' }],
  ['405 406 415', 'The server does not serve this kind of request or answer.', [['protocol_outdated', 3, 'update_software'], ['client_bug', 3, 'update_software'], ['endpoint_moved', 1, 'update_connection']]],
  ['407', 'A proxy between this host and the bank wants to know who asks.', [['local_network', 8, 'fix_network'], ['configuration', 1, 'fix_configuration']], { doubt: 0.08 }],
  ['408', 'The server waited too long for the request or for the bank behind it.', [['institution_down', 4, 'auto_retry'], ['local_network', 0.5, 'fix_network']]],
  ['409', 'Another request is in the way, or the link is suspended.', [['institution_error', 3, 'auto_retry'], ['client_bug', 1, 'update_software'], ['rate_limited', 1, 'auto_retry']], { doubt: 0.35 }],
  ['410', 'What was asked for is gone for good.', [['protocol_outdated', 4, 'update_software'], ['account_closed', 2, 'remove_account'], ['endpoint_moved', 2, 'update_connection'], ['connection_migrated', 2, 'reconnect']], { name: 'Gone' }],
  ['411 412 414 417 431', 'The server finds fault with how the request was sent, not with who sent it.', [['client_bug', 4, 'update_software'], ['protocol_outdated', 1.5, 'update_connection']], { doubt: 0.4 }],
  ['413', 'The request or the asked range is too large.', [['history_limit', 3, 'shorten_range'], ['client_bug', 1, 'update_software']], { doubt: 0.35 }],
  ['421', 'The name leads to a server that does not serve it.', [['endpoint_moved', 2, 'update_connection'], ['institution_error', 2, 'wait_for_bank'], ['client_bug', 1, 'update_software']], { doubt: 0.4 }],
  ['422', 'The server understood the request and refuses its content, often the range of days.', [['history_limit', 3, 'shorten_range'], ['client_bug', 3, 'update_software']]],
  ['423', 'What was asked for is locked.', [['login_locked', 4, 'unlock_at_bank']], { doubt: 0.35 }],
  ['426', 'The server wants a newer protocol.', [['protocol_outdated', 6, 'update_software']]],
  ['428', 'The server wants a further step first, mostly a code.', [['mfa_required', 4, 'update_mfa'], ['client_bug', 1, 'update_software']]],
  ['429', 'Too many requests, or a filter that takes us for a robot.', [['rate_limited', 8, 'auto_retry'], ['client_bug', 1, 'update_software'], ['access_restricted', 0.7, 'contact_support']], { doubt: 0.1, name: 'Too many requests' }],
  ['451', 'Refused for legal reasons, for example by country.', [['access_restricted', 6, 'contact_bank']]],
  ['500', 'The server failed. Sometimes it fails on a request it does not expect, such as one without its cookies or of an old version.', [['institution_error', 3, 'wait_for_bank'], ['institution_down', 1.5, 'wait_for_bank'], ['aggregator_down', 1.5, 'auto_retry'], ['protocol_outdated', 1, 'update_software'], ['client_bug', 1, 'update_software']], { doubt: 0.35 }],
  ['501 505', 'The server does not serve this kind or version of request.', [['protocol_outdated', 5, 'update_connection'], ['endpoint_moved', 1, 'update_connection']]],
  ['502 504', 'The server in front got no answer from the one behind it.', [['institution_down', 5, 'auto_retry'], ['aggregator_down', 1.5, 'auto_retry'], ['institution_error', 1, 'auto_retry']], { doubt: 0.15 }],
  ['503', 'Closed for the moment: an outage, maintenance, or too much traffic; sometimes a request without the bank\'s identification.', [['institution_down', 4, 'wait_for_bank'], ['scheduled_maintenance', 2.5, 'wait_for_bank'], ['aggregator_down', 1, 'auto_retry'], ['endpoint_moved', 0.5, 'update_connection'], ['configuration', 0.5, 'fix_configuration']], { name: 'Service unavailable', doubt: 0.1 }],
  ['511', 'The network of this host wants a sign-in of its own before it lets anything through.', [['local_network', 8, 'fix_network']], { doubt: 0.08 }],
  ['520 521 522 523 524 530', 'A content network in front got no good answer from the server behind it.', [['aggregator_down', 4, 'auto_retry'], ['institution_down', 3, 'auto_retry']]],
  ['525 526', 'A content network in front finds no server with a good certificate behind it: a fault there, or a name that is no longer served.', [['institution_error', 4, 'contact_bank'], ['endpoint_moved', 3, 'update_connection', 'the name is no longer served'], ['aggregator_down', 2, 'auto_retry']], { source: 'Cloudflare documentation, 5xx errors; incidents of bank-feed programs' }],
])

export const NETWORK = codeTable({
  system: 'network',
  title: 'Network and TLS',
  protocols: [],
  seenBy: 'the operating system and the TLS library of this host',
  source: 'Node.js error codes; names of Chromium, as programs that steer it print them; RFC 8446; incidents of bank-feed programs',
  doubt: 0.2,
}, [
  ['ENOTFOUND ERR_NAME_NOT_RESOLVED EAI_NONAME EAI_NODATA', 'The name of the bank\'s server does not exist in the name service that this host asks.', [['local_network', 5, 'fix_network'], ['endpoint_moved', 2.5, 'update_connection'], ['institution_down', 1, 'wait_for_bank'], ['aggregator_down', 1, 'auto_retry']]],
  ['EAI_AGAIN EAI_FAIL ERR_NAME_RESOLUTION_FAILED', 'The name service did not answer this host.', [['local_network', 8, 'fix_network'], ['institution_down', 0.5, 'wait_for_bank']], { doubt: 0.1 }],
  ['ECONNREFUSED ERR_CONNECTION_REFUSED', 'The server is there, but nothing listens at the port.', [['institution_down', 5, 'wait_for_bank'], ['endpoint_moved', 1, 'update_connection'], ['configuration', 1, 'fix_configuration'], ['local_network', 1, 'fix_network']]],
  ['ECONNRESET EPIPE UND_ERR_SOCKET ERR_CONNECTION_RESET ERR_CONNECTION_CLOSED ERR_EMPTY_RESPONSE SSL_ERROR_SYSCALL ERR_STREAM_PREMATURE_CLOSE', 'The server, or something between, broke the connection off.', [['institution_down', 6, 'auto_retry'], ['access_restricted', 1.5, 'update_connection'], ['protocol_outdated', 1, 'update_software'], ['local_network', 1, 'fix_network']]],
  ['ETIMEDOUT ESOCKETTIMEDOUT ERR_TIMED_OUT ERR_CONNECTION_TIMED_OUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT ECONNABORTED', 'No answer came in time.', [['institution_down', 5, 'auto_retry'], ['access_restricted', 1, 'update_connection'], ['local_network', 1, 'fix_network'], ['aggregator_down', 0.7, 'auto_retry']]],
  ['EMSGSIZE', 'The answer is larger than any honest one.', [['institution_error', 5, 'auto_retry'], ['client_bug', 1, 'update_software']]],
  ['EHOSTUNREACH ENETUNREACH ERR_INTERNET_DISCONNECTED ERR_ADDRESS_UNREACHABLE ERR_NETWORK_CHANGED ENETDOWN EADDRNOTAVAIL', 'This host has no way to the server.', [['local_network', 6, 'fix_network'], ['institution_down', 1, 'wait_for_bank']]],
  ['EPROTO ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_PROTOCOL_ERROR ERR_SSL_VERSION_OR_CIPHER_MISMATCH ERR_SSL_UNSUPPORTED_PROTOCOL ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE ERR_SSL_DH_KEY_TOO_SMALL ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED ERR_SSL_NO_PROTOCOLS_AVAILABLE', 'Both sides could not agree on a version or method of encryption.', [['protocol_outdated', 6, 'update_software'], ['local_network', 1, 'fix_network'], ['access_restricted', 0.7, 'contact_support']]],
  ['ERR_PROXY_CONNECTION_FAILED ERR_TUNNEL_CONNECTION_FAILED', 'A proxy stands between this host and the bank, and lets nothing through.', [['local_network', 8, 'fix_network'], ['configuration', 1, 'fix_configuration']], { doubt: 0.1 }],
  ['HPE_INVALID_CONSTANT HPE_INVALID_VERSION HPE_INVALID_HEADER_TOKEN HPE_INVALID_CHUNK_SIZE HPE_HEADER_OVERFLOW UND_ERR_HEADERS_OVERFLOW', 'What came back is no HTTP that this host can read.', [['institution_error', 3, 'auto_retry'], ['client_bug', 2, 'update_software'], ['local_network', 1.5, 'fix_network'], ['endpoint_moved', 1, 'update_connection']], { doubt: 0.3 }],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED ERR_SSL_TLSV1_ALERT_UNKNOWN_CA ERR_BAD_SSL_CLIENT_AUTH_CERT', 'The server wants a certificate of the program, and does not take the one that it got.', [['configuration', 6, 'fix_configuration'], ['client_bug', 1, 'update_software']], { doubt: 0.15 }],
  ['CERT_HAS_EXPIRED ERR_CERT_DATE_INVALID', 'A certificate has ended: the bank\'s, or the trust store of this host is old, or its clock is wrong.', [['institution_error', 3, 'contact_bank'], ['local_network', 2, 'fix_network', 'the trust store or clock of this host'], ['client_bug', 1.5, 'update_software', 'the program carries an old trust store'], ['aggregator_down', 1, 'auto_retry']]],
  ['CERT_NOT_YET_VALID', 'The certificate is not valid yet; mostly the clock of this host is behind.', [['local_network', 6, 'fix_network'], ['institution_error', 1, 'contact_bank']]],
  ['CERT_REVOCATION_CHECK_FAILED', 'It could not be checked whether the certificate was withdrawn.', [['local_network', 6, 'fix_network']]],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE ERR_CERT_AUTHORITY_INVALID UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_UNTRUSTED', 'The chain of certificates does not end in one that this host trusts.', [['local_network', 3, 'fix_network', 'an old trust store, or a filter that reads the traffic'], ['configuration', 3, 'fix_configuration'], ['institution_error', 2, 'contact_bank', 'the bank does not send its intermediate certificate']]],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'A certificate of somebody between this host and the bank, mostly a filter that reads the traffic.', [['local_network', 5, 'fix_network'], ['configuration', 2, 'fix_configuration']]],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'The server shows a certificate that nobody vouches for.', [['configuration', 4, 'fix_configuration'], ['local_network', 2, 'fix_network'], ['institution_error', 1, 'contact_bank']]],
  ['ERR_TLS_CERT_ALTNAME_INVALID ERR_CERT_COMMON_NAME_INVALID', 'The certificate belongs to another name: a moved server, a wrong address, or something between.', [['endpoint_moved', 4, 'update_connection'], ['configuration', 2, 'fix_configuration'], ['local_network', 1.5, 'fix_network'], ['institution_error', 1, 'contact_bank']]],
  ['CERT_REVOKED', 'The certificate of the server was withdrawn.', [['institution_error', 5, 'contact_bank']]],
])
