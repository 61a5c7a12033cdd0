import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bankStatement, SGML_HEADER, SIGN_ON, XML_HEADER } from './ofx.fixture.ts'
import { parseOfxResponse, RESPONSE_LIMIT, type OfxResponse } from './response.ts'

function read(text: string): OfxResponse {
  const result = parseOfxResponse(Buffer.from(text))
  assert.ok(result.ok, result.ok ? '' : result.failure.message)
  return result.value
}
const refused = (trnuid: string, code: string): string =>
  `<STMTTRNRS><TRNUID>${trnuid}<STATUS><CODE>${code}<SEVERITY>ERROR<MESSAGE>no &amp; no</STATUS></STMTTRNRS>`

test('each statement of an answer comes with its request, its status and its account', () => {
  const { answers, signOn, header } = read(
    `${SGML_HEADER}<OFX>${SIGN_ON}<BANKMSGSRSV1>${refused('7', '2003')}${bankStatement()}${refused('8', '2005')}</BANKMSGSRSV1></OFX>`,
  )
  assert.deepEqual([header.style, header.version, signOn?.status?.code, signOn?.serverTime], ['sgml', '102', '0', '2024-01-31T12:00:00Z'])
  assert.deepEqual(
    answers.map(({ of, trnuid, status, account, statement }) => [
      of,
      trnuid,
      status?.code,
      status?.message,
      account?.number ?? null,
      statement.map((part) => part.part),
    ]),
    [
      ['STMTTRNRS', '7', '2003', 'no & no', null, []],
      ['STMTTRNRS', '1', '0', null, 'A-1', ['start', 'rows', 'balance', 'end']],
      ['STMTTRNRS', '8', '2005', 'no & no', null, []],
    ],
  )
})

test('what a server sends as a transaction is one, whatever it is called', () => {
  const rows = ['Opening Balance', 'Saldo do dia'].map((name, at) => `<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240115<TRNAMT>90.00<FITID>A${at}<NAME>${name}</STMTTRN>`).join('')
  const { answers } = read(`${SGML_HEADER}<OFX>${SIGN_ON}<BANKMSGSRSV1>${bankStatement({ rows })}</BANKMSGSRSV1></OFX>`)
  assert.deepEqual(answers.flatMap(({ statement }) => statement.flatMap((part) => (part.part === 'rows' ? part.rows.map(({ name }) => name) : []))), ['Opening Balance', 'Saldo do dia'])
})

test('the sign-on keeps every token of the session', () => {
  const { signOn } = read(
    `${XML_HEADER}<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15000</CODE><SEVERITY>info</SEVERITY><MESSAGE>change it</MESSAGE></STATUS><DTSERVER>20240131120000.000[-5:EST]</DTSERVER><USERKEY>K</USERKEY>` +
      '<TSKEYEXPIRE>20250101</TSKEYEXPIRE><LANGUAGE>ENG</LANGUAGE><DTPROFUP>20230101120000</DTPROFUP><DTACCTUP>20230202</DTACCTUP><FI><ORG>Org</ORG><FID>12</FID></FI><SESSCOOKIE>C</SESSCOOKIE><ACCESSKEY>A</ACCESSKEY></SONRS></SIGNONMSGSRSV1></OFX>',
  )
  assert.deepEqual(signOn, {
    serverTime: '2024-01-31T12:00:00-05:00',
    language: 'ENG',
    profileUpdated: '20230101120000',
    accountsUpdated: '20230202',
    userKey: 'K',
    userKeyExpires: '20250101',
    sessionCookie: 'C',
    accessKey: 'A',
    authToken: null,
    status: { code: '15000', severity: 'INFO', message: 'change it', line: 3 },
    org: 'Org',
    fid: '12',
  })
})

test('a refused sign-on is an answer, not a failure', () => {
  const { signOn, answers } = read(
    `<OFX>${SIGN_ON.replace('<CODE>0<SEVERITY>INFO', '<CODE>15500<SEVERITY>ERROR')}<BANKMSGSRSV1>${refused('1', '15500')}</BANKMSGSRSV1></OFX>`,
  )
  assert.deepEqual([signOn?.status?.code, signOn?.status?.severity, answers[0]?.status?.code], ['15500', 'ERROR', '15500'])
})

