/** What a refusal means by who was asked, and whether it was ever accepted: tokens, forms of requests, published interfaces, the program's own server. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CauseCode } from '../domain/cause.ts'
import type { CaseContext, Evidence } from '../domain/evidence.ts'
import { diagnose } from './diagnose.ts'

const first = (evidence: Evidence, context: CaseContext = {}) => diagnose({ evidence, context }).causes[0]?.cause
const pOf = (cause: CauseCode, evidence: Evidence, context: CaseContext = {}) => diagnose({ evidence, context }).causes.find((one) => one.cause === cause)?.p ?? 0

test('a token that was never accepted is a wrong one; one that was accepted before may have ended', () => {
  for (const message of ['Invalid token', 'No valid credential was found in the Authorization header: the request was not authenticated', 'Token ungültig', 'Неверный токен']) {
    const refused: Evidence = { protocol: 'other', stage: 'accounts', httpStatus: 401, message }
    assert.equal(first(refused, { connection: 'new' }), 'credentials_invalid', message)
    assert.notEqual(first(refused, { connection: 'established' }), 'credentials_invalid', message)
  }
  assert.ok(pOf('account_not_authorized', { protocol: 'other', stage: 'accounts', httpStatus: 401, message: 'Not authorized: the request was not authenticated.' }) < 0.1, 'who is not known has no rights to speak of')
})

test('a token used twice is the program, and only a new permission brings the feed back', () => {
  const { causes, action } = diagnose({ evidence: { protocol: 'other', stage: 'signon', httpStatus: 401, message: 'This refresh token was already used.' }, context: { connection: 'established' } })
  assert.deepEqual([causes[0]?.cause, action], ['client_bug', 'reconnect'])
})

test('a right that the token lacks, a program that is not known, and a certificate that does not fit are three things', () => {
  assert.equal(first({ protocol: 'other', stage: 'accounts', httpStatus: 403, message: 'Insufficient scope' }, { connection: 'new' }), 'account_not_authorized')
  assert.equal(first({ protocol: 'other', stage: 'signon', httpStatus: 401, body: '{"error":"invalid_client"}' }, { connection: 'established' }), 'configuration')
  assert.equal(first({ protocol: 'other', stage: 'signon', httpStatus: 403, message: 'Client certificate not registered' }, { connection: 'established' }), 'configuration')
})

test('a form that was accepted before and is refused now was changed by the bank, unless this program changed', () => {
  const refused: Evidence = { protocol: 'other', stage: 'signon', message: 'Required attribute deviceId not provided' }
  assert.equal(first(refused, { connection: 'established', softwareUpdated: false }), 'protocol_outdated')
  assert.notEqual(first(refused, { connection: 'established', softwareUpdated: true }), 'protocol_outdated')
  const segments: Evidence = { protocol: 'fints', stage: 'signon', codes: ['9050', '9110'] }
  assert.ok(pOf('protocol_outdated', segments, { connection: 'established' }) > 2 * pOf('protocol_outdated', segments, { connection: 'new' }))
})

test('what fails for several people at a published interface is the bank, whatever it answers or does not', () => {
  const bank = (evidence: Evidence) => pOf('institution_down', evidence, { connection: 'established', sameBank: 'some' }) + pOf('institution_error', evidence, { connection: 'established', sameBank: 'some' })
  assert.ok(bank({ protocol: 'obie', stage: 'signon' }) > 0.5)
  assert.ok(bank({ protocol: 'scraper', stage: 'signon' }) < 0.3, 'a page changes without a word')
})

test('a code that a program waited for and did not get was not given by the bank', () => {
  assert.notEqual(first({ protocol: 'fints', stage: 'statement', message: 'Got neither 3956 nor HITAN with process 2' }), 'mfa_required')
  assert.equal(first({ protocol: 'fints', stage: 'statement', message: 'Got 3956' }), 'mfa_required')
})

test('with a file nobody but this program is asked: a server that fails is its own', () => {
  assert.equal(first({ protocol: 'file', stage: 'import', httpStatus: 500, message: 'Server error 500' }), 'client_bug')
})

test('files of a bank that nobody can read any more have another layout, which the program must learn', () => {
  assert.equal(first({ protocol: 'file', stage: 'parse' }, { connection: 'established', sameBank: 'all' }), 'client_bug')
})

test('an address that is refused is no lock of a login', () => {
  for (const message of ['Your IP has been blocked', 'Ihre IP-Adresse wurde gesperrt', 'Ваш IP заблокирован', 'Su dirección IP ha sido bloqueada']) assert.equal(first({ protocol: 'scraper', stage: 'signon', httpStatus: 403, message }, { connection: 'established' }), 'access_restricted', message)
  assert.equal(first({ protocol: 'scraper', stage: 'signon', message: 'Ihr Zugang wurde gesperrt' }, { connection: 'established' }), 'login_locked')
})

test('a bank that an intermediary dropped has another way; one that it never had has none', () => {
  const dropped: Evidence = { protocol: 'plaid', stage: 'connect', message: 'institution not supported' }
  assert.equal(first(dropped, { connection: 'established' }), 'connection_migrated')
  assert.notEqual(first(dropped, { connection: 'new' }), 'connection_migrated')
})

test('an interface made for the bank\'s own app that refuses several people has another second factor, and one that refuses where it worked wants one', () => {
  const p = (cause: CauseCode, context: CaseContext, evidence: Evidence = { protocol: 'other', stage: 'signon' }) => pOf(cause, evidence, { connection: 'established', ...context })
  assert.ok(p('mfa_method_changed', { sameBank: 'some' }) > 2 * p('mfa_method_changed', {}))
  const refused: Evidence = { protocol: 'other', stage: 'statement', httpStatus: 403 }
  assert.ok(p('mfa_required', { softwareUpdated: false }, refused) > 2 * p('mfa_required', { softwareUpdated: true }, refused))
})

test('a wrong PIN where the second factor is asked for is the second factor, with a sign-in it is the sign-in', () => {
  assert.equal(first({ protocol: 'other', stage: 'mfa', message: 'Invalid PIN' }, { connection: 'new' }), 'mfa_invalid')
  assert.equal(first({ protocol: 'other', stage: 'signon', message: 'Invalid PIN' }, { connection: 'new' }), 'credentials_invalid')
})

test('keys that were refused from the start are wrong; a right that they are said to lack is another thing', () => {
  const keys = (message: string) => pOf('credentials_invalid', { protocol: 'other', stage: 'signon', message }, { connection: 'new' })
  assert.ok(keys('Insufficient authorization to perform request.') > 2 * keys('Insufficient permissions for this resource'))
})

test('"later", said each time, is not a passing fault of the bank', () => {
  const bank = (intermittent: boolean) => pOf('institution_error', { protocol: 'other', stage: 'statement', message: 'The report could not be made. Please try again shortly.' }, { connection: 'established', intermittent })
  assert.ok(bank(true) > 8 * bank(false))
})

test('what the answer itself tells the person to choose comes first, not an update of the program', () => {
  const act = (message: string) => diagnose({ evidence: { protocol: 'other', stage: 'mfa', message }, context: { connection: 'established', sameBank: 'some', mfaChangedAtBank: true } }).action
  assert.equal(act('PIN verification is unavailable. Please use another method.'), 'update_mfa')
  assert.equal(act('Unexpected answer'), 'update_software')
})

test('too many requests are a limit, unless the answer speaks of a filter', () => {
  const limited = (message?: string) => pOf('rate_limited', { protocol: 'other', stage: 'accounts', httpStatus: 429, ...(message === undefined ? {} : { message }) }, { connection: 'established' })
  assert.ok(limited() > 0.6)
  assert.ok(limited('Request blocked: automated access') < limited() / 2)
})

test('what is refused as malformed only now and then is refused by the bank, not sent wrongly', () => {
  const refused: Evidence = { protocol: 'obie', stage: 'consent', httpStatus: 400, message: 'invalid_request' }
  assert.ok(pOf('institution_error', refused, { intermittent: true }) > 5 * pOf('institution_error', refused, { intermittent: false }))
  assert.equal(first(refused, { intermittent: false }), 'client_bug')
})

test('a counter of requests that is behind is a key that two programs use, in whatever words', () => {
  for (const message of ['EAPI:Invalid nonce', 'nonce too small', 'Nonce must be greater than 1700000000', 'Duplicate nonce']) assert.equal(first({ protocol: 'other', stage: 'accounts', message }, { connection: 'established' }), 'configuration', message)
  assert.notEqual(first({ protocol: 'other', stage: 'accounts', message: 'Announcement of new terms' }, { connection: 'established' }), 'configuration')
})

test('rows that are refused behind a sign-in that holds may want a second factor', () => {
  const at = (stage: 'statement' | 'accounts') => pOf('mfa_required', { protocol: 'other', stage, httpStatus: 403 }, { connection: 'established' })
  assert.ok(at('statement') > 1.5 * at('accounts'))
})

test('a second factor without a word is wanted, or another one than before; words there say that it was known', () => {
  const p = (message?: string) => pOf('mfa_required', { protocol: 'scraper', stage: 'mfa', ...(message === undefined ? {} : { message }) }, { connection: 'new' })
  assert.ok(p() > 5 * p('Something unexpected'))
})

test('an interface for programs that answers with a page for people failed itself', () => {
  const at = (type: string) => pOf('institution_error', { protocol: 'obie', stage: 'statement', httpStatus: 400, headers: { 'content-type': type } }, { connection: 'established' })
  assert.ok(at('text/html') > 1.5 * at('application/json'))
  const all: CaseContext = { connection: 'established', sameBank: 'all' }
  const bank = (protocol: 'obie' | 'gocardless') => pOf('institution_down', { protocol, stage: 'consent', httpStatus: 400 }, all) + pOf('institution_error', { protocol, stage: 'consent', httpStatus: 400 }, all)
  assert.ok(bank('obie') > 0.74)
})

test('what a program does with its tokens, its TANs, its pages and its files is most often its own fault', () => {
  const own = (evidence: Evidence, context: CaseContext = { connection: 'established' }) => pOf('client_bug', evidence, context)
  assert.ok(own({ protocol: 'qbo-api', stage: 'accounts', httpStatus: 401 }) > 1.5 * own({ protocol: 'qbo-api', stage: 'accounts', httpStatus: 401 }, {}))
  assert.ok(own({ protocol: 'fints', stage: 'mfa', message: 'Auftrag nicht gefunden' }) > 1.7 * own({ protocol: 'fints', stage: 'statement', message: 'Auftrag nicht gefunden' }))
  assert.ok(own({ protocol: 'scraper', stage: 'signon', message: 'login ended unexpectedly' }) > own({ protocol: 'scraper', stage: 'signon', message: 'it ended unexpectedly' }))
  assert.ok(own({ protocol: 'other', stage: 'parse', message: 'field 7' }) > 1.3 * own({ protocol: 'other', stage: 'parse', message: 'field 7', httpStatus: 200 }))
  assert.ok(own({ protocol: 'other', stage: 'accounts', message: 'list lost' }, { connection: 'new' }) > own({ protocol: 'other', stage: 'statement', message: 'list lost' }, { connection: 'new' }))
  const file = (otherAccounts: 'ok' | 'failing') => pOf('institution_error', { protocol: 'file', stage: 'parse' }, { otherAccounts })
  assert.ok(file('ok') > 2 * file('failing'))
})

test('a version of an interface that is no longer available was not moved', () => {
  const gone = (message: string) => first({ protocol: 'other', stage: 'statement', httpStatus: 404, message }, { connection: 'new' })
  assert.equal(gone('V1 API no longer available'), 'protocol_outdated')
  assert.equal(gone('This page is no longer available'), 'endpoint_moved')
})

test('a page that does not come after a sign-in may be one that asks for something; without pages nobody answered', () => {
  const waited: Evidence = { protocol: 'scraper', stage: 'signon', message: 'waiting failed: timeout 30000ms exceeded' }
  assert.ok(pOf('password_change_required', waited, { connection: 'established' }) > 0.1)
  assert.ok(pOf('institution_down', { ...waited, message: 'Navigation timeout of 30000 ms exceeded' }, { connection: 'established' }) < 0.4)
  const down = (protocol: 'scraper' | 'plaid') => pOf('institution_down', { protocol, stage: 'accounts', message: 'The request timed out' }, { connection: 'established' })
  assert.ok(down('plaid') > 1.2 * down('scraper'))
})

test('what a library calls a client error is a status: no program is said to be refused, and none to be unknown', () => {
  const refused: Evidence = { protocol: 'other', stage: 'http', message: '401 Client Error: Unauthorized' }
  assert.equal(first(refused, { connection: 'established' }), first({ protocol: 'other', stage: 'http', httpStatus: 401 }, { connection: 'established' }))
  assert.ok(pOf('access_restricted', refused, { connection: 'established' }) < 0.2)
  assert.notEqual(first({ protocol: 'other', stage: 'http', message: '404 Client Error: Not Found' }, { connection: 'established' }), 'configuration')
})

test('a file refuses no days, and "verification" is no wrong sign-in', () => {
  assert.equal(first({ protocol: 'file', stage: 'parse', message: 'invalid date' }), 'client_bug')
  assert.equal(first({ protocol: 'other', message: 'Two-step verification is switched on for this login' }), 'mfa_required')
})

test('a key that serves listed network addresses is a setting; a program that is on no list is shut out', () => {
  const says = (message: string) => first({ protocol: 'other', stage: 'accounts', message })
  assert.equal(says('This key does not allow access from this IP.'), 'configuration')
  assert.equal(says('The requested ip address is not in the api whitelist'), 'configuration')
  assert.equal(says('Your app is not on our list of partners'), 'access_restricted')
})

test('statuses of Yodlee and states of Powens are known by their names', () => {
  const causes = ['USER_ACTION_NEEDED_AT_SITE', 'INVALID_ADDL_INFO_PROVIDED', 'CREDENTIALS_UPDATE_NEEDED', 'SCARequired', 'wrongpass'].map((code) => first({ protocol: 'other', codes: [code] }))
  assert.deepEqual(causes, ['bank_action_required', 'mfa_invalid', 'credentials_invalid', 'mfa_required', 'credentials_invalid'])
})

test('a key that a program looked up in data is none that was refused; a refused one may be set wrongly or copied wrongly', () => {
  const lookedUp: Evidence = { protocol: 'other', stage: 'accounts', message: "Unexpected format of the response. Missing key: 'result'" }
  assert.ok(pOf('client_bug', lookedUp, { connection: 'new' }) > pOf('configuration', lookedUp, { connection: 'new' }))
  const refused: Evidence = { protocol: 'other', stage: 'accounts', message: 'Authentication failed: invalid API key' }
  for (const cause of ['credentials_invalid', 'configuration'] as const) assert.ok(pOf(cause, refused, { connection: 'new' }) > 0.2, cause)
  assert.equal(first({ ...refused, message: 'Incorrect API key or IP address.' }, { connection: 'new' }), 'configuration')
  assert.equal(first({ protocol: 'plaid', message: 'The public key you provided was incorrect' }, { connection: 'new' }), 'configuration')
})

test('tries that a server counts as too many requests are no lock; without that status they may be', () => {
  const tries: Evidence = { protocol: 'other', stage: 'signon', message: 'Too many sign-in attempts. Please try again in 15 minutes.' }
  assert.equal(first({ ...tries, httpStatus: 429 }), 'rate_limited')
  assert.equal(first(tries), 'login_locked')
})

test('what moved temporarily is a redirect, no new address; a restricted location is no outage; a page not found is a status', () => {
  assert.notEqual(first({ protocol: 'scraper', stage: 'statement', message: 'This document has moved temporarily.' }, { connection: 'established' }), 'endpoint_moved')
  assert.equal(first({ protocol: 'other', stage: 'http', message: 'Service unavailable from a restricted location according to our terms.' }), 'access_restricted')
  const gone = { protocol: 'other', stage: 'signon', message: 'Unexpected non-whitespace character after JSON at position 4' } as const
  for (const how of [{ body: '404 page not found' }, { httpStatus: 404 }]) assert.equal(first({ ...gone, ...how }, { connection: 'established' }), 'endpoint_moved')
})

test('exchanges say by number or by name what is wrong with a key', () => {
  const of = (institution: string, evidence: Evidence) => first({ protocol: 'other', institution, stage: 'accounts', ...evidence }, { connection: 'new' })
  assert.deepEqual([
    of('kraken', { message: 'EGeneral:Permission denied' }), of('kraken', { message: 'EAPI:Rate limit exceeded' }),
    of('kucoin', { codes: ['400002'] }), of('kucoin', { codes: ['400006'] }), of('okx', { codes: ['50112'] }), first({ protocol: 'other', institution: 'binance', codes: ['-1008'] }, { connection: 'established' }),
  ], ['configuration', 'rate_limited', 'local_network', 'configuration', 'local_network', 'institution_down'])
  assert.ok(pOf('credentials_invalid', { protocol: 'other', institution: 'kraken', message: "KrakenAPIError: ['EAPI:Invalid key']" }, { connection: 'new' }) > 0.3)
})

test('a smallest time between two requests is a limit of requests, in other languages too', () => {
  for (const message of ['Nedodržujete minimální interval 30 sekund mezi dotazy na daný token', 'Der Mindestabstand zwischen zwei Abrufen wurde unterschritten', 'Intervalo mínimo de 60 segundos entre solicitudes no respetado']) assert.equal(first({ protocol: 'other', stage: 'statement', message }), 'rate_limited', message)
})
