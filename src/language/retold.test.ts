/** What was made in English is recognised by its message, whatever its values are, and said in the reader's language. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languageOf, messagesIn, readLanguages, translated } from './language.ts'
import { retold } from './retold.ts'
import { piecesOf, say, sayParts } from './say.ts'

await readLanguages()

/** Which messages are no sentences by themselves: whatever they are made from reads the same. */
const LOOSE = /^(Line \{line\}: \{message\}|Line \{line\}: \{what\}|\{sentence\} \(\{word\}\)\.|\{host\} could not be reached: .*|Relink does not call this address: .*)$/

test('every message that may be stored is said in German from its English, with its values', () => {
  const missed: string[] = []
  for (const message of Object.keys(messagesIn('de'))) {
    const values = piecesOf(message).filter((piece) => typeof piece !== 'string')
    if (LOOSE.test(message) || values.some(({ forms }) => forms !== null)) continue
    const filled = Object.fromEntries(values.map(({ name }, at) => [name, `Value${at}x7`]))
    const [made, wanted] = [say('en', message, filled), say('de', message, filled)]
    if (retold('de', made) !== wanted) missed.push(`${made} → ${retold('de', made)}`)
  }
  assert.deepEqual(missed, [])
})

test('a sentence in a sentence, one after another, and words of a list are said anew; a name and a bank’s own words are not', () => {
  assert.equal(retold('de', 'The bank answers. It was read.'), 'Die Bank antwortet. Es wurde abgerufen.')
  assert.equal(retold('de', '“401 Unauthorized” (Plaid): The person withdrew access at the bank.'), '„401 Unauthorized“ (Plaid): Die Person hat den Zugriff bei der Bank widerrufen.')
  assert.equal(retold('de', '“Unlock the login at The bank of Ems; then Relink signs in once” was done and did not help.'), '„Den Zugang bei The bank of Ems entsperren; dann meldet sich Relink einmal an“ wurde erledigt und hat nicht geholfen.')
  assert.equal(retold('de', 'This connection is disabled.'), 'Stand dieser Verbindung: ausgeschaltet.')
  assert.equal(retold('de', 'It worked 3 days before.'), 'Vom Fehler an gerechnet, funktionierte sie vor 3 Tagen.')
  assert.equal(retold('de', 'Line 11: <TRNAMT> is "twelve", expected an amount such as -12.50.'), 'Zeile 11: <TRNAMT> ist "twelve", erwartet wurde ein Betrag wie -12.50.')
  assert.match(retold('de', 'Line 11: <DTPOSTED> is "31.1.", expected a real date as YYYYMMDD. Download the file again; if that does not help, export in another format.'), /^Zeile 11: <DTPOSTED> ist "31.1.", erwartet .* Laden Sie die Datei noch einmal herunter; .*Format\.$/)
  assert.match(retold('de', 'The dates can be read in two ways: "1/2/26" on line 4 was read with the day first. If that is wrong, take this import back and import the file with its dates month-first.'), /wurde mit dem Tag zuerst gelesen/)
  assert.equal(retold('de', 'Please call us at +1 555 0100.'), 'Please call us at +1 555 0100.')
  assert.equal(retold('en', 'It was read.'), 'It was read.')
})

test('the names of banks and accounts stay, also where they are words of ours', () => {
  assert.equal(retold('de', 'Wait until Open Bank can be read again'), 'Warten, bis Open Bank wieder abrufbar ist')
  assert.equal(retold('de', 'Enter the user name and password of Money market'), 'Benutzername und Passwort von Money market eingeben')
})

test('text that was made to be slow to recognise is not', () => {
  const text = `The certificate at ${'a is '.repeat(380)}`
  assert.equal(retold('de', text), text)
  assert.equal(retold('de', 'x'.repeat(1_000_000)).length, 1_000_000)
})

test('a number chooses its form; a value that is more than text stays what it is', () => {
  const message = '{count, plural, one {# row would be lost: see it in the preview. Nothing was switched.} other {# rows would be lost: see them in the preview. Nothing was switched.}}'
  assert.match(say('en', message, { count: 1 }), /^1 row /)
  assert.match(say('de', message, { count: 1000 }), /^1000 Buchungen /)
  const on = { kind: 'day', day: '2026-10-03' }
  assert.deepEqual(sayParts<typeof on>('en', '{row} is here twice.', { row: ['The row of ', on] }), ['The row of ', on, ' is here twice.'])
  assert.throws(() => say('en', 'about {count} in 10'), /lacks the value/)
})

test('the language is the best that the header names', () => {
  assert.deepEqual([undefined, '', 'fr', 'de-AT,de;q=0.9,en;q=0.8', 'en-GB,de;q=0.5', 'de;q=0', '*'].map(languageOf), ['en', 'en', 'en', 'de', 'en', 'en', 'en'])
})

test('a text that is the name of a property of every object is only a text', () => {
  assert.deepEqual(['constructor', '__proto__', 'toString'].map((text) => [translated('de', text), retold('de', text)].join(' ')), ['constructor constructor', '__proto__ __proto__', 'toString toString'])
})
