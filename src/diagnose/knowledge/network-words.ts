/**
 * What network and TLS libraries say in words where they name no error: each sentence stands for one name of the table of
 * network errors (codes/network.ts). Only the libraries' own wording counts; that a bank "cannot be reached" in somebody's
 * words is told by rules on words.
 */
type NetworkWords = { readonly error: string; readonly text: string; readonly source: string }

const RESOLVERS = 'messages of glibc, macOS and Windows resolvers, curl 6, Go net, java.net.UnknownHostException, .NET HttpRequestException'
const SOCKETS = 'strerror of Linux, macOS and Winsock, curl 7, 28, 35, 52 and 56, Go net, java.net, Python http.client and urllib3'
const CERTIFICATES = 'X509_verify_cert_error_string of OpenSSL, GnuTLS, Go crypto/x509, Java PKIX, Windows SChannel, curl 51 and 60, Chromium net errors'
const HANDSHAKES = 'alerts of RFC 8446 section 6 in the words of OpenSSL, GnuTLS, NSS, Go crypto/tls and Java JSSE'

/** More particular ones first: a failed verification names its reason at the end of the sentence. In text as `read` gives it: lower case, no accents. */
export const NETWORK_WORDS: readonly NetworkWords[] = [
  { error: 'CERT_HAS_EXPIRED', source: CERTIFICATES, text: 'certificate (has|is) expired|expired certificate|certificate expired|certificateexpired|sec_error_expired|validity check failed' },
  { error: 'CERT_NOT_YET_VALID', source: CERTIFICATES, text: 'certificate is not (yet|activated)|certificatenotyetvalid|not yet (valid|activated)' },
  { error: 'ERR_TLS_CERT_ALTNAME_INVALID', source: CERTIFICATES, text: "hostname.{0,80}(mismatch|(doesn'?t|does not) match|not verified)|certificate is (not )?valid for|no (alternative|subject alternative) (certificate )?(subject )?(dns )?names?|(doesn'?t|does not) match (the )?(target )?(host|certificate|altnames)|altnames|ssl_error_bad_cert_domain|remotecertificatenamemismatch|common name invalid" },
  { error: 'SELF_SIGNED_CERT_IN_CHAIN', source: CERTIFICATES, text: 'self[- ]signed certificate in (the )?(certificate )?chain' },
  { error: 'DEPTH_ZERO_SELF_SIGNED_CERT', source: CERTIFICATES, text: 'self[- ]signed cert' },
  { error: 'CERT_REVOKED', source: CERTIFICATES, text: 'certificate (was |has been |is )?revoked' },
  { error: 'CERT_REVOCATION_CHECK_FAILED', source: CERTIFICATES, text: 'revocation (server|status|function|check)[^.]{0,40}(offline|unable|unknown|fail)|(unable|could not)[^.]{0,20}check revocation' },
  { error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', source: CERTIFICATES, text: "unable to get (local )?issuer|unable to verify the first certificate|certificate signed by unknown authority|unknown_?ca\\b|unknown ca\\b|pkix path|unable to find valid certification path|sec_error_unknown_issuer|trust anchor for certification path|certificate_verify_failed|certificate verify failed|peer certificate cannot be authenticated|ssl certificate problem|remotecertificatechainerrors|remote certificate (is|was) (invalid|rejected)|trust relationship for the ssl|peer'?s certificate (issuer )?(is|was) (not|unknown)|signer not found" },
  { error: 'EPROTO', source: HANDSHAKES, text: 'alert (protocol version|handshake failure|insufficient security|number (40|70|71)|internal error)|alert: (handshake|protocol)|handshake_failure|handshake failure|sslhandshakeexception|wrong version number|wrong_version_number|unsupported protocol|unsupported_protocol|no protocols available|no shared cipher|no ciphers? (available|overlap)|cipher mismatch|version_or_cipher_mismatch|dh[ _]key[ _]too[ _]small|(ee|ca)[ _](key|md)[ _]too[ _](small|weak)|unsafe[ _]legacy[ _]renegotiation|no appropriate protocol|not create ssl/tls secure channel|tls handshake fail|handshake (has )?failed|bad signature type' },
  { error: 'EAI_AGAIN', source: RESOLVERS, text: 'temporary failure in name resolution|try again later[^.]{0,10}getaddrinfo|server misbehaving|name resolution timed out|resolving timed out|dns[^.]{0,30}(timed? ?out|timeout|servfail|server failure)|no resolver|no nameservers?' },
  { error: 'ENOTFOUND', source: RESOLVERS, text: "name or service not known|nodename nor servname|no such host|unknownhost|could(n'?t| not) resolve host|(failed|unable) to resolve '?[a-z0-9.-]+\\.[a-z]|remote name could not be resolved|no address associated with|nxdomain|server name[^.]{0,20}not be resolved|name does not resolve" },
  { error: 'ECONNREFUSED', source: SOCKETS, text: "connection refused|actively refused|refused to connect|connexion refusee|verbindungsaufbau abgelehnt|conexion rehusada|connessione rifiutata" },
  { error: 'EHOSTUNREACH', source: SOCKETS, text: 'no route to host|network is (unreachable|down)|host is (unreachable|down)|unreachable (host|network)|internet connection appears to be offline|a socket operation was attempted to an unreachable' },
  { error: 'ETIMEDOUT', source: SOCKETS, text: "(connect(ion)?|read|socket|operation|handshake) ?timed? ?out\\b(?! of)|(^|[:(\\n] ?)request timed? ?out\\b|connect(ion)?timeout|readtimeout|connection timeout|timeout(error)? (of \\d+ ?ms )?exceeded|i/o timeout|context deadline exceeded|deadline exceeded|(did(n'?t| not) properly respond after a period)|operation timed out|timed out after \\d|resource temporarily unavailable|opentimeout|faraday::timeout|httpclient\\.timeout|taskcanceledexception|failed to connect to /?\\d+\\.\\d" },
  { error: 'ECONNRESET', source: SOCKETS, text: "connection (was )?(reset|aborted)|reset by (the )?peer|forcibly closed|broken pipe|socket hang ?up|remote ?(end|host)?[^.]{0,8}(disconnected|closed (the )?connection)|eof occurred in violation|unexpected eof (while )?(reading|on)|empty reply from server|server closed the connection|connection closed (by|before|unexpectedly)|prematurely closed|unexpected end of (stream|file from server)|nohttpresponse|bad_?status_?line|other side closed" },
]
