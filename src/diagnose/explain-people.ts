/**
 * What people say is the matter, where no code and no text of a bank is at hand: "it asks for a code every time", "transactions are
 * missing". Heard by `explain` alone; what banks say is in `knowledge/text-rules.ts`. Pure.
 */
import type { CauseCode } from '../domain/cause.ts'
import { message } from '../language/language.ts'

/** `causes`: what may be behind it, weighed as often as each occurs; empty: no fault of a connection. */
export type Complaint = { readonly meaning: string; readonly causes: readonly CauseCode[] }

const COMPLAINTS: readonly (Complaint & { readonly says: RegExp })[] = [
  {
    says: /\b(duplicat\w*|doubled?|twice|missing|lost|gone)\b.*\b(transactions?|rows?|bookings?|entries)\b|\b(transactions?|rows?|bookings?|entries)\b.*\b(duplicat\w*|doubled?|twice|missing|lost|gone)\b|\bbalances?\b.*\b(wrong|off|differs?|incorrect)\b|\bwrong balance\b|(umsätze|buchungen).*\b(fehlen|fehlt|doppelt|weg)\b|(fehlende|doppelte) (umsätze|buchungen)|(saldo|kontostand).*(falsch|stimmt nicht|weicht)/,
    meaning: message('That is about rows, not about a connection. The balances of the bank prove the days: the page of the account names the day that does not add up, and the row that is missing, doubled or turned.'), causes: [],
  },
  {
    says: /\b(bank|institution)s?\b.*\b(not found|not listed|not supported|is missing)\b|\b(can.?t|cannot|can not|do ?n.t) (find|see) (my|the|our) (bank|institution)\b|\bmy bank is( not|n.t) (in|on|listed|there)\b|\bbank\b.*\b(nicht gefunden|fehlt|nicht dabei|nicht aufgeführt|nicht unterstützt)|\bfinde (meine|die) bank nicht/,
    meaning: message('That is about finding a bank, not about a connection that broke. Its web address finds more than its name. A bank that is not listed is added by the address of its server for programs, which the bank tells; and the files that it offers can always be imported: the rows are the same.'), causes: [],
  },
  {
    says: /\b(pending|holds?|authori[sz]ations?)\b.*\b(stuck|forever|stays?|never|days|weeks|still|not clearing|does ?n.t clear)\b|\b(stuck|stays?|still|always)\b.*\bpending\b|\b(vorgemerkt|vormerkung|vorgemerkte)\b.*\b(bleibt|bleiben|hängt|ewig|noch immer|immer noch)\b|\b(bleibt|bleiben|noch immer|immer noch) vorgemerkt/,
    meaning: message('That is about rows, not about a connection. A pending row waits until the bank books it or lists it no longer; then Relink books it, or takes it back, at the next read. Hotels and petrol stations hold money for up to a month.'), causes: [],
  },
  {
    says: /^how (do|can|to)\b.*\breconnect\b|^wie\b.*\b(neu|wieder) verbinden\b/,
    meaning: message('By “Try another sign-in” on the page of the connection, or by `relink reconnect`: what would change is shown before anything does, accounts and rows stay, and it can be taken back. Try the steps that the page names first: most broken feeds need no new connection.'), causes: [],
  },
  {
    says: /\b(asks?|asking|wants?|demands?|requires?|needs?)\b.*\b(codes?|tan|otp|2fa|mfa|verification|approval)\b|(verlangt|fragt|will|braucht)\b.*\b(code|tan|freigabe|bestätigung)\b/,
    meaning: message('The bank wants a second factor. Some ask at every sign-in: then reads happen when you are there.'), causes: ['mfa_required', 'mfa_method_changed', 'bank_action_required'],
  },
  {
    says: /\b(password|pin|login|credentials?)\b.*\b(is|are) (right|correct|valid)\b|\b(right|correct) (password|pin|login|credentials?)\b|(passwort|pin|zugangsdaten)\b.*\b(richtig|stimmt|stimmen|korrekt)\b/,
    meaning: message('A sign-in that is right is refused where something else is wanted first, or where programs need another one.'), causes: ['enrollment_required', 'bank_action_required', 'password_change_required', 'login_locked', 'mfa_required', 'configuration', 'credentials_invalid'],
  },
  {
    says: /\b(new|changed|changes|moved|another|different)\b.*\b(web ?site|site|portal|provider|system)\b|\bbank (has )?(been )?(merged|taken over|moved|changed)\b|\bneue[rns]? (bank|seite|webseite|portal)\b|\bbank\b.*\b(fusioniert|umgestellt|übernommen)\b/,
    meaning: message('A bank that changes its systems takes the old way away, or wants a new sign-in.'), causes: ['connection_migrated', 'endpoint_moved', 'protocol_outdated', 'mfa_method_changed', 'credentials_invalid'],
  },
  {
    says: /\b(can.?t|cannot|can not|unable to|won.?t|does ?n.t|not) (connect|sync\w*|updat\w*|load\w*|work\w*)\b|\b(feed|bank|connection|account|sync\w*|updates?)\b.*\b(stopp\w*|broken|fails?|failing|stuck)\b|(verbindung|abruf|bank)\b.*\b(geht nicht|funktioniert nicht|klappt nicht|abgebrochen)/,
    meaning: message('Every broken feed looks so. These are behind it most often; the code or the text that is shown tells which it is.'),
    causes: ['institution_down', 'institution_error', 'credentials_invalid', 'mfa_required', 'consent_expired', 'bank_action_required', 'login_locked', 'connection_migrated'],
  },
]

/** Null where it is none of these. */
export function complaintIn(asked: string): Complaint | null {
  const said = asked.normalize('NFC').trim().toLowerCase().replaceAll('’', "'")
  return COMPLAINTS.find(({ says }) => says.test(said)) ?? null
}
