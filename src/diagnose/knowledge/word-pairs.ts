/**
 * Sentences of banks that no rule of `text-rules.ts` knows: what is spoken of, and what is said of it,
 * near each other in any order. Weaker than a known way of saying it, so these rules are heard only
 * where none of those is. Stems in lower case without accents, in English, German, French, Spanish, Italian, Portuguese,
 * Dutch, Polish, Czech, the Nordic languages, some Hungarian and Hebrew (whose letters know no \b); a pair
 * holds for sentences that nobody has seen, and says nothing of how they are built.
 */
import type { Rule, Weights } from '../knowledge.ts'

/** What is spoken of. */
const OF = {
  permission: 'consent|permission|authori[sz]ation|\\bsharing|\\blink(ed|s)?\\b|mandate|approval|einwilligung|zustimmung|freigabe|consent[ie]m|autorisation|autorizacion|consenso|toestemming|third.party access|berechtigung|user agreement|granted|\\bgrant\\b|zgod[ayę]|upowaznien|uprawnien|autorizaca|samtykk|samtycke|fuldmagt|suostumus|souhlas|suhlas|hozzajarul|הסכמה|הרשאה|acesso|согласи',
  app: '\\bapps?\\b|application|this product|aggregator|connected service|anwendung|tool\\b|\\baccess\\b',
  account: '\\baccounts?\\b|\\bcards?\\b|konto|\\bkarte|compte\\b|cuenta|\\bconto\\b|tarjeta|rekening|rachun|kont[aou]\\b|conta\\b|conti\\b|tili\\b|ucet|uctu|szamla|חשבון|כרטיס|kort\\b|kart[ay]\\b|rekeninge?n?|счет[аеу]?\\b|карт[аеыу]\\b|hesab|cont(ul|uri)\\b',
  person: 'signer|owner|holder|your rights?|authority|entitled|inhaber|berechtig|titulaire|titular|power of attorney|proxy|authori[sz]ed user|vollmacht|wlasciciel|posiadacz|intestatari|houder|innehavar|indehaver|majitel',
  password: 'passwords?\\b|passcode|passphrase|\\bpin\\b|passwort|kennwort|mot de passe|contrasena|wachtwoord|senha\\b|has[lł][oa]|palavra-passe|senha|parola|losenord|adgangskode|passord|salasana|hesl[oa]\\b|jelszo|סיסמ|clave\\b|codice segreto|парол|sifre|parol[ae]\\b|code (confidentiel|secret|personnel)|clave de acceso|codigo de acceso',
  login: 'log-?ins?\\b|sign-?in|sign-?on|user ?(name|id)|\\busers?\\b|credential|passwords?\\b|\\bpin\\b|zugang|benutzer|anmeld|kennwort|passwort|identifiant|usuario|utente|online access|\\bprofiles?\\b|online id|customer id|access code|logowani|uzytkownik|identyfikator|nom d.utilisateur|client n|numero client|gebruiker|inloggen|kirjautu|inloggning|anvandar|bruger|bruker|prihlas|uzivatel|felhaszn|משתמש|כניסה|accedi|accesso|iniciar sesion|clave\\b|has[lł][oa]|senha|losenord|adgangskode|salasana|jelszo|סיסמ|mot de passe|contrasena|wachtwoord|логин|парол|учетн|пользовател|вход\\b|kullanici|utilizator|phone number|account number|telefon|\\bauthentification\\b|datos introducidos|personnummer|code (confidentiel|personnel)',
  code: '\\bcodes?\\b|passcode|\\btans?\\b|\\botp\\b|verification|second factor|push|text message|texted|authenticat(or|ion)|security key|two.(step|factor)|one.time|device|\\bkod[uem]?\\b|kod sms|codice|codigo|koodi|\\bkode\\b|overovaci|קוד|verifica|verificacion|bevestig|potwierdz|authentification forte|код\\w*|смс|onay kodu|double authentification|securego|authentification forte|doble autenticacion|second facteur',
  method: 'token|sms|text codes?|security questions?|\\w*tan\\b|card reader|authenticator|sign-?in method|readers?\\b|phone calls?|e-?mail codes?|autoryzac|metod[aey]\\b|metode|methode|app-?freigabe|mobilny token|bankid|itsme|digipass',
  service: 'direct connect|\\bofx\\b|web connect|\\bhbci\\b|fints|quicken|financial software|download|this (service|connection|interface)|service|zugang|pc banking|contract|uslug[aiy]|servizio|servicio|servico|dienst\\b|tjanst|tjeneste|palvelu|sluzb|שירות|услуг|сервис',
  software: 'software|programs?\\b|\\bapps?\\b|application|product|\\bclients?\\b|quicken|quickbooks|aggregat|third.part|automat|scrap|robot|traffic|programm|tools?\\b|provider|hosting|приложени|программ',
  address: 'address|\\burl\\b|server|host\\b|endpoint|adresse|direccion|indirizzo|adres\\b|osoite|adresa|endereco',
  papers: 'message|mailbox|inbox|notice|agreement|terms|contact details|personal (data|details)|\\bform\\b|profile|identity|document|bedingungen|nachricht|mitteilung|condiciones|conditions|documents?|phone number|signature|survey|questions?|tax|consent form|news|regulamin|umow[ay]|dokument|messaggi|mensaje|mensagem|bericht|condizioni|voorwaarden|villkor|vilkar|ehdot|podmink|הודעה|תנאים|mise a jour de vos|dati personali|aktualizac|услови|анкет|документ|договор|coordonnees|donnees personnelles|datos personales|kontaktdaten|gegevens',
  requests: 'requests?\\b|downloads?\\b|download only|calls?\\b|times (a|per)|quota|sessions?\\b|signed in|logged in|anfragen|abrufe|abfragen|solicitudes|requetes|\\basked\\b|\\bdata\\b|sync|updates?\\b|refresh|zapytan|richieste|verzoek|forespors|pyynto|בקשות|tentativ|запрос',
  days: 'history|period|\\bdays\\b|\\bmonths\\b|\\byears\\b|transactions|date range|umsatze|zeitraum|tage\\b|monate|historial|historique|periodo|data before|\\bsince\\b|start date|older|dni\\b|giorni|dagen|dagar|dage\\b|paivaa|dnu|dni|ימים|historia|historico|storico|geschiedenis|movimenti|movimientos|период|днеи|истори',
  work: 'maintenance|upgrad|nightly|batch|working on|wartung|arbeiten|mantenimiento|manutenzione|entretien|onderhoud|improving|processing|renovat|moderni|repairs?\\b|technical works?|przerw|prace (techniczne|serwisowe)|konserwac|wartungs|manutencao|underhall|vedligehold|vedlikehold|huolto|udrzb|odstavk|karbantart|תחזוקה|mantencion|travaux|lavori|технически|профилакт|обслуживани|bakim',
  system: 'system|server|\\bhost|banking|\\bcore\\b|service|\\bsite\\b|platform|sistema|systeme|systemet|serwis|servico|sito\\b|sitio|applicazione|palvelu|rendszer|האתר|מערכת|сервер|банк\\w*|сервис|саит|website|internet bank|banque|banca|banco\\b',
  message: 'element|aggregate|\\btags?\\b|\\bfields?\\b|request|segment|syntax|parameter|\\bxml\\b|\\bsgml\\b|wrong order|sequence|header|format',
  clock: 'clock|computer.s? time|timestamp|dtclient|system time|uhrzeit|reloj|horloge|\\ba time\\b|your time|date and time',
  between: 'aggregation|aggregator|relay|bridge|data provider|upstream|intermediary',
} as const

