/** Card sentences, probability words, documentation pages: complete, short, and the same everywhere. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CAUSE_CODES, type CauseCode } from '../domain/cause.ts'
import { day } from '../domain/day.ts'
import { readLanguages, type Language } from '../language/language.ts'
import { CARDS, type Chip } from './catalogue.ts'
import { causePages } from './cause-docs.ts'
import { cardFor, headings, inTen, likelihoodWords, plainText, type CardFacts } from './sentences.ts'

const ALL_FACTS: CardFacts = {
  bank: 'Riverbank', account: 'Checking', website: 'https://riverbank.example', nextTryAt: 1_790_000_000_000, maintenanceUntil: 1_790_000_000_000, consentEndedOn: day('2026-10-03'),
  failingConnections: 2, allConnections: 3, failingBanks: 5, missingFrom: day('2026-01-01'), missingTo: day('2026-07-04'), setting: 'FID', hoursWaiting: 72, askedBefore: 'for a code', asksNow: 'in its app', useNow: 'Use the app', bankWords: null, bankDown: false,
}
const NO_FACTS: CardFacts = { bank: 'Riverbank' }
const FORBIDDEN = /something went wrong|try again|oops|error occurred|please|!|synced/i

test('every cause has a card of at most 14 words that names the bank, with and without facts', () => {
  for (const cause of CAUSE_CODES) {
    for (const facts of [ALL_FACTS, NO_FACTS]) {
      const card = cardFor('en', cause, 0.8, facts)
      const what = plainText(card.what)
      assert.ok(what.length > 0 && what.replace(' UTC', '').split(/\s+/).length <= 14, `${cause}: ${what}`)
      assert.ok(/Riverbank|server/.test(what), `${cause}: ${what}`)
      assert.ok(plainText(card.relink).length > 0 && !/[{}]/.test(what + plainText(card.relink)), cause)
      assert.doesNotMatch(what + plainText(card.relink) + (card.next === null ? '' : plainText(card.next.label)), FORBIDDEN)
    }
  }
})

/** What a person reads on the card of each cause: what happened, whose move it is, the one next action. */
const CARD_OF: { readonly [C in CauseCode]: readonly [what: string, chip: Chip, next: string | null] } = {
  institution_down: ['Riverbank does not answer. 2 of 3 connections to it fail.', 'waiting_for_bank', null],
  institution_error: ['Riverbank answers, but with an error of its own.', 'waiting_for_bank', 'Write to Riverbank'],
  credentials_invalid: ['Riverbank did not accept the user name or password.', 'needs_you', 'Enter the password'],
  login_locked: ['Riverbank has locked this login.', 'needs_you', 'Unlock at Riverbank, then check once'],
  password_change_required: ['Riverbank wants a new password first.', 'needs_you', 'Change it at Riverbank, then enter it'],
  bank_action_required: ['Riverbank wants you to read or accept something.', 'needs_you', 'Open Riverbank'],
  enrollment_required: ['Riverbank: the login is right; access for programs is off.', 'needs_you', 'How to switch it on'],
  account_closed: ['Riverbank says that Checking is closed.', 'needs_you', 'Close this feed, keep rows'],
  account_not_found: ['Checking is no longer in the list of Riverbank.', 'needs_you', 'Choose the account'],
  account_not_authorized: ['Riverbank lets us in, but not to Checking.', 'needs_you', 'Allow it at Riverbank'],
  mfa_required: ['Riverbank asks for a code to know that it is you.', 'needs_you', 'Answer now'],
  mfa_invalid: ['Riverbank did not accept the code.', 'needs_you', 'Get a new code'],
  mfa_timeout: ['The code did not reach Riverbank in time.', 'needs_you', 'Start again, phone at hand'],
  mfa_method_changed: ['Riverbank now asks in its app, not for a code.', 'needs_you', 'Use the app'],
  consent_expired: ['Your permission at Riverbank ended on 2026-10-03.', 'needs_you', 'Renew at Riverbank'],
  consent_revoked: ['The permission was withdrawn at Riverbank.', 'needs_you', 'Allow again'],
  endpoint_moved: ['Riverbank has a new address for bank feeds.', 'our_side', 'Use the new address'],
  protocol_outdated: ['Riverbank no longer accepts the way we ask.', 'our_side', 'Update Relink'],
  connection_migrated: ['Riverbank moved bank feeds to another way.', 'needs_you', 'See the preview'],
  access_restricted: ['Riverbank does not let programs like Relink in.', 'waiting_for_bank', 'See other ways'],
  rate_limited: ['We asked Riverbank more often than it allows.', 'our_side', null],
  history_limit: ['Riverbank does not give all the days we asked for.', 'needs_you', 'Import a file for 2026-01-01 to 2026-07-04'],
  scheduled_maintenance: ['Riverbank is closed for maintenance until 2026-09-21 14:13 UTC.', 'waiting_for_bank', null],
  client_bug: ['Riverbank answered; Relink did not understand it.', 'our_side', 'Update Relink; if none, send the bundle'],
  aggregator_down: ['The provider, which stands between us and Riverbank, is down.', 'waiting_for_bank', null],
  configuration: ['The setting FID does not fit Riverbank.', 'this_server', 'Open the setting'],
  local_network: ['This server has no internet: 5 banks fail at once.', 'this_server', 'See the network check'],
  unknown: ['Riverbank could not be read; we do not know why yet.', 'our_side', 'Tell us what you see at Riverbank'],
}

