import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { LoginVerdict, Transport } from '../../connector-kit/connector.ts'
import type { Institution } from '../../domain/institution.ts'
import { failed } from '../../domain/result.ts'
import { askedOf, ownAnswer, promptsOf, tokenPrompt } from './challenge.ts'
import { OFX_CODES, severityOf } from '../../formats/ofx/status-codes.ts'
import { loginVerdict } from './codes.ts'
import { refusal } from './failures.ts'
import { exchangeMessage } from './message.ts'
import { redactOfx } from './redaction.ts'
import { checkSettings, originsOf, readSettings } from './settings.ts'
import { balancesOfToday } from './statement.ts'

const shared = process.env['RELINK_SHARED'] ?? new URL('../../../../shared', import.meta.url).pathname
const reference = `${shared}/reference/ofx_codes.md`

test('every status code of the reference is known, with its severity and name', { skip: existsSync(reference) ? false : 'the reference tables are not here' }, () => {
  const rows = [...readFileSync(reference, 'utf8').matchAll(/^\| (\d+) \| (.*?) \| (INFO|WARN|ERROR) \|/gm)]
  assert.ok(rows.length > 80)
  for (const [, code = '', name = '', severity] of rows) {
    const known = OFX_CODES.get(Number(code))
    assert.equal(known?.severity, severity, code)
    assert.equal(known?.name, name.trim().replace(/\.$/, '').replace('\u2019', "'"), code)
  }
  assert.equal(OFX_CODES.size, rows.length)
})

test('only 15500 refuses the password and 15502 locks; what asks for more or informs has accepted it', () => {
  const verdicts = new Map([...OFX_CODES.keys()].map((code) => [code, loginVerdict(code, '')]))
  assert.deepEqual([...verdicts].filter(([, verdict]) => verdict === 'refused').map(([code]) => code), [15500])
  for (const code of [0, 3000, 15000, 15512]) assert.equal(verdicts.get(code), 'accepted', String(code))
  for (const code of [2000, 2021, 3001, 13504, 15507, 15510, 15511, 15513]) assert.equal(verdicts.get(code), 'unknown', String(code))
  assert.deepEqual([...verdicts].filter(([, verdict]) => verdict === 'locked').map(([code]) => code), [15502])
  assert.equal(loginVerdict(null, ''), 'unknown')
  assert.equal(loginVerdict(99999, 'ERROR'), 'unknown', 'a code that nobody defined')
})

test('a severity that the bank left out or made up is that of the specification', () => {
  assert.deepEqual([severityOf(15500, ''), severityOf(0, 'FATAL'), severityOf(2028, 'warning'), severityOf(77777, '')], ['ERROR', 'INFO', 'WARN', 'ERROR'])
})

test('codes are kept outside-in, the sign-on decides the stage, and its own numbers in a message are not kept', () => {
  const status = (code: string, message: string | null) => ({ code, severity: 'ERROR', message, line: 1 })
  const failure = refusal('statement', [status('15510', null), status('15500', 'Account 1234567890 of a@b.example')])
  assert.deepEqual([failure.stage, failure.evidence[0].codes, failure.evidence[0].message], ['signon', ['15510', '15500'], 'Account [number] of [address]'])
  assert.equal(refusal('statement', [status('0', 'Success'), status('2003', null)]).stage, 'statement')
})

const institution = { id: 'x', name: 'X Bank' } as Institution

test('settings that cannot work name the field and the remedy', () => {
  const check = (settings: Record<string, never> | object, form = { username: 'a', password: 'b' }) => checkSettings(institution, { connector: 'ofx', settings: settings as never }, form)
  const failures: readonly (readonly [object, string])[] = [
    [{}, 'url'], [{ url: 'ofx.example' }, 'url'], [{ url: 'https://a.example', version: '104' }, 'version'], [{ url: 'https://a.example', appId: 'TOOLONG' }, 'appId'],
    [{ url: 'https://a.example', accounts: [{ kind: 'checking' }] }, 'accounts.0.number'], [{ url: 'https://a.example', trustedUrls: ['x'] }, 'trustedUrls.0'],
  ] // prettier-ignore
  for (const [settings, field] of failures) {
    const checked = check(settings)
    assert.ok(!checked.ok && checked.failure.field === field && checked.failure.message.includes('X Bank'), JSON.stringify([settings, checked]))
  }
  const empty = check({ url: 'https://a.example' }, { username: 'a', password: '  ' })
  assert.ok(!empty.ok && empty.failure.field === 'password')
  const unknown = check({ url: 'https://a.example', pasword: 'x' })
  assert.ok(!unknown.ok)
})