/** What is said of it. */
const SAID = {
  ended: 'expir|end date|\\bended|lapse|ran out|run out|no longer valid|renew|refresh|once more|\\bagain\\b|every \\d+ days|gilt nicht mehr|abgelauf|verlanger|caduc|scadut|verlopen|perime|passed|elapsed|timed out|older than|is over|out of date|anew|ausgelaufen|erneut|renouvel|renov|wygas|uplyn|scadenz|expirad|expirou|vencid|utgatt|utlopt|udlob|vanhentu|vyprsel|lejart|פג תוקף|פגה|verlop|истек|просроч|nicht mehr gultig|n.est plus valable|ya no es valid|non (e )?piu valid',
  withdrawn: 'revok|withdr|cancel|remov|unlink|disconnect|stopp|turned off|taken back|took back|widerruf|entzogen|zuruckgezogen|revoc|retire par|ingetrokken|took away|taken away|deleted|switched off by|ended by|no longer wish|entfernt|geloscht|annul|cofnie|odwolan|wycofa|revogad|aterkall|tilbagekald|trukket|peruutet|odvolan|בוטל|בוטלה|отозван|отменен',
  closed: '\\bclosed?\\b|\\bshut|terminat|deactivat|inactiv|dormant|cancel|aufgelost|geschloss|gekundigt|cerrad|ferme\\b|cloture|chius|opgeheven|\\bended|no longer open|lost or stolen|stolen|zamknie|zlikwidow|encerrad|stangt|lukket|avsluttet|suljettu|zrusen|uzavren|נסגר|סגור|закрыт',
  unknown: 'locate|\\bfind\\b|unknown|not on file|no such|renumber|replaced|re-?issued|no longer exist|unbekannt|nicht gefunden|introuvable|desconocid|not (exist|recogni)|not among|not one of|not part of|no match|not match|not belong|nie znalezion|nieznan|non trovat|niet gevonden|hittades inte|ikke fundet|ikke funnet|ei loydy|nenalezen|nao encontrad|לא נמצא|sconosciut|onbekend|не наиден|не существует',
  notAllowed: '\\bnot\\b|no longer|\\bonly\\b|cannot|any more|without|nicht|kein|\\bpas\\b|\\bno\\b|expired|ended|removed|\\bnie\\b|\\bnon (e|ha|puo|sono|valid)|\\bniet\\b|\\binte\\b|\\bikke\\b|\\bnao\\b|geen\\b|אין |brak\\b',
  wrong: 'wrong|\\bbad\\b|incorrect|invalid|not right|unknown|mis-?match|n.t match|not match|falsch|ungultig|stimmt nicht|stimmen nicht|incorrect[oae]|errat|erron|not recogni|(do|did) not know|no match|not accept|not what|rejected|nieprawid|b[lł]edn|niepopraw|non corrett|sbagliat|onjuist|verkeerd|felaktig|forkert|\\bfeil\\b|vaara|virheel|spatn|nespravn|chybn|hibas|incorret|errad|שגוי|אינם נכונים|לא נכון|lo no son correct|неверн|неправильн|некорректн|ошибочн|verify|check\\b|verifi(ez|que)|проверьте|yanlis|gresit|hatali|niet (juist|correct)|no es (correct|valid)|nicht korrekt',
  renewed: 'reset|chang|\\bnew\\b|\\bpick\\b|choose|renew|expired|replac|andern|\\bneues|abgelauf|cambi|modifi|\\bage\\b|too old|\\bstart|initial|temporary|zmien|zmian|nowe has|cambiar|cambia\\b|wijzig|andra\\b|skift|endre|vaihda|zmenit|החלף|החלפת|לשנות|renouvel|alterar|смен(а|ить|ите)|измените|обновите|новыи|degistir|schimb',
  locked: '\\block|blocked|on hold|suspend|freez|frozen|disabled|gesperrt|deaktiv|bloque|bloccat|verrouill|zablokow|bloqu|bloccat|geblokkeerd|sparrad|sparret|laast|lukittu|zablokov|letilt|חסום|נחסם|ננעל|נעול|desactiv|disattiv|заблокир|kilit|blocat|blockera|blokkert|blokera',
  needed: 'need|requir|\\benter\\b|\\btype\\b|\\bsent\\b|texted|confirm|extra|additional|erforderlich|benotigt|eingeb|introduzca|saisi|use your|complete|switched on|tap|look at your|open the|wymagan|potwierdz|richiest|vereist|kravs|paakravet|vaaditaan|pozadovan|נדרש|הזן|inserir|necesari|inserisci|podaj|wprowadz|введите|подтверд|требуется|отправлен|girin|introduce|\\bdevez\\b|veuillez|\\bdebe\\b|freigeben|\\bapprove',
  late: '\\blate\\b|expired|in time|too old|start again|timed out|abgelauf|zu spat|rechtzeitig|too long|not approved|no answer|elapsed|wygas|uplyn|scadut|verlopen|vencid|utgatt|caducad|limite de temps|истек|просроч|не введен',
  replaced: 'replaced|no longer|instead|discontinu|retire|switch|nicht mehr|eingestellt|reemplaz|remplac',
  stops: 'no longer (support|offer|avail)|not (support|offer)|discontinu|retire|ended\\b|ends\\b|eingestellt|abgeschaltet|phase|closed|no longer (possible|work)|was stopped|\\bgone|wycofan|zakoncz|non (e )?piu|niet meer|inte langre|ikke langere|ya no\\b|n.est plus|nao (esta )?mais',
  moved: 'chang|\\bmoved|\\bnew\\b|renamed|relocat|geandert|\\bneue|nueva|nouvelle|nuovo|retired|current|elsewhere|different|zmienil|nowy adres|cambiat|gewijzigd|andrats|aendret|nueva\\b|nova\\b|переех|перенес|изменил',
  refused: 'not permit|may not|not allow|permitted|\\bden(y|ied)|refus|block|prohibit|not registered|unauthori|nicht zugelassen|nicht erlaubt|no permit|interdit|unrecogni|not accept|not recogni|not known|stopped serving|not welcome|not served|unknown|запрещ|отказано',
  old: 'upgrade|\\bupdate|current release|newer|too old|outdated|\\bversion|\\bbelow\\b|obsolete|veraltet|aktualisier|actualic|mettre a jour|latest|only ofx|no longer support|modern|too early|обновите|устарел|верси',
  missing: 'not (yet )?(signed|regist|activ|enrol|set up|subscrib|enabled|ordered)|\\bfirst\\b|sign up|\\border\\b|activate|enrol|paid feature|eingerichtet|freigeschaltet|activar|activer|\\bis off|turn(ed)? (it )?on|switch(ed)? (it )?on|\\bno\\b|\\bnot in your\\b|aktywow|aktywuj|attivar|attiva\\b|activeren|aktivera|aktivere|ativar|zarejestr|registrar|להפעיל|zrejestruj',
  wanted: '\\bread\\b|review|accept|agree|complete|confirm|update|sign\\b|lesen|bestatig|akzeptier|acept|accepter|verify|waiting|answer|provide|fill|tell us|look at|zaakceptuj|zapoznaj|accett|aceit|accepteren|godkann|godkend|hyvaksy|potvrd|przeczytaj|uzupeln|aggiorn|לאשר|לעדכן|mettre a jour|mettez a jour|actualice|aktualisier|bijwerken',
  tooMany: '\\bonly\\b|maxim|per (day|hour|minute)|a day\\b|used up|reached|\\btoo\\b|exceed|another (place|session|device)|already|limit|quota|zu viele|uberschritt|demasiad|more often|next|wait|again in|\\bhours?\\b|minutes?\\b|slow|zbyt (wiele|duzo)|przekroczon|limit\\b|troppe|te veel|for mange|for manga|liian monta|prilis mnoho|muitas|demasiados|יותר מדי|חריגה|превыш|слишком|лимит',
  tooFar: '\\bonly\\b|\\bkeep|longer|older|beyond|limit|maxim|too (far|long|many)|\\bnur\\b|zu (lang|alt)|uberschr|exced|last \\d|at most|before|earlier|no data|not available|start later|zbyt (dlug|odleg)|maksymaln|massimo|maximaal|hogst|hojst|maximo|mas de',
  until: 'until|before \\d|\\d ?[ap]\\.?m\\b|\\d\\d:\\d\\d|\\d uhr|tonight|weekend|resum|back (at|on|soon)|\\bbis\\b|hasta|jusqu|shortly|night|midnight|come back|\\bsoon|morning|in progress|now\\b|\\bdo \\d|fino a|\\btot\\b|\\btill\\b|\\btil\\b|asti\\b|ate (as|o)\\b|trwa|in corso|en curso|en cours|chwilowo|wkrotce|planowan|programm|previst|временно|позже',
  down: 'can ?not (be )?reach|unreachable|\\bdown\\b|offline|unavailable|not (respond|avail|work)|out of|nicht (erreichbar|verfugbar)|ausgefallen|no disponible|indisponible|outage|niedostepn|non disponibil|niet beschikbaar|ej tillganglig|ikke tilgangelig|utilgangelig|ei ole kaytettavissa|nedostupn|nem elerheto|indisponiv|fuori servizio|storing|awari[ai]|לא זמין|אינו זמין|תקלה|en panne|momentanement|caid[oa]\\b|недоступ|не отвечает|не работает|kullanilamiyor|indisponibil|bereikbaar|non (e|sono) .{0,15}disponibil|difficult',
  bad: 'not expected|missing|malformed|invalid|unknown|unexpected|duplicate|not valid|fehlt|fehlerhaft|parse|\\bwrong|not understood|illegal|not recogni',
  off: 'wrong|differ|\\boff\\b|ahead|behind|skew|falsch|\\bset\\b|not (correct|match)|abweich|future|past\\b|hours? (slow|fast)|too far',
  failed: '\\bdown\\b|fail|unavailable|could not|error|outage|complete|not reach|problem|nie powiodl|non riuscit|mislukt|misslyckad|mislykk|epaonnistu|selhal|falhou|fallo\\b|echec|echou|fehlgeschlag|נכשל|ошибк|не удалось',
} as const

