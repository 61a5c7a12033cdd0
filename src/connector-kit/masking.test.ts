import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../test/tries.ts'
import { concealText, createMasker, MASK } from './masking.ts'

const SECRET = 'pa&ss <"wörd">\'42/+'

test('a secret is found raw and in the encodings in which servers repeat it', () => {
  const bytes = Buffer.from(SECRET)
  const xml = SECRET.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const echoes = [SECRET, encodeURIComponent(SECRET), encodeURIComponent(SECRET).replaceAll('%20', '+'), encodeURIComponent(SECRET).toLowerCase(), xml, xml.replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
    bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex'), bytes.toString('hex').toUpperCase(), Buffer.from(`ana:${SECRET}!`).toString('base64'), Buffer.from(`x${SECRET}`).toString('base64')] // prettier-ignore
  for (const echo of echoes) {
    const masked = createMasker([SECRET]).text(`<MESSAGE>you sent ${echo} to us</MESSAGE>`)
    assert.ok(masked.includes(MASK), echo)
    assert.ok(!masked.includes(echo), echo)
  }
})

test('a secret is found in bytes of a charset that nobody announced', () => {
  for (const charset of ['utf8', 'latin1', 'utf16le'] as const) {
    const masked = Buffer.from(createMasker([SECRET]).bytes(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(SECRET, charset)])))
    assert.ok(!masked.includes(Buffer.from(SECRET, charset)), charset)
  }
})

test('of an answer that is read, only what no bank writes by itself is masked', () => {
  const row = (text: string): string => Buffer.from(createMasker([text]).bytes(Buffer.from(`<NAME>${text}<MEMO>of ${text}`, 'utf8'))).toString()
  for (const own of ['CHECKING', 'Smith', 'Smith & Sons', "O'Brien's Pub", 'Toyota Corolla 1998', 'STORE #1234', '12/05/1985', '4839201746', 'correct horse battery', 'São-Paulo Rua 7', 'a1b2']) assert.deepEqual(row(own), Buffer.from(`<NAME>${own}<MEMO>of ${own}`, 'utf8').toString(), own)
  for (const typed of ['Zx9&q"7<canary', 'hunter2hunter2', 'P@ssword', 'w0rd of four words', SECRET]) assert.deepEqual(row(typed), Buffer.from(`<NAME>${MASK}<MEMO>of ${MASK}`).toString(), typed)
})

test('any secret of eight characters or more is found in base64, wherever it stands', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' }), fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (secret, before, after) => {
      const masked = createMasker([secret]).text(Buffer.from(before + secret + after).toString('base64'))
      assert.ok(masked.includes(MASK))
    }),
  )
})

test('a PIN is masked where it is told, and not inside amounts, dates and ids', () => {
  const answer = '<MESSAGE>PIN 1234 is wrong</MESSAGE><TRNAMT>1234.50<FITID>20241234991234<TRNAMT>-1234<CHECKNUM>1234<NAME>SHOP A1234'
  assert.equal(createMasker(['1234']).text(answer), answer.replace('PIN 1234 is', `PIN ${MASK} is`))
  assert.equal(concealText('tried 1234.50', ['1234']), `tried ${MASK}.50`)
})

test('evidence holds no secret and no name of any class in any encoding, alone or among words, short or numeric', () => {
  const xml = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  const encodings: readonly ((value: string) => string)[] = [(value) => value, (value) => value.toUpperCase(), encodeURIComponent, xml, (value) => Buffer.from(value).toString('base64'), (value) => Buffer.from(value).toString('base64url'),
    (value) => Buffer.from(`me:${value}!`).toString('base64'), (value) => Buffer.from(value).toString('hex'), (value) => JSON.stringify(value).slice(1, -1)]
  for (const secret of ['Zx9&q"7<canary', '4839201746', '7351', '90217', 'wörd-canäry 88', 'rex']) {
    for (const name of ['ana', 'canary.user-7qx', '1000200031']) {
      for (const encode of encodings) {
        for (const place of [(value: string) => value, (value: string) => `the user "${value}" is away`, (value: string) => `${value}.`, (value: string) => `/login?user=${value}&x=1`]) {
          const concealed = concealText(`${place(encode(secret))} ${place(encode(name))}`, [secret], new Map([[name, '[who]']]))
          for (const value of [secret, name]) assert.ok(!concealed.toLowerCase().includes(encode(value).toLowerCase()), `${encode(value)} in ${concealed}`)
        }
      }
    }
  }
  assert.equal(concealText('banana 173514 exchange', ['7351', 'change'], new Map([['ana', '[who]']])), 'banana 173514 exchange')
  assert.equal(concealText('you are canary.us', [], new Map([['canary.user-7qx', '[who]']])), 'you are [who]')
})

test('an answer without the secret is left as it is, byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.deepEqual(createMasker(['not in random bytes at all']).bytes(bytes), bytes)
    }),
  )
})