test('a secret may go to the own origins of the bank, each once, the port always written', () => {
  const settings = readSettings({ url: 'https://a.example/ofx', trustedUrls: ['https://b.example:8443/x', 'https://a.example:443/y'] })
  assert.deepEqual(settings.ok && originsOf(settings.value), ['https://a.example:443', 'https://b.example:8443'])
})

test('of a message only what the list allows is kept, in SGML and XML, whatever a bank adds', () => {
  const text = 'OFXHEADER:100\r\nVERSION:102\r\n\r\n<OFX><SONRS><STATUS><CODE>15500<MESSAGE>Bad login for 1234567</STATUS><USERID>anna<USERPASS>hunter2\r\n<ACCTID>1234567890</ACCTID><NAME>John Smith</NAME><TRNAMT>-12.50<X.SECRET>tell nobody</X.SECRET><DTPOSTED>20260101<ACCESSKEY>abc</OFX>'
  const kept = redactOfx(text, (value) => `p${value.length}`)
  for (const lost of ['anna', 'hunter2', '1234567', 'John', 'Smith', '12.50', 'tell', 'abc']) assert.ok(!kept.includes(lost), `${lost} in ${kept}`)
  for (const there of ['VERSION:102', '<CODE>15500', '<MESSAGE>Bad login for [number]', '<USERID>[p4]', '<ACCTID>[p10]', '<NAME>aaaa aaaaa', '<TRNAMT>-99.99', '<DTPOSTED>20260101', '<[tag]>[not kept]']) assert.ok(kept.includes(there), `${there} not in ${kept}`)
  assert.equal(redactOfx('<html><title>Down</title>call 1234567', () => ''), 'Down call [number]')
})

// Fails when: only a plain tag directly before its text is looked at (was so: names, memos and a live session cookie stood in the support file).
test('however a message is written, only what the list allows is kept: marked text, attributes, prefixes, comments, other tags, stray signs, cuts', () => {
  const lost = ['John', 'Smith', 'Elm', '4711', 'tok-3f9a', 'key-77', 'hunter2', 'Jane']
  const ways = [
    '<OFX><STMTTRN><NAME><![CDATA[John Smith]]></NAME><MEMO><![CDATA[Elm <b>4711]]></MEMO></STMTTRN><SESSCOOKIE><![CDATA[tok-3f9a]]></SESSCOOKIE></OFX>',
    '<OFX><MEMO lang="en">Elm 4711</MEMO><ACCESSKEY a="1">key-77</ACCESSKEY><NAME of="John Smith">John</NAME></OFX>',
    '<?xml version="1.0"?><ofx:OFX xmlns:ofx="http://ofx.net/types/2003/04"><ofx:NAME>John</ofx:NAME><ofx:USERPASS>hunter2</ofx:USERPASS></ofx:OFX>',
    '<OFX><X-Y>John</X-Y><!-- of John Smith --><NAME>John<!-- Smith -->Smith</NAME></OFX>',
    '<OFX ><NAME>John</NAME>Jane tail</OFX> Jane', '<OFX><CODE>0<John Smith<NAME>x', '<OFX><CODE>0</CODE><MEMO>Elm <John Smith> < 4711 <JOHN SMITH>', '<OFX><CODE>0</CODE>Jane',
    '<OFX><STMTTRN><NAME><![CDATA[John Smi', '<OFX><NAME lang="John', '<OFX><!-- John', 'Dear John Smith\n<OFX><CODE>0', 'VERSION:102 John\n<OFX>', '<STMTTRN><NAME>John', '<STATUS ><CODE>0</CODE></STATUS><NAME>John',
  ] // prettier-ignore
  for (const written of ways) {
    const kept = redactOfx(written, () => 'p')
    for (const word of lost) assert.ok(!kept.toLowerCase().includes(word.toLowerCase()), `${word} in ${kept}`)
  }
  const kept = redactOfx('<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n<o:OFX><o:STATUS><o:CODE><![CDATA[15500]]></o:CODE><o:MESSAGE a="b">Signon invalid</o:MESSAGE></o:STATUS></o:OFX>', () => 'p')
  for (const there of ['VERSION="211"', '<o:CODE>15500</o:CODE>', '<o:MESSAGE>Signon invalid</o:MESSAGE>']) assert.ok(kept.includes(there), kept)
})