function pair(of: keyof typeof OF, said: keyof typeof SAID, because: string, weights: Weights): Rule {
  return { id: `pair-${of}-${said}`, pair: true, when: { near: [OF[of], SAID[said]] }, because: `The answer seems to say that ${because}.`, source: 'subject and statement near each other', weights }
}

export const WORD_PAIRS: readonly Rule[] = [
  pair('permission', 'ended', 'a permission has ended', { consent_expired: 1.8, consent_revoked: 0.4 }),
  pair('permission', 'withdrawn', 'a permission was withdrawn', { consent_revoked: 1.8, consent_expired: 0.4 }),
  pair('app', 'withdrawn', 'this program was taken off a list of the person\'s', { consent_revoked: 1.6, access_restricted: 0.4 }),
  pair('account', 'closed', 'an account is closed', { account_closed: 1.8, account_not_found: 0.4 }),
  pair('account', 'unknown', 'an account is not known', { account_not_found: 1.8, account_closed: 0.3, account_not_authorized: 0.3 }),
  pair('person', 'notAllowed', 'this login has no right to an account', { account_not_authorized: 1.8 }),
  pair('login', 'wrong', 'user name or password is wrong', { credentials_invalid: 1.8, login_locked: 0.2 }),
  pair('password', 'renewed', 'a new password is wanted', { password_change_required: 2, credentials_invalid: 0.2 }),
  pair('login', 'locked', 'the login is locked', { login_locked: 2.4 }),
  pair('code', 'needed', 'a code is wanted', { mfa_required: 1.8 }),
  pair('code', 'wrong', 'a code is wrong', { mfa_invalid: 1.4 }),
  pair('code', 'late', 'a code came too late', { mfa_timeout: 1.8 }),
  pair('method', 'replaced', 'a way of checking sign-ins was replaced', { mfa_method_changed: 2 }),
  pair('service', 'stops', 'a service ends', { connection_migrated: 1.6, endpoint_moved: 0.8, protocol_outdated: 0.4 }),
  pair('service', 'missing', 'a service must be switched on first', { enrollment_required: 2 }),
  pair('software', 'refused', 'this program is not let in', { access_restricted: 2 }),
  pair('software', 'old', 'this program is too old', { protocol_outdated: 1.8 }),
  pair('address', 'moved', 'an address changed', { endpoint_moved: 1.8, connection_migrated: 0.3 }),
  pair('papers', 'wanted', 'the person should read or confirm something', { bank_action_required: 1.8 }),
  pair('requests', 'tooMany', 'it was asked too often', { rate_limited: 1.8 }),
  pair('days', 'tooFar', 'too many days were asked for', { history_limit: 1.8 }),
  pair('work', 'until', 'there is maintenance', { scheduled_maintenance: 2, institution_down: 0.4 }),
  pair('system', 'down', 'a system of the bank is down', { institution_down: 1.8, institution_error: 0.4, scheduled_maintenance: 0.4 }),
  pair('message', 'bad', 'the request was not as expected', { client_bug: 1.8, protocol_outdated: 0.3 }),
  pair('clock', 'off', 'a clock is wrong', { local_network: 2 }),
  pair('between', 'failed', 'something between this program and the bank failed', { aggregator_down: 1.6 }),
  { id: 'pair-merged', pair: true, when: { text: 'merger|merged|acqui(red|sition)|(is|are) now [a-z]|now part of|became part|has joined|new (name|provider|member number|customer number|data.sharing)|ubernommen|fusion' }, because: 'The answer seems to say that the bank is another one now.', source: 'subject and statement near each other',
    weights: { connection_migrated: 1.8, endpoint_moved: 0.4 } },
]