test('challenges name their phrases', () => {
  const { challenges, answers } = read(
    `<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>3000<SEVERITY>ERROR</STATUS><DTSERVER>20240101<LANGUAGE>ENG</SONRS><MFACHALLENGETRNRS><TRNUID>9<STATUS><CODE>0<SEVERITY>INFO</STATUS>` +
      '<MFACHALLENGERS><MFACHALLENGE><MFAPHRASEID>MFA13<MFAPHRASELABEL>Mother&#39;s name?</MFACHALLENGE><MFACHALLENGE><MFAPHRASEID>123</MFACHALLENGE></MFACHALLENGERS></MFACHALLENGETRNRS></SIGNONMSGSRSV1></OFX>',
  )
  assert.deepEqual(challenges, [
    { phraseId: 'MFA13', label: "Mother's name?" },
    { phraseId: '123', label: null },
  ])
  assert.deepEqual(
    answers.map(({ of, trnuid }) => [of, trnuid]),
    [['MFACHALLENGETRNRS', '9']],
  )
})

test('a profile tells what the login needs', () => {
  const core =
    '<MSGSETCORE><VER>1<URL>https://bank.example/ofx?a=1&amp;b=2<OFXSEC>NONE<TRANSPSEC>Y<SIGNONREALM>R<LANGUAGE>ENG<LANGUAGE>FRA<SYNCMODE>LITE<RESPFILEER>N<SPNAME>Sp</MSGSETCORE>'
  const { profile } = read(
    `<OFX>${SIGN_ON}<PROFMSGSRSV1><PROFTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><PROFRS><MSGSETLIST><SIGNONMSGSET><SIGNONMSGSETV1>${core}</SIGNONMSGSETV1></SIGNONMSGSET><BANKMSGSET><BANKMSGSETV1>${core}<CLOSINGAVAIL>N<EMAILPROF><CANEMAIL>Y</EMAILPROF></BANKMSGSETV1></BANKMSGSET></MSGSETLIST>` +
      '<SIGNONINFOLIST><SIGNONINFO><SIGNONREALM>R<MIN>4<MAX>32<CHARTYPE>ALPHAANDNUMERIC<CASESEN>Y<SPECIAL>N<SPACES>N<PINCH>N<CHGPINFIRST>N<USERCRED1LABEL>PIN<CLIENTUIDREQ>Y<AUTHTOKENFIRST>Y<AUTHTOKENLABEL>Code<AUTHTOKENINFOURL>https://bank.example/help<MFACHALLENGESUPT>Y<MFACHALLENGEFIRST>N</SIGNONINFO></SIGNONINFOLIST>' +
      '<DTPROFUP>20230101<FINAME>Bank<ADDR1>1 Road<CITY>X<STATE>Y<POSTALCODE>1<COUNTRY>USA<CSPHONE>555<URL>https://bank.example</PROFRS></PROFTRNRS></PROFMSGSRSV1></OFX>',
  )
  assert.deepEqual(
    profile?.messageSets.map((set) => [set.name, set.url, set.transportSecurity, set.fileErrorRecovery, set.languages, set.version]),
    [
      ['SIGNONMSGSETV1', 'https://bank.example/ofx?a=1&b=2', true, false, ['ENG', 'FRA'], 1],
      ['BANKMSGSETV1', 'https://bank.example/ofx?a=1&b=2', true, false, ['ENG', 'FRA'], 1],
    ],
  )
  const info = profile?.signOnInfos[0]
  assert.deepEqual(
    [
      info?.credential1Label,
      info?.clientUidRequired,
      info?.authTokenFirst,
      info?.authTokenLabel,
      info?.authTokenInfoUrl,
      info?.challengeSupported,
      info?.challengeFirst,
      info?.accessTokenRequired,
    ],
    ['PIN', true, true, 'Code', 'https://bank.example/help', true, false, null],
  )
  assert.deepEqual([profile?.updated, profile?.name, profile?.url, profile?.customerPhone], ['20230101', 'Bank', 'https://bank.example', '555'])
})