// Fails when: what is written as a tag is taken for one (was so: `<SMITH>` in a memo stood in the support file), or a row's text for a code of the answer.
test('the elements of OFX decide what is a tag; what a row\'s text looks like does not', () => {
  const rows = ['<MEMO>Rent <SMITH> Elm', '<MEMO>Rent <JOHN.SMITH>', '<MEMO>to </SMITH>', '<MEMO>to <SMITH/>', '<NAME>x<MESSAGE>John Smith', '<NAME>x<CODE>Smith', '<NAME>x<ORG>Smith', '<NAME>x<URL>https://smith.example/', '<SMITH:NAME>x', '<DTUSER>John Smith', '<NAME>x<smith>', '<NAME>x<CODE lang="Smith">Smith']
  for (const row of rows) {
    const kept = redactOfx(`<OFX><SONRS><STATUS><CODE>0<MESSAGE>All well</STATUS></SONRS><STMTTRN><TRNTYPE>CHECK<DTPOSTED>20260101120000.000[-5:EST]${row}</STMTTRN><STATUS><CODE>2000</STATUS></OFX>`, () => 'p')
    assert.doesNotMatch(kept, /smith|john|elm/i, row)
    for (const there of ['<MESSAGE>All well', '<TRNTYPE>CHECK<DTPOSTED>20260101120000.000[-5:EST]', '<CODE>2000']) assert.ok(kept.includes(there), kept)
  }
  const asked = redactOfx('<OFX><SIGNONMSGSRQV1><SONRQ><USERPASS>[secret:password]<CLIENTUID>a<APPID>QWIN</SONRQ></SIGNONMSGSRQV1><STMTTRNRQ><STMTRQ><INCTRAN><INCLUDE>Y</INCTRAN></STMTRQ></STMTTRNRQ><URL>https://bank.example/ofx;s=1?u=ana</OFX>', () => 'p')
  assert.equal(asked, '<OFX><SIGNONMSGSRQV1><SONRQ><USERPASS>[secret:password]<CLIENTUID>[not kept]<APPID>QWIN</SONRQ></SIGNONMSGSRQV1><STMTTRNRQ><STMTRQ><INCTRAN><INCLUDE>Y</INCTRAN></STMTRQ></STMTTRNRQ><URL>https://bank.example/ofx;s=…?u=…</OFX>')
})

// Fails when: a code is looked for in the content of an answer (was so: whoever pays an account with such words as a memo, at a bank that writes them as they came, had its password taken for refused).
test('what stands in rows, account lists and profiles is no status of the answer, as it comes in, whole or cut', async () => {
  const head = '<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260305</SONRS></SIGNONMSGSRSV1>'
  const status = (code: number): string => `<TRNUID>1<STATUS><CODE>${code}<SEVERITY>${code === 0 ? 'INFO' : 'ERROR'}</STATUS>`
  const answers: readonly (readonly [string, LoginVerdict])[] = [
    [`<BANKMSGSRSV1><STMTTRNRS>${status(0)}<STMTRS><CURDEF>USD<BANKTRANLIST><STMTTRN><MEMO>Rent <CODE>15500<SEVERITY>ERROR</STMTTRN>`, 'accepted'],
    [`<CREDITCARDMSGSRSV1><CCSTMTTRNRS>${status(0)}<CCSTMTRS><CCSTMTTRN><NAME><CODE>15502</CODE><`, 'accepted'],
    [`<SIGNUPMSGSRSV1><ACCTINFOTRNRS>${status(0)}<ACCTINFORS><ACCTINFO><DESC><CODE>15500<SEVERITY>`, 'accepted'],
    [`<BANKMSGSRSV1><STMTTRNRS>${status(15500)}</STMTTRNRS>`, 'refused'],
  ]
  for (const [rest, verdict] of answers) {
    for (const end of ['', '</OFX>']) {
      const body = Buffer.from(`${head}${rest}${end}`)
      const seen: LoginVerdict[] = []
      const transport: Transport = {
        async exchange({ judge, judgeHead }) {
          for (let length = 1; length <= body.length; length++) seen.push(judgeHead!(body.subarray(0, length)))
          seen.push(judge!({ status: 200, headers: {}, body, finalUrl: 'https://bank.example/', receivedAt: 0, clockSkewSeconds: null }))
          return failed({ code: 'answer_unreadable', stage: 'http', retry: { kind: 'at', at: null }, message: '', evidence: [{}] })
        },
      }
      const settings = readSettings({ url: 'https://bank.example/' })
      assert.ok(settings.ok)
      await exchangeMessage(transport, settings.value, { purpose: 'x', stage: 'statement', url: 'https://bank.example/', write: () => assert.fail('not written'), secrets: ['password'] })
      assert.deepEqual([seen.at(-2), seen.at(-1)], [verdict, verdict], rest)
      assert.ok(seen.every((each) => each === verdict || each === 'unknown'), rest)
    }
  }
})