test('every cause has its sentence, its chip and its one action, and there is no card without a cause', () => {
  assert.deepEqual(Object.keys(CARD_OF), [...CAUSE_CODES])
  for (const cause of CAUSE_CODES) {
    const card = cardFor('en', cause, 0.8, ALL_FACTS)
    assert.deepEqual([plainText(card.what), card.chip, card.next === null ? null : plainText(card.next.label)], CARD_OF[cause], cause)
    if (card.next?.atBank === true) assert.equal(card.next.href, ALL_FACTS.website, cause)
  }
})

// Fails when: a card says that nothing is asked while a read is planned.
test('whether a bank that withdrew the permission is asked is told as it is', () => {
  assert.deepEqual([NO_FACTS, ALL_FACTS].map((facts) => plainText(cardFor('en', 'consent_revoked', 0.8, facts).relink)), ['stopped asking', 'looks now and then, next 2026-09-21 14:13 UTC'])
})

test('reads that ended because Relink was stopped are named as such', () => {
  assert.deepEqual(plainText(cardFor('en', 'client_bug', 0.8, { ...ALL_FACTS, stops: 2 }).what), 'Riverbank: Relink itself was stopped in the middle of 2 reads.')
})

// Fails when: a bank that could not even be spoken to is said to answer with an error of its own (was so of an expired certificate).
test('a certificate of the bank that does not hold is named as such', () => {
  assert.equal(plainText(cardFor('en', 'institution_error', 0.8, { ...ALL_FACTS, certificate: 'has ended' }).what), 'Riverbank: its certificate has ended, so nothing is sent to it.')
})

// Fails when: a bank that refuses every account is said to refuse one, and Relink to read the others (was so).
test('what a bank says of every account is not told of one', () => {
  const { what, relink } = cardFor('en', 'account_not_authorized', 0.8, { ...NO_FACTS, everyAccount: true })
  assert.deepEqual([plainText(what), plainText(relink)], ['Riverbank lets us in, but to none of the accounts.', 'keeps every row, reads missed days after'])
})

test('facts are typed parts that a page can format', () => {
  assert.deepEqual(cardFor('en', 'consent_expired', 0.5, ALL_FACTS).what, ['Your permission at Riverbank ended on ', { kind: 'day', day: '2026-10-03' }, '.'])
  assert.deepEqual(cardFor('en', 'institution_down', 0.5, ALL_FACTS).what.filter((part) => typeof part !== 'string'), [{ kind: 'count', count: 2 }])
})