test('an account list tells every kind of account, and an empty list is not an absent one', () => {
  const list = (content: string): string =>
    `<OFX>${SIGN_ON}<SIGNUPMSGSRSV1><ACCTINFOTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><ACCTINFORS><DTACCTUP>20240101${content}</ACCTINFORS></ACCTINFOTRNRS></SIGNUPMSGSRSV1></OFX>`
  const { accounts } = read(
    list(
      '<ACCTINFO><DESC>Both<PHONE>1<BANKACCTINFO><BANKACCTFROM><BANKID>9<BRANCHID>3<ACCTID>B<ACCTTYPE>checking</BANKACCTFROM><SUPTXDL>Y<XFERSRC>N<XFERDEST>N<SVCSTATUS>PEND</BANKACCTINFO>' +
        '<CCACCTINFO><CCACCTFROM><ACCTID>C</CCACCTFROM><SUPTXDL>N<SVCSTATUS>AVAIL</CCACCTINFO></ACCTINFO>' +
        '<ACCTINFO><LOANACCTINFO><LOANACCTFROM><LOANACCTID>L<LOANACCTTYPE>AUTO</LOANACCTFROM><SVCSTATUS>ACTIVE</LOANACCTINFO></ACCTINFO>' +
        '<ACCTINFO><INVACCTINFO><INVACCTFROM><BROKERID>br<ACCTID>I</INVACCTFROM><USPRODUCTTYPE>OTHER<CHECKING>N<SVCSTATUS>ACTIVE</INVACCTINFO></ACCTINFO>',
    ),
  )
  assert.deepEqual(
    accounts?.map(({ account, type, downloads, serviceStatus, phone }) => [account, type, downloads, serviceStatus, phone]),
    [
      [{ number: 'B', bankId: '9', branchId: '3', kind: 'checking', name: 'Both' }, 'checking', true, 'PEND', '1'],
      [{ number: 'C', bankId: null, branchId: null, kind: 'credit_card', name: 'Both' }, null, false, 'AVAIL', '1'],
      [{ number: 'L', bankId: null, branchId: null, kind: 'loan', name: null }, 'AUTO', null, 'ACTIVE', null],
      [{ number: 'I', bankId: 'br', branchId: null, kind: 'investment', name: null }, null, null, 'ACTIVE', null],
    ],
  )
  assert.deepEqual(read(list('')).accounts, [])
  assert.equal(read(`<OFX>${SIGN_ON}</OFX>`).accounts, null)
})

test('empty unclosed vendor tags do not swallow the elements after them', () => {
  const { signOn } = read(`<OFX>${SIGN_ON.replace('<LANGUAGE>', '<INTU.EMPTY><USERKEY>K<LANGUAGE>')}</OFX>`)
  assert.deepEqual([signOn?.userKey, signOn?.language], ['K', 'ENG'])
})

for (const [name, body, code] of [
  ['an empty body', '', 'empty_file'],
  ['a web page', '<html><body>Maintenance</body></html>', 'unknown_format'],
  ['plain text', 'Service unavailable', 'unknown_format'],
  ['half an answer', `${SGML_HEADER}<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0`, 'truncated'],
  ['an answer cut before the sign-on', `${SGML_HEADER}<OFX>`, 'truncated'],
  ['a statement cut in the middle', `<OFX>${SIGN_ON}<BANKMSGSRSV1>${bankStatement().slice(0, -60)}`, 'truncated'],
  ['too many bytes', ' '.repeat(RESPONSE_LIMIT + 1), 'limit_exceeded'],
  ['too many elements', `<OFX>${'<MESSAGE>x'.repeat(200_001)}</OFX>`, 'limit_exceeded'],
] as const) {
  test(`${name}: ${code}`, () => {
    const result = parseOfxResponse(Buffer.from(body))
    assert.equal(result.ok ? 'read' : result.failure.code, code)
  })
}
