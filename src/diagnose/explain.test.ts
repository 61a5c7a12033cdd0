/** `explain` for every code of the reference tables, in the ways people write codes. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ACTION_WORDS } from './knowledge/action-words.ts'
import { TABLES } from './knowledge/tables.ts'
import { explain, explanationLines } from './explain.ts'

const REFERENCE = process.env['RELINK_SHARED'] ?? new URL('../../../shared', import.meta.url).pathname
const systems = (code: string) => explain(code).map(({ system }) => system)

test('codes are understood as people write them', () => {
  const written: readonly (readonly [string, string, string])[] = [
    ['error 103', 'quickbooks', '103'], ['QuickBooks error 324', 'quickbooks', '324'], ['OL-301', 'quicken', 'OL-301'], ['ol 301', 'quicken', 'OL-301'],
    ['ITEM_LOGIN_REQUIRED', 'plaid', 'ITEM_LOGIN_REQUIRED'], ['item login required', 'plaid', 'ITEM_LOGIN_REQUIRED'], ['9931', 'fints', '9931'],
    ['con.auth', 'simplefin', 'con.auth'], ['Error code: 15500', 'ofx', '15500'], ['91103', 'ebics', '091103'], ['ENOTFOUND', 'network', 'ENOTFOUND'],
    ['CERT_HAS_EXPIRED', 'network', 'CERT_HAS_EXPIRED'], ['http 503', 'http', '503'], ['UK.OBIE.Header.Missing', 'obie', 'UK.OBIE.Header.*'],
    ['con.auth.something.new', 'simplefin', 'con.auth'], ['OL-301-A', 'quicken', 'OL-301'], ['ol 301 a', 'quicken', 'OL-301'], ['OL-332-A', 'quicken', 'OL-332'],
    ['FDP-103', 'quickbooks', '103'], ['cc-501', 'quicken', 'CC-501'], ['CC 501', 'quicken', 'CC-501'], ['Quicken error CC-502', 'quicken', 'CC-502'],
    ['HBCI 9942', 'fints', '9942'], ['9931 - Sperrung des Kontos', 'fints', '9931'], ['[9931]', 'fints', '9931'], ['code=9931', 'fints', '9931'],
    ['EBICS_INVALID_USER_STATE 091002', 'ebics', '091002'], ['EBICS_INVALID_USER_STATE', 'ebics', '091004'], ['USER_OR_USER_STATE', 'ebics', '091002'],
    ['consent expired', 'berlin-group', 'CONSENT_EXPIRED'], ['ConsentExpired', 'salt-edge', 'ConsentExpired'], ['AccessExpired', 'gocardless', 'AccessExpiredError'],
    ['Access expired', 'gocardless', 'AccessExpiredError'], ['SCA_METHOD_UNKNOWN', 'berlin-group', 'SCA_METHOD_UNKNOWN'], ['429', 'http', '429'],
    ['429 Too Many Requests', 'http', '429'], ['too many requests', 'http', '429'], ['Unauthorized', 'http', '401'], ['503 Service Unavailable', 'http', '503'],
    ['invalidPassword', 'scraper', 'INVALID_PASSWORD'], ['account locked', 'pluggy', 'ACCOUNT_LOCKED'], ['getaddrinfo ENOTFOUND', 'network', 'ENOTFOUND'],
    ['net::ERR_CERT_DATE_INVALID', 'network', 'ERR_CERT_DATE_INVALID'], ['EGeneral:Temporary lockout', 'kraken', 'EGeneral:TemporaryLockout'],
  ]
  for (const [asked, system, code] of written) {
    const found = explain(asked)[0]
    assert.deepEqual([found?.system, found?.code], [system, code], asked)
  }
})

test('"401" and "Error 401" say what people see and name several causes', () => {
  for (const asked of ['401', 'Error 401', 'error code 401']) {
    const [best] = explain(asked)
    assert.equal(best?.system, 'http')
    assert.match(best?.meaning ?? '', /can't connect to your bank/)
    assert.ok((best?.causes.length ?? 0) >= 4)
    assert.ok(best?.causes.every(({ likelihood, relinkDoes }) => /in 10\)/.test(likelihood) && relinkDoes.startsWith('Relink ')))
  }
  assert.ok(systems('401').includes('teller'))
})

test('words that are no code say what a diagnosis hears in them', () => {
  for (const [asked, cause] of [['wrong password', 'credentials_invalid'], ['Falsche PIN', 'credentials_invalid'], ['gesperrt', 'login_locked'], ['consent was withdrawn', 'consent_revoked']] as const) {
    const [only, ...rest] = explain(asked)
    assert.deepEqual([only?.system, only?.causes[0]?.cause, rest.length], ['words', cause, 0], asked)
    assert.ok((only?.causes.reduce((sum, { p }) => sum + p, 0) ?? 1) < 1 && only?.source !== '')
  }
  for (const asked of ['hello there', 'OL-220-A', 'CC-999', 'BAD_REQUEST.ASPSP']) assert.equal(explain(asked)[0]?.system, 'unknown', asked)
})

// Fails when: what people say, who have no code at hand, is an unknown code (all of these were), or names a cause although the rows are meant.
test('what people say is the matter leads to what may be behind it, or to the rows', () => {
  for (const [asked, cause] of [
    ['my bank asks for a code every time', 'mfa_required'], ['Bank verlangt jedes Mal TAN', 'mfa_required'], ['my password is right but the bank refuses', null], ['bank feed stopped updating', null], ['cannot connect', null],
    ['bank changed its website', null], ['transactions missing after reconnect', undefined], ['Umsätze fehlen', undefined], ['the balance is wrong', undefined],
    // Seen: Plaid's code for a request that is not what it expects.
    ['bank not found', undefined], ['I can’t find my bank', undefined], ['Meine Bank fehlt', undefined], ['transactions stuck in pending', undefined], ['how do I reconnect', undefined], ['a bank transaction is missing', undefined], ['bank is not available', 'institution_down'],
  ] as const) {
    const [first] = explain(asked)
    assert.deepEqual([first?.system, first?.near.length], ['words', 0], asked)
    assert.ok(cause === undefined ? first?.causes.length === 0 : cause === null ? (first?.causes.length ?? 0) >= 3 : first?.causes[0]?.cause === cause, asked)
    assert.ok((first?.causes.reduce((sum, { p }) => sum + p, 0) ?? 1) < 1, asked)
  }
  assert.match(explain('hello there')[0]?.meaning ?? '', /^Relink knows no cause by these words\./)
})

// Fails when: one vendor's code goes before what everybody says (seen: MX for "locked", the keys of programs for a certificate that has ended).
test('one word that many say, and what every library says, come before the code that one system has for it', () => {
  assert.deepEqual(systems('locked').slice(0, 2), ['words', 'mx'])
  assert.deepEqual([systems('certificate expired')[0], systems('Certificate has expired')[0]], ['network', 'network'])
})

// Fails when: words of a language are not known (all of these were not), or letters of Korea and Turkey are looked for as nobody's text is read.
test('a wrong password, a lock and maintenance in the words of more languages', () => {
  const said = {
    credentials_invalid: ['mot de passe refusé', 'contraseña rechazada', 'password rifiutata', 'PIN abgelehnt', 'identifiant inconnu', 'fel lösenord', 'feil passord', 'heslo není správné', 'yanlış şifre', 'パスワードが違います', '密码错误', '비밀번호가 틀립니다'],
    login_locked: ['账户已锁定', 'アカウントがロックされました', '계정이 잠겼습니다'],
    scheduled_maintenance: ['系统维护中', 'システムメンテナンス中', '시스템 점검 중'],
  }
  for (const [cause, sentences] of Object.entries(said)) for (const sentence of sentences) assert.equal(explain(sentence)[0]?.causes[0]?.cause, cause, sentence)
})

// Fails when: one system's own meaning of a word that all use comes first (seen: a code that came too late for "expired", a permission withdrawn for "closed").
test('one word that many systems have in their codes is explained by all of them, before the one that calls a code so', () => {
  for (const [word, cause] of [['expired', 'consent_expired'], ['closed', 'account_closed'], ['Expired', 'consent_expired']] as const) {
    const [first, second] = explain(word)
    assert.deepEqual([first?.system, first?.causes[0]?.cause, second?.system], ['words', cause, 'mx'], word)
    assert.ok((first?.causes.reduce((sum, { p }) => sum + p, 0) ?? 1) < 1 && first?.source.includes(', '))
  }
  assert.deepEqual([explain('EXPIRED')[0]?.system, explain('locked')[0]?.causes[0]?.cause], ['mx', 'login_locked'], 'in capitals it is the code')
  for (const word of ['error', 'invalid']) assert.notEqual(explain(word)[0]?.system, 'words', `${word}: of everything, so of nothing`)
})

test('an unknown code is explained as unknown, with codes that look alike', () => {
  const [only, ...rest] = explain('ITEM_LOGIN_REQIRED')
  assert.equal(rest.length, 0)
  assert.equal(only?.system, 'unknown')
  assert.ok(only?.near.some(({ code }) => code === 'ITEM_LOGIN_REQUIRED'))
  assert.equal(explain('qqqqqqq')[0]?.system, 'unknown')
  assert.equal(explain('')[0]?.system, 'unknown')
})

// Fails when: words are looked up among the sentences of banks only (seen): what every library says of a certificate was not known.
test('what a library says of the network in words is explained as the error it has a name for', () => {
  for (const [said, code] of [['certificate has expired', 'CERT_HAS_EXPIRED'], ['Zertifikat abgelaufen', 'CERT_HAS_EXPIRED'], ['self signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'], ['unable to get local issuer certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'], ['socket hang up', 'ECONNRESET'], ['Name or service not known', 'ENOTFOUND']] as const)
    assert.deepEqual(explain(said).map((one) => [one.system, one.code]), [['network', code]], said)
})

test('words of people who wait for an approval, a setting or a service that was taken away', () => {
  for (const [said, cause] of [['Zeitüberschreitung', 'institution_down'], ['TAN: Zeitüberschreitung', 'mfa_timeout'], ['pushTAN nicht bestätigt', 'mfa_timeout'], ['The sign-in was not approved in the app', 'mfa_timeout'], ['The API is configured incorrectly', 'configuration'], ['Der Zugang ist falsch eingerichtet', 'configuration'], ['The download has been removed', 'endpoint_moved']] as const)
    assert.equal(explain(said)[0]?.causes[0]?.cause, cause, said)
})

// Fails when: words are taken for a certificate that speak of a bank, or a period that is over and an answer without rows are not known (seen).
test('a period that is over, an answer without rows and what people read instead of a code', () => {
  for (const said of ['90 Tage abgelaufen', '90 days expired', 'Die 90 Tage sind vorbei']) assert.equal(explain(said)[0]?.causes[0]?.cause, 'consent_expired', said)
  for (const said of ['no transactions', 'keine Umsätze', 'No new transactions since Tuesday']) assert.match(explain(said)[0]?.meaning ?? '', /no failure by itself/, said)
  for (const said of ["We can't connect to your bank", 'we can’t connect to your bank.']) assert.deepEqual([explain(said)[0]?.system, explain(said)[0]?.code], ['http', '401'], said)
  for (const said of ['Die Verbindung zur Bank ist fehlgeschlagen', 'connection to the bank failed']) assert.equal(explain(said)[0]?.causes[0]?.cause, 'institution_down', said)
  assert.equal(explain('unable to verify financial institution')[0]?.system, 'unknown')
  assert.equal(explain('nur 90 Tage')[0]?.causes[0]?.cause, 'history_limit')
})

// Fails when: only codes are known (seen): five of the eight families, as accounting programs list them, were unknown words.
test('the eight families and the causes are explained by their own names', () => {
  for (const [asked, family] of [['bank server problems', 'bank_server'], ['Authentication issues', 'authentication'], ['account closed or inactive', 'account'], ['Multi-factor authentication', 'mfa'], ['Outdated connection', 'outdated'], ['bank restrictions', 'restriction'], ['Maintenance or temporary outage', 'maintenance'], ['our own side', 'own_side'], ['login_locked', 'authentication'], ['client_bug', 'own_side']] as const) {
    const [own] = explain(asked)
    assert.deepEqual([own?.system, new Set(own?.causes.map((cause) => cause.family))], ['relink', new Set([family])], asked)
  }
  assert.deepEqual(explain('outdated connection')[0]?.causes.length, 5)
  assert.deepEqual(systems('INSTITUTION_DOWN').slice(0, 1), ['plaid'])
})

// Fails when: a code of one system goes before what everybody means by its words (seen: one vendor's closed link, and another one's slow page).
test('plain words that one system has another meaning for are explained as what they usually mean', () => {
  for (const [asked, cause, other] of [['account closed', 'account_closed', 'mx'], ['timeout', 'institution_down', 'scraper']] as const) {
    const [words, code] = explain(asked)
    assert.deepEqual([words?.system, words?.causes[0]?.cause, code?.system], ['words', cause, other], asked)
  }
  assert.deepEqual([systems('TIMEOUT')[0], systems('account locked')[0]], ['scraper', 'pluggy'])
})

test('digits at the end of a name that nobody knows, and a minus, are no code of success', () => {
  for (const asked of ['zzz-qwerty-000', '-1']) assert.equal(explain(asked)[0]?.system, 'unknown', asked)
  assert.equal(systems('-1001')[0], 'binance')
})

test('every status that a server of a bank may give is explained as that of HTTP', () => {
  for (const status of [200, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 417, 421, 422, 423, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 511])
    assert.equal(explain(`HTTP ${status}`)[0]?.system, 'http', String(status))
})

test('every entry of every table can be asked for and has words, a source and known actions', () => {
  for (const table of TABLES) {
    for (const entry of table.codes) {
      const mine = explain(entry.code).find((one) => one.system === table.system && one.code === entry.code)
      assert.ok(mine !== undefined, `${table.system} ${entry.code}`)
      assert.ok(mine.meaning.length > 8 && mine.source !== '', entry.code)
      assert.ok(mine.causes.every(({ action }) => action in ACTION_WORDS))
      assert.ok(entry.doubt >= 0 && entry.doubt <= 1)
    }
  }
})

test('no table names a code twice', () => {
  for (const table of TABLES) assert.equal(new Set(table.codes.map(({ code }) => code.toUpperCase())).size, table.codes.length, table.system)
})

test('explanations are lines for a terminal without markup', () => {
  const lines = explanationLines(explain('401'))
  assert.ok(lines.length > 6 && lines.every((line) => !/[<>*#]/.test(line)))
})

test('every code of the reference tables is known', { skip: existsSync(`${REFERENCE}/reference`) ? false : 'the reference tables are not here' }, () => {
  const missing: string[] = []
  let asked = 0
  for (const file of ['ofx_codes.md', 'agg_codes.md', 'eu_codes.md']) {
    for (const code of referenceCodes(readFileSync(`${REFERENCE}/reference/${file}`, 'utf8'))) {
      asked++
      if (explain(code)[0]?.system === 'unknown') missing.push(`${file}: ${code}`)
    }
  }
  assert.deepEqual(missing, [])
  assert.ok(asked > 330, `only ${asked} codes were found in the tables`)
})

/** Words of these cells that are names of systems or common beginnings. */
const NOT_CODES = ['http_x_ratelimit_account_success_', 'user_action', 'GoCardless']