test('one is said as one and more as more, in each language', async () => {
  await readLanguages()
  const said = (language: Language, failingConnections: number): string => plainText(cardFor(language, 'institution_down', 0.5, { ...ALL_FACTS, failingConnections }).what)
  assert.deepEqual([said('en', 1), said('en', 2)], ['Riverbank does not answer. 1 of 3 connections to it fails.', 'Riverbank does not answer. 2 of 3 connections to it fail.'])
  assert.deepEqual([said('de', 1), said('de', 2)], ['Riverbank antwortet nicht. 1 von 3 Verbindungen dorthin ist gestört.', 'Riverbank antwortet nicht. 2 von 3 Verbindungen dorthin sind gestört.'])
})

test('waiting has no button, an outage shows no card that asks for a secret, no link without a verified address', () => {
  for (const cause of ['institution_down', 'scheduled_maintenance', 'rate_limited', 'aggregator_down'] as const) assert.equal(cardFor('en', cause, 0.9, ALL_FACTS).next, null)
  for (const cause of CAUSE_CODES) {
    const action = cardFor('en', cause, 0.9, { ...ALL_FACTS, bankDown: true }).next?.action
    assert.ok(action === undefined || !['fix_credentials', 'update_mfa', 'reconnect'].includes(action), cause)
  }
  assert.equal(cardFor('en', 'bank_action_required', 0.9, NO_FACTS).next?.href, null)
  assert.equal(cardFor('en', 'institution_error', 0.9, { ...ALL_FACTS, hoursWaiting: 3 }).next, null)
})

test('probability is a word with a count, never certain, never percent', () => {
  assert.deepEqual([0.999, 0.8, 0.55, 0.31, 0.1].map((p) => likelihoodWords('en', p)), ['Almost certainly (more than 9 in 10)', 'Very likely (about 8 in 10)', 'Probably (about 6 in 10)', 'Perhaps (about 4 in 10)', 'Not clear yet'])
  assert.deepEqual([0.001, 0.05, 0.14, 0.44, 0.97].map((p) => inTen('en', p)), ['less than 1 in 10', 'about 1 in 10', 'about 1 in 10', 'about 4 in 10', 'more than 9 in 10'])
  // One count for one probability, whoever says it (.8945 was “about 8 in 10” on the card and “about 9 in 10” in its evidence).
  for (let p = 0.3; p < 1; p += 0.005) assert.ok(likelihoodWords('en', p).endsWith(`(${inTen('en', p)})`), String(p))
  const ranked = (p: number) => ({ cause: 'unknown' as const, p, for: [], against: [] })
  assert.equal(headings([ranked(0.45), ranked(0.35), ranked(0.2)]).length, 2)
  assert.equal(headings([ranked(0.7), ranked(0.3)]).length, 1)
})

test('the bank\'s words are quoted, at most 200 characters, and never the heading', () => {
  const card = cardFor('en', 'institution_error', 0.6, { ...NO_FACTS, bankWords: 'x'.repeat(500) })
  assert.deepEqual(card.quote, { kind: 'quote', text: 'x'.repeat(200) })
  assert.ok(!plainText(card.what).includes('xxx'))
})

test('docs/causes and the causes agree in both directions', () => {
  const directory = new URL('../../docs/causes/', import.meta.url)
  const pages = causePages()
  assert.deepEqual(readdirSync(directory).toSorted(), [...pages.keys()].toSorted(), 'run node scripts/docs-causes.ts')
  for (const [name, text] of pages) assert.equal(readFileSync(new URL(name, directory), 'utf8'), text, `${name}: run node scripts/docs-causes.ts`)
  assert.deepEqual(Object.keys(CARDS).toSorted(), [...CAUSE_CODES].toSorted())
})

// Fails when: a login that is open elsewhere is told as too many requests of ours, or a clock that is wrong as a bank that cannot be reached (both were so).
test('what the bank says is the matter is said, where one cause has several faces', () => {
  assert.equal(plainText(cardFor('en', 'rate_limited', 0.8, { ...NO_FACTS, elsewhere: 'somewhere else' }).what), 'Riverbank says that this login is in use somewhere else.')
  assert.equal(plainText(cardFor('en', 'local_network', 0.8, { ...ALL_FACTS, clockMinutes: 180 }).what), 'The clock of this server is 180 minutes off, so Riverbank refuses.')
})
