/**
 * Rules on what stands in for a password where a program asks: tokens, keys and certificates of its own, and the errors of
 * OAuth in words. Who gave it out and whether it ever worked decide what a refusal of it means. Text as `text-rules.ts`
 * reads it: lower case, no accents.
 */
import type { Rule } from '../knowledge.ts'
import { NOT_AUTHENTICATED } from './text-rules.ts'

const OAUTH = 'RFC 6749 sections 5.2 and 10.4, RFC 6750 section 3.1, RFC 9700 section 4.14; servers of tokens word it so'

/** A token or what carries it is refused, not said to be over. */
const TOKEN_REFUSED = '(invalid|wrong|incorrect|bad|unknown|missing|ungultig\\w*|falsch\\w*|fehlend\\w*|неверн\\S*|недеиствительн\\S*|nieprawid[lł]ow\\w*|ogiltig\\w*|ugyldig\\w*)[^.]{0,25}(?<![a-z])(token|jeton|jwt|bearer|authori[sz]ation header|токен)|(invalid|missing|ungultig\\w*|неверн\\S*|недеиствительн\\S*)[^.]{0,20}токен|(token|jeton|jwt|authori[sz]ation header|токен)\\S*[^.]{0,40}(invalid|not (be )?(valid|verified|recogni[sz]ed|accepted|correct)|wrong|missing|malformed|verification failed|ungultig|falsch|inval|no valid|nao valid|non valid|неверн|недеиствит|nieprawidl|ogiltig)|(with|by) the given token|credentials? (are |is )?(missing|not provided)'

/** The sign-in of a program failed, and that is all that is said. */
const SIGN_IN_FAILED = 'authentication (has )?failed|authenti[fs]i\\w* (fehlgeschlagen|echouee|mislukt)|(echec|falha|fallo|fallida|errore?|ошибка|blad|помилка)[^.]{0,12}(authentif|autentic|авториз|автентиф|uwierzyt)|autenti[cz]a\\w* (fallid|fallit|falhou)|authenticatie mislukt|authori[sz]ation error'

export const TOKEN_RULES: readonly Rule[] = [
  { id: 'token-refused', source: OAUTH, because: 'The answer refuses the token or key that was shown.',
    when: { not: { text: '(refresh|security|hardware|one-?time)[ _-]?token|csrf|unexpected token|\\btan\\b' }, text: TOKEN_REFUSED },
    weights: { credentials_invalid: 1, configuration: 0.4, consent_expired: 0.5, consent_revoked: 0.4, client_bug: 0.3, institution_down: -1, account_not_authorized: -0.5, endpoint_moved: -0.7, mfa_invalid: -1 } },
  { id: 'token-refused-at-first', source: OAUTH, because: 'What this program shows for itself was never accepted: it was copied wrongly, or is of another kind.',
    when: { not: { text: '(refresh|security|hardware|one-?time)[ _-]?token|csrf|unexpected token|api ?-?key|client' }, protocol: ['other', 'teller', 'simplefin', 'lunchflow', 'salt-edge', 'pluggy', 'finicity', 'mx'], text: `${TOKEN_REFUSED}|${NOT_AUTHENTICATED}|${SIGN_IN_FAILED}|api[- ]?(schlussel|token)|(cle|clave) d.?.?api`, context: { connection: ['new', 'relinked'] } },
    weights: { credentials_invalid: 2.2, consent_expired: -1, consent_revoked: -0.8, mfa_required: -0.7 } },
  { id: 'token-used-before', source: OAUTH, because: 'A token that may be used once was used a second time: the program kept the old one, or asked twice at once.',
    when: { text: '(token|code|nonce)\\b[^.]{0,30}(already|previously|been) (been )?(used|redeemed|consumed|rotated|replaced)|(token|code|nonce)[^.]{0,20}\\b(used (before|twice|already)|reuse[d]?|rotated)|reuse of[^.]{0,20}token|\\bold (refresh )?token|token reuse|already[ _](used|redeemed)' },
    weights: { client_bug: 2.2, consent_revoked: 0.8, consent_expired: 0.5, access_restricted: -1.2, mfa_method_changed: -1.5, configuration: -0.5 } },
  { id: 'program-unknown-to-tokens', source: OAUTH, because: 'The server of tokens does not know this program, or its secret.',
    when: { not: { text: 'refresh[ _]token' }, text: '(invalid|unauthori[sz]ed|unknown)[ _]client|client (authentication failed|not found|is unknown)|(oauth )?client[^.]{0,15}not (found|known)|client secret|client_id[^.]{0,15}(not|unknown|invalid)|application[^.]{0,12}not found|invalid client cred\\w*' },
    weights: { configuration: 2.3, access_restricted: 0.3, credentials_invalid: -0.5, account_not_authorized: -1, account_not_found: -1, institution_down: -1 } },
  { id: 'own-certificate-refused', source: 'interfaces with certificates of their own for programs (Brazilian, Spanish and UK banks; EBICS, PSD2): alerts of RFC 8446 section 6.2, pages of nginx', because: 'The certificate or key with which this program shows who it is does not fit.',
    when: { not: { text: 'certificate (has |is )?expired|issuer|unknown authority|self.?signed|pkix' }, text: 'certificado[^.]{0,20}(inconsistente|incorret|invalid|nao|no |ausente|incompat)|(client|own|public)[ -]?(certificate|zertifikat)|clientzertifikat|certificat client|certificate[^.]{0,20}(not (found|registered|sent|known)|required|missing|does not match|mismatch|unknown)|no required ssl certificate|the ssl certificate error|bad certificate|certificat[^.]{0,15}(non reconnu|manquant|inconnu)|zertifikat[^.]{0,20}(nicht (registriert|gefunden|bekannt|hinterlegt)|fehlt)|сертификат[^.]{0,15}не |no start line|(load|open|read)[^.]{0,15}(key|certificate|cert)[ -]?(file)?\\b|private key|key values mismatch|bad decrypt|mac verify fail|wrong passphrase' },
    weights: { configuration: 2.2, enrollment_required: 0.8, access_restricted: 0.3, credentials_invalid: 0.3, client_bug: 0.3, institution_down: -1, account_not_found: -1 } },
]
