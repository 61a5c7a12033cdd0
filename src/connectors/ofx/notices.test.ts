/** Announcements beside a good sign-on answer: the kind is remembered with the sentence that announces it, redacted, and what is over is forgotten. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, ConnectorContext, Transport } from '../../connector-kit/connector.ts'
import { announcementIn } from '../../connector-kit/notices.ts'
import type { Institution, JsonObject } from '../../domain/institution.ts'
import { ok } from '../../domain/result.ts'
import { noticeIn, Session } from './session.ts'
import { readSettings } from './settings.ts'

const DAY_MS = 24 * 3_600_000
const NOW = Date.UTC(2026, 2, 3)

function answer(code: string, severity: string, message: string): Answer {
  const body = `OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\nCOMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>${code}<SEVERITY>${severity}<MESSAGE>${message}</STATUS><DTSERVER>20260303<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1></OFX>`
  return { status: 200, headers: { 'content-type': 'application/x-ofx' }, body: new TextEncoder().encode(body), finalUrl: 'https://a.example/ofx', clockSkewSeconds: null } as unknown as Answer
}

/** One signed question with that answer; what the session then knows. */
async function after(said: Answer, state: JsonObject = {}, now = NOW) {
  const transport = { exchange: async () => ok(said) } as unknown as Transport
  const settings = readSettings({ url: 'https://a.example/ofx', version: '102' })
  assert.ok(settings.ok)
  const context: ConnectorContext = { institution: { id: 'x', name: 'X Bank' } as Institution, settings: {}, transport, now: () => now, newId: () => 'id', state, resume: null }
  const session = new Session(context, settings.value)
  await session.ask('accounts', 'accounts', [{ type: 'profile', trnuid: '1' }])
  return { state: session.state, notice: session.facts.bankNotice }
}

test('an announcement beside a good answer is known at the next failure, as long as it can explain it', async () => {
  const told = await after(answer('0', 'INFO', 'Scheduled maintenance on Sunday from 2 a.m.'))
  assert.equal(told.notice, 'maintenance')
  assert.equal(noticeIn(told.state)?.words, 'Scheduled maintenance on Sunday from 2 a.m')
  // Fails when: more of the bank's text is kept than announces something, or what is a person's own.
  const personal = await after(answer('0', 'INFO', 'Welcome back, Maria. Please accept our new terms for account 1234567890 or write to maria@bank.example. Your balance is 12.'))
  assert.equal(noticeIn(personal.state)?.words, 'Please accept our new terms for account [number] or write to [address]')
  assert.ok(!/Maria|1234567|balance/.test(JSON.stringify(personal.state)))
  const refused = answer('2000', 'ERROR', 'General error')
  assert.equal((await after(refused, told.state, NOW + DAY_MS)).notice, 'maintenance', 'a refusal takes nothing back')
  assert.equal((await after(refused, told.state, NOW + 10 * DAY_MS)).notice, undefined, 'maintenance is over after days')
  const ending = await after(answer('0', 'INFO', 'Direct Connect will be discontinued on 1 May.'))
  assert.equal((await after(refused, ending.state, NOW + 60 * DAY_MS)).notice, 'retirement')
})

// Fails when: only the words beside a code are looked at (was so).
test('a code that announces a change of the password is an announcement, whatever stands beside it', async () => {
  const told = await after(answer('15000', 'INFO', 'SUCCESS'))
  assert.equal(told.notice, 'password')
  assert.equal((await after(answer('15507', 'ERROR', ''), told.state, NOW + DAY_MS)).notice, 'password')
  assert.equal((await after(answer('0', 'INFO', 'SUCCESS'), told.state)).notice, undefined, 'it was changed')
})

test('a good answer without an announcement takes the last one back; what a refusal says is no announcement', async () => {
  const told = await after(answer('0', 'INFO', 'Scheduled maintenance on Sunday.'))
  assert.equal((await after(answer('0', 'INFO', 'SUCCESS'), told.state)).notice, undefined)
  assert.equal((await after(answer('2000', 'ERROR', 'Closed for maintenance.'))).notice, undefined)
})

test('greetings and results are no announcements', () => {
  for (const text of ['', 'OK', 'Success', 'The operation succeeded.', 'Welcome back', 'Signon successful', 'Your last sign-on was today.', 'Request processed']) assert.equal(announcementIn(text)?.kind ?? null, null, text)
  for (const [text, kind] of [['Planned outage 1 to 5 a.m.', 'maintenance'], ['Wir stellen um: neue Adresse ab 1. Mai', 'migration'], ['Please review our updated terms of use', 'terms'], ['From May on a new security method is needed: two-step verification', 'security'], ['OFX service is retiring in June', 'retirement']] as const) assert.equal(announcementIn(text)?.kind ?? null, kind, text)
})

test('what a greeting praises and what was done already is no announcement, whatever it speaks of', () => {
  const done = [
    'Thank you for switching to our bank', 'Welcome to your new online banking', 'SUCCESS: upgraded to version 2', 'You have accepted the terms', 'Thank you! You have agreed to the updated terms. Please enjoy our service.',
    'Welcome to your new online banking, where you will find all your accounts', 'SUCCESS: upgraded to version 2. Please note your reference 7.', 'Maintenance completed successfully', 'Welcome to your new platform. Your last sign-on was on 3 May.', 'Multi-factor authentication passed', 'Willkommen bei Ihrer neuen Adresse', 'Umstellung erfolgreich', 'You upgraded to version 2: thank you, since 3 May', 'Welcome to your new online banking, your last sign-on was on 3 May', 'Sie haben die AGB akzeptiert', 'Bienvenue a notre nouvelle adresse', 'Conditions générales acceptées', 'Mantenimiento terminado',
  ] // prettier-ignore
  for (const text of done) assert.equal(announcementIn(text)?.kind ?? null, null, text)
  const ahead = [
    ['Welcome. We are moving to our new platform on 3 May.', 'migration'], ['Please use our new address.', 'migration'], ['We have a new address. Please update your program.', 'migration'], ['SUCCESS: upgraded to version 2. Please review our new terms', 'terms'], ['You must accept the new terms.', 'terms'], ['Our site will be down for maintenance', 'maintenance'], ['Maintenance on Sunday from 2 a.m.', 'maintenance'],
    ['Wartung am Sonntag', 'maintenance'], ['Bitte stimmen Sie den neuen Nutzungsbedingungen zu', 'terms'], ['Veuillez accepter les conditions générales', 'terms'], ['Une nouvelle adresse sera utilisée à partir du 1er mai', 'migration'], ['Mantenimiento programado', 'maintenance'], ['Direct Connect wird eingestellt', 'retirement'], ['Starke Kundenauthentifizierung ab 14. September', 'security'],
  ] as const // prettier-ignore
  for (const [text, kind] of ahead) assert.equal(announcementIn(text)?.kind ?? null, kind, text)
})