/** Codes from the first column of the tables: several in a cell, ranges, and texts of a status beside them. */
function referenceCodes(markdown: string): readonly string[] {
  const codes: string[] = []
  for (const line of markdown.split('\n')) {
    const cell = /^\| *([^|]+?) *\|/.exec(line)?.[1]
    if (cell === undefined || /^(code|error|type \/ text|what was shown)$/.test(cell) || /^-+$/.test(cell)) continue
    const range = /^(\d{6})-(\d{6})$/.exec(cell)
    if (range !== null) {
      for (let code = Number(range[1]); code <= Number(range[2]); code++) codes.push(String(code).padStart(6, '0'))
      continue
    }
    const words = cell.replace(/"[^"]*"|\([^)]*\)|old API:/g, ' ').match(/\b([A-Z]{2,3}-\d{3}(-[A-Z])?|OL-\d{3}(-[A-Z])?|\d{3,6}|[A-Z][A-Z0-9]*(_[A-Z0-9*]+)+|UK\.OBIE(\.\w+)+|con\.auth|[a-z]+_[a-z_]+|[A-Z][a-z]+[A-Z]\w+)\b/g) ?? []
    codes.push(...words.filter((word) => !NOT_CODES.includes(word)))
  }
  return [...new Set(codes)]
}
