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
