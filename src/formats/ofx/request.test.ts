import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../../domain/day.ts'
import { OFX_VERSIONS } from './markup.ts'
import { writeOfxRequest, type OfxRequest } from './request.ts'
import { assertValid, validatorsMissing } from './validators.fixture.ts'

const signOn = { login: { userId: 'jane', password: 'demo' }, appId: 'QWIN', appVersion: '2700', institution: { org: 'Org', fid: '12' } } as const
const base: OfxRequest = { version: '102', clientTimeMs: Date.UTC(2024, 0, 31, 12, 30, 5), signOn, messages: [] }
const everything: OfxRequest['messages'] = [
  { type: 'profile', trnuid: '1' },
  { type: 'card', trnuid: '2', account: { number: '4111' }, transactions: true, from: day('2024-01-01') },
  {
    type: 'bank',
    trnuid: '3',
    account: { bankId: '111000025', branchId: '7', number: 'A', type: 'CHECKING' },
    transactions: true,
    pending: true,
    from: day('2024-01-01'),
    to: day('2024-01-31'),
  },
  { type: 'accounts', trnuid: '4', updatedAt: '20230101' },
]

test('an anonymous profile request of OFX 1, byte for byte', () => {
  assert.equal(
    writeOfxRequest({
      ...base,
      version: '103',
      newFileUid: 'abc',
      signOn: { login: 'anonymous', appId: 'QWIN', appVersion: '2700' },
      messages: [{ type: 'profile', trnuid: 'T' }],
    }),
    [
      'OFXHEADER:100',
      'DATA:OFXSGML',
      'VERSION:103',
      'SECURITY:NONE',
      'ENCODING:USASCII',
      'CHARSET:1252',
      'COMPRESSION:NONE',
      'OLDFILEUID:NONE',
      'NEWFILEUID:abc',
      '',
      '<OFX>',
      '<SIGNONMSGSRQV1>',
      '<SONRQ>',
      '<DTCLIENT>20240131123005',
      '<USERID>anonymous00000000000000000000000',
      '<USERPASS>anonymous00000000000000000000000',
      '<LANGUAGE>ENG',
      '<APPID>QWIN',
      '<APPVER>2700',
      '</SONRQ>',
      '</SIGNONMSGSRQV1>',
      '<PROFMSGSRQV1>',
      '<PROFTRNRQ>',
      '<TRNUID>T',
      '<PROFRQ>',
      '<CLIENTROUTING>NONE',
      '<DTPROFUP>19900101',
      '</PROFRQ>',
      '</PROFTRNRQ>',
      '</PROFMSGSRQV1>',
      '</OFX>',
      '',
    ].join('\r\n'),
  )
})

test('an OFX 2 request has the XML header, its file ids, and closed leaves', () => {
  const text = writeOfxRequest({ ...base, version: '203', newFileUid: 'n-1', oldFileUid: 'o-1' })
  assert.match(
    text,
    /^<\?xml version="1.0" encoding="UTF-8" standalone="no"\?>\r\n<\?OFX OFXHEADER="200" VERSION="203" SECURITY="NONE" OLDFILEUID="o-1" NEWFILEUID="n-1"\?>\r\n<OFX>\r\n/,
  )
  assert.match(text, /<USERID>jane<\/USERID>\r\n<USERPASS>demo<\/USERPASS>/)
})

test('message sets stand in the order of the specification, whatever order they are asked in', () => {
  const text = writeOfxRequest({ ...base, messages: everything })
  assert.deepEqual(text.match(/<[A-Z]+MSGSRQV1>/g), [
    '<SIGNONMSGSRQV1>',
    '<SIGNUPMSGSRQV1>',
    '<BANKMSGSRQV1>',
    '<CREDITCARDMSGSRQV1>',
    '<PROFMSGSRQV1>',
  ])
  assert.match(text, /<DTACCTUP>20230101/)
  assert.match(text, /<INCTRAN>\r\n<DTSTART>20240101\r\n<DTEND>20240131\r\n<INCLUDE>Y\r\n<\/INCTRAN>/)
})

test('pending rows are asked for only where the version knows them', () => {
  assert.match(writeOfxRequest({ ...base, version: '220', messages: everything }), /<INCLUDEPENDING>Y/)
  assert.doesNotMatch(writeOfxRequest({ ...base, version: '211', messages: everything }), /INCLUDEPENDING/)
})

test('the fields of multi-factor banks stand after the program, in order; a challenge stands beside the sign-on', () => {
  const text = writeOfxRequest({
    ...base,
    version: '103',
    signOn: {
      ...signOn,
      sessionCookie: 'ck',
      clientUid: 'uid',
      credential1: 'c1',
      credential2: 'c2',
      authToken: 'at',
      accessKey: 'ak',
      challengeAnswers: [
        { phraseId: 'MFA13', answer: 'Smith' },
        { phraseId: '2', answer: 'x' },
      ],
    },
    messages: [{ type: 'challenge', trnuid: '9' }],
  })
  assert.deepEqual(text.slice(text.indexOf('<SESSCOOKIE>')).split('\r\n'), [
    '<SESSCOOKIE>ck',
    '<APPID>QWIN',
    '<APPVER>2700',
    '<CLIENTUID>uid',
    '<USERCRED1>c1',
    '<USERCRED2>c2',
    '<AUTHTOKEN>at',
    '<ACCESSKEY>ak',
    '<MFACHALLENGEANSWER>',
    '<MFAPHRASEID>MFA13',
    '<MFAPHRASEA>Smith',
    '</MFACHALLENGEANSWER>',
    '<MFACHALLENGEANSWER>',
    '<MFAPHRASEID>2',
    '<MFAPHRASEA>x',
    '</MFACHALLENGEANSWER>',
    '</SONRQ>',
    '<MFACHALLENGETRNRQ>',
    '<TRNUID>9',
    '<MFACHALLENGERQ>',
    '<DTCLIENT>20240131123005',
    '</MFACHALLENGERQ>',
    '</MFACHALLENGETRNRQ>',
    '</SIGNONMSGSRQV1>',
    '</OFX>',
    '',
  ])
})

test('a login by key or by access token sends no password', () => {
  const key = writeOfxRequest({ ...base, signOn: { ...signOn, login: { userKey: 'K' } } })
  const token = writeOfxRequest({ ...base, version: '220', signOn: { ...signOn, login: { accessToken: 'T' } } })
  assert.match(key, /<USERKEY>K\r\n/)
  assert.match(token, /<ACCESSTOKEN>T<\/ACCESSTOKEN>/)
  for (const text of [key, token]) assert.doesNotMatch(text, /USERPASS|USERID/)
})

test('no login can open or close a tag, and every request is ASCII', () => {
  const text = writeOfxRequest({ ...base, signOn: { ...signOn, login: { userId: 'a<b>&c\r\n<X>', password: 'pä€ß</USERPASS>' } } })
  assert.match(text, /<USERID>a&lt;b&gt;&amp;c &lt;X&gt;\r\n<USERPASS>p&#228;&#8364;&#223;&lt;\/USERPASS&gt;\r\n/)
  assert.doesNotMatch(text, /[^\x00-\x7f]/)
})

for (const version of OFX_VERSIONS) {
  test(`a request with every message is valid for ${version}`, { skip: validatorsMissing }, () => {
    assertValid(Buffer.from(writeOfxRequest({ ...base, version, messages: everything })), version)
  })
}