// Fails when: blanks can be parted in two ways (seen: 7 s for these, and half an hour for a megabyte, in which nothing else went on).
test('a bank that sends blanks for a code holds up nothing', async () => {
  const status = '<STATUS><CODE>0<SEVERITY>INFO</STATUS>'
  const head = Buffer.from(`<OFX><SIGNONMSGSRSV1><SONRS>${status}</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS>${status}<STATUS><CODE>${' '.repeat(64_000)}x`)
  let user = Infinity
  const transport: Transport = {
    async exchange({ judgeHead }) {
      const began = process.cpuUsage()
      judgeHead!(head)
      ;({ user } = process.cpuUsage(began))
      return failed({ code: 'answer_unreadable', stage: 'http', retry: { kind: 'at', at: null }, message: '', evidence: [{}] })
    },
  }
  const settings = readSettings({ url: 'https://bank.example/' })
  assert.ok(settings.ok)
  await exchangeMessage(transport, settings.value, { purpose: 'x', stage: 'statement', url: 'https://bank.example/', write: () => assert.fail('not written'), secrets: ['password'] })
  assert.ok(user < 500_000, `${user / 1e6} s`)
})

test('questions about the program are answered without a person; all others become prompts', () => {
  assert.equal(ownAnswer('MFA101', 0, ''), '19700101000000')
  assert.equal(ownAnswer('MFA107', 0, 'Agent'), 'Agent')
  assert.equal(ownAnswer('MFA16', 0, ''), null)
  const prompts = promptsOf([{ phraseId: 'MFA105', label: null }, { phraseId: 'MFA16', label: null }, { phraseId: 'sms', label: 'The code we sent you' }, { phraseId: null, label: 'x' }], 0)
  assert.deepEqual(prompts, [{ id: 'mfa.MFA16', kind: 'question', label: 'Your mother\'s maiden name' }, { id: 'mfa.sms', kind: 'code', label: 'The code we sent you' }])
})

// Fails when: what a bank asks is put to a person as it came (was so: any number of questions of any length, with characters that turn or break a line).
test('questions are few, each once, and one readable line', () => {
  const many = Array.from({ length: 5_000 }, (_, n) => ({ phraseId: `Q${n % 4_000}`, label: `Which?\r\n\u202egnorw ${'é😀'.repeat(50_000)}` }))
  const prompts = promptsOf(many, 0)
  assert.deepEqual([prompts.length, askedOf(many).length, new Set(prompts.map(({ id }) => id)).size], [20, 20, 20])
  for (const { label } of prompts) assert.match(label, /^Which\? gnorw [é😀]{1,299}…$/u)
  assert.ok(tokenPrompt('x'.repeat(50_000)).label.length <= 300)
  assert.deepEqual([tokenPrompt(' \u0000 ').label, promptsOf([{ phraseId: 'MFA16', label: '\u200b' }], 0)[0]?.label], [tokenPrompt(null).label, 'Your mother\'s maiden name'])
})

test('a balance of this moment is of the day at the bank, though the instant is written in another zone; any other stays as written', () => {
  const context = { now: () => Date.parse('2027-03-02T00:46:22Z'), institution: { timeZone: 'America/Los_Angeles' } as Institution }
  const daysOf = (...stated: readonly (readonly [on: string, at: string | null])[]) => {
    const balances = stated.map(([on, at]) => ({ kind: 'ledger', amount: '1', currency: 'USD', on, at }))
    return balancesOfToday({ balances } as unknown as Parameters<typeof balancesOfToday>[0], context).balances.map(({ on }) => on)
  }
  assert.deepEqual(daysOf(['2027-03-02', '2027-03-02T00:46:20.000Z'], ['2027-03-02', '2027-03-02T00:00:00.000Z'], ['2027-03-02', null]), ['2027-03-01', '2027-03-02', '2027-03-02'])
})
