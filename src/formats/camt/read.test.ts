/** CAMT messages in the variations of banks and versions; made-up statements. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, collect, summary, type Outcome } from '../testing/collect.ts'
import { TRANSACTIONS_KEPT } from '../xml-elements.ts'
import { readCamt } from './read.ts'

const read = (content: string | Uint8Array, size?: number): Promise<Outcome> => collect(readCamt(bytes(content, size)))

const ACCOUNT = '<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>'
const document = (statement: string, type = '053.001.02'): string =>
  `<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.${type}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>${statement}</Stmt></BkToCstmrStmt></Document>\n`
const entry = (inner: string, amount = '5.00', direction = 'DBIT'): string =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd>${inner.includes('<Sts>') ? '' : '<Sts>BOOK</Sts>'}${inner.includes('<BookgDt>') ? '' : '<BookgDt><Dt>2024-01-03</Dt></BookgDt>'}${inner}</Ntry>`
const balance = (code: string, amount: string, on: string): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${on}</Dt></Dt></Bal>`

async function rowOf(content: string): Promise<Outcome['statements'][number]['rows'][number]> {
  const { statements, failure } = await read(document(ACCOUNT + content))
  assert.equal(failure, null, failure?.message)
  return statements[0]!.rows[0]!
}

async function failureOf(content: string): Promise<string> {
  const { failure } = await read(content)
  return failure === null ? 'none' : `${failure.code} ${failure.line}`
}

test('a reversal has the direction that it says itself, and the party of the original', async () => {
  const parties = '<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Me</Nm></Dbtr><Cdtr><Nm>Gym</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>'
  const returned = await rowOf(entry(`<RvslInd>true</RvslInd>${parties}`, '5.00', 'CRDT'))
  assert.deepEqual([returned.amount, returned.name], ['5', 'Gym'])
  assert.deepEqual([(await rowOf(entry(parties))).name, (await rowOf(entry(parties, '5.00', 'CRDT'))).name], ['Gym', 'Me'])
})

test('pages of one statement, each from the interim balance of the one before, are one statement; a page alone begins with it', async () => {
  const row = (amount: string): string => entry('', amount)
  const page = (content: string): string => `<Stmt><Id>1</Id>${ACCOUNT}${content}</Stmt>`
  const [first, middle, last] = [
    balance('OPBD', '100', '2024-01-02') + balance('ITBD', '90', '2024-01-03') + row('5') + row('5'),
    balance('ITBD', '90', '2024-01-03') + balance('ITBD', '85', '2024-01-03') + row('5'),
    balance('ITBD', '85', '2024-01-03') + balance('CLBD', '80', '2024-01-03') + row('5'),
  ]
  const of = async (...pages: readonly string[]): Promise<readonly string[]> => (await read(document('').replace(/<Stmt>.*<\/Stmt>/s, pages.map(page).join('')))).statements.map(summary)
  assert.deepEqual(await of(first, middle, last), ['4 -20 2024-01-03 2024-01-03 100 80'])
  assert.deepEqual(await of(first, last), ['2 -10 2024-01-03 2024-01-03 100 90', '1 -5 2024-01-03 2024-01-03 85 80'], 'one is missing')
  assert.deepEqual(await of(middle), ['1 -5 2024-01-03 2024-01-03 90 85'])
  assert.deepEqual(await of(first.replace('>90<', '>95<')), ['2 -10 2024-01-03 2024-01-03 100 -'], 'of some hour')
  assert.deepEqual(await of(last), ['1 -5 2024-01-03 2024-01-03 85 80'])
  assert.deepEqual(await of(last.replace('80', '79')), ['1 -5 2024-01-03 2024-01-03 - 79'], 'an interim balance of some hour')
  assert.deepEqual(await of(first, balance('OPBD', '90', '2024-01-03') + balance('CLBD', '85', '2024-01-03') + row('5')), ['2 -10 2024-01-03 2024-01-03 100 90', '1 -5 2024-01-03 2024-01-03 90 85'], 'a statement of its own')
  const other = page(middle).replace('DE89', 'DE88')
  assert.equal((await read(document('').replace(/<Stmt>.*<\/Stmt>/s, page(first) + other))).statements.length, 2, 'another account')
})

// Fails when: what the bank adds up itself is passed over (seen): beside no balance a row that was lost went unnoticed.
test('the totals of a statement are compared with its entries, what is pending among them or not; those of a page are not', async () => {
  const totals = (out: string, into: string): string => `<TxsSummry><TtlNtries><NbOfNtries>9</NbOfNtries></TtlNtries><TtlCdtNtries><Sum>${into}</Sum></TtlCdtNtries><TtlDbtNtries><Sum>${out}</Sum></TtlDbtNtries></TxsSummry>`
  const told = async (content: string, above = ''): Promise<boolean> => (await read(document(above + ACCOUNT + content))).statements[0]!.notices.join().includes('do not add up')
  const [out, into, waits] = [entry('', '5.00'), entry('', '7.50', 'CRDT'), entry('<Sts>PDNG</Sts>', '2.00')]
  for (const sum of ['10.00', '12']) assert.equal(await told(totals(sum, '7.5') + out + into + out + waits), false, sum)
  for (const damaged of [out + into, out + into + out + out, out + out, out + into + entry('', '5.01')]) assert.equal(await told(totals('10.00', '7.50') + damaged), true)
  assert.equal(await told(totals('10.00', '7.50') + out, '<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>'), false)
  assert.equal(await told(totals('10.00', '7.50') + out + into + entry('<RvslInd>true</RvslInd>', '5.00', 'CRDT')), false)
})

test('status by word and by code, information is no row', async () => {
  for (const [status, expected] of [
    ['BOOK', 'posted'],
    ['<Cd>BOOK</Cd>', 'posted'],
    ['PDNG', 'pending'],
    ['<Cd>PDNG</Cd>', 'pending'],
    ['<Cd>FUTR</Cd>', 'pending'],
    ['<Prtry>GEBUCHT</Prtry>', 'posted'],
  ] as const) {
    assert.equal((await rowOf(entry(`<Sts>${status}</Sts>`))).status, expected, status)
  }
  const { statements } = await read(document(ACCOUNT + entry('<Sts><Cd>INFO</Cd></Sts>')))
  assert.deepEqual([statements[0]!.rows.length, statements[0]!.notices.length], [0, 1])
})

test('booking and value days are as the bank wrote them, with or without time and zone', async () => {
  const row = await rowOf(entry('<BookgDt><DtTm>2024-01-03T23:30:00-05:00</DtTm></BookgDt><ValDt><Dt>2024-01-04+01:00</Dt></ValDt>'))
  assert.deepEqual([row.postedOn, row.valueOn], ['2024-01-03', '2024-01-04'])
})

test('texts: several lines, structured references, ids that say nothing are none', async () => {
  const row = await rowOf(
    entry(`<NtryRef>1</NtryRef><AcctSvcrRef>BANK-1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
    <NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId><ChqNb>77</ChqNb></Refs>
    <RmtInf><Ustrd>Invoice 1</Ustrd><Ustrd>of May &amp; June</Ustrd><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>SEPA</AddtlNtryInf>`),
  )
  assert.deepEqual(
    [row.providerId, row.kind, row.memo, row.reference, row.checkNumber],
    ['BANK-1', 'PMNT/ICDT/ESCT', 'Invoice 1 of May & June RF18539007547034 SEPA', 'RF18539007547034', '77'],
  )
})

test('a collective entry is one row, whatever number of payments it lists', async () => {
  const payments = Array.from(
    { length: 20_000 },
    (_, i) => `<TxDtls><Amt Ccy="EUR">1</Amt><RltdPties><Cdtr><Nm>P${i}</Nm></Cdtr></RltdPties></TxDtls>`,
  ).join('')
  const row = await rowOf(entry(`<NtryDtls>${payments}</NtryDtls>`, '20000'))
  assert.deepEqual([row.amount, row.name], ['-20000', null])
  assert.match(row.memo!, /^P0, 1 EUR; P1, 1 EUR;/)
  assert.ok(row.memo!.endsWith(`(and ${20_000 - TRANSACTIONS_KEPT} more payments)`))
})

test('an amount from another currency is kept beside, with the sign of the row', async () => {
  const row = await rowOf(
    entry(
      '<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy="USD">5.40</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">5.00</Amt><CcyXchg><SrcCcy>USD</SrcCcy><XchgRate>1.08</XchgRate></CcyXchg></TxAmt></AmtDtls></TxDtls></NtryDtls>',
    ),
  )
  assert.deepEqual(row.foreign, { amount: '-5.4', currency: 'USD', rate: '1.08' })
})

test('balances with their days; the former closing balance is an opening one only where no other is', async () => {
  const { statements } = await read(
    document(
      ACCOUNT +
        balance('PRCD', '99', '2024-01-01') +
        balance('OPBD', '100', '2024-01-02') +
        balance('CLBD', '95', '2024-01-03') +
        balance('CLAV', '90', '2024-01-03') +
        balance('FWAV', '80', '2024-01-09') +
        entry(''),
    ),
  )
  assert.deepEqual(
    statements[0]!.balances.map(({ kind, amount, on }) => `${kind} ${amount} ${on}`),
    ['opening 100 2024-01-03', 'closing 95 2024-01-03', 'available 90 2024-01-03'],
  )
  assert.deepEqual(statements[0]!.covers, { from: '2024-01-03', to: '2024-01-03' })
  const former = await read(document(ACCOUNT + balance('PRCD', '100', '2024-01-02') + balance('CLBD', '100', '2024-01-03')))
  assert.equal(summary(former.statements[0]!), '0 0 - - 100 100')
})

test('only days that the range holds completely are covered', async () => {
  const covers = async (from: string, to: string): Promise<string> => {
    const { statements } = await read(document(`<FrToDt><FrDtTm>${from}</FrDtTm><ToDtTm>${to}</ToDtTm></FrToDt>${ACCOUNT}`))
    return `${statements[0]!.covers.from} ${statements[0]!.covers.to}`
  }
  assert.equal(await covers('2024-01-01T00:00:00', '2024-01-31T23:59:59'), '2024-01-01 2024-01-31')
  assert.equal(await covers('2024-01-01T00:00:00+01:00', '2024-02-01T00:00:00+01:00'), '2024-01-01 2024-01-31')
  assert.equal(await covers('2024-01-03T08:00:00', '2024-01-03T12:30:00'), 'null null')
})

test('any prefix and any newer version, by local names', async () => {
  const plain = document(ACCOUNT + balance('OPBD', '100', '2024-01-02') + entry(''), '053.001.13')
  const prefixed = plain.replace('xmlns=', 'xmlns:ns2=').replace(/<(\/?)(?=[A-Z])/g, '<$1ns2:')
  assert.deepEqual((await read(prefixed)).statements.map(summary), (await read(plain)).statements.map(summary))
  assert.equal((await read(prefixed)).statements.length, 1)
})

test('the encoding that the declaration names', async () => {
  const content = document(ACCOUNT + entry('<AddtlNtryInf>Café 5 ¤</AddtlNtryInf>')).replace('"1.0"', '"1.0" encoding="ISO-8859-15"')
  const { statements } = await read(Buffer.from(content, 'latin1'), 10)
  assert.equal(statements[0]!.rows[0]!.memo, 'Café 5 €')
})

test('an entry without any date takes the day of its notification, but not that of a statement', async () => {
  const undated = '<Ntry><Amt Ccy="EUR">5</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts></Ntry>'
  const statement = document(`<CreDtTm>2024-01-05T10:00:00</CreDtTm>${ACCOUNT}${undated}`)
  const notification = statement.replaceAll('BkToCstmrStmt', 'BkToCstmrDbtCdtNtfctn').replaceAll('Stmt>', 'Ntfctn>')
  assert.equal((await read(notification)).statements[0]!.rows[0]!.postedOn, '2024-01-05')
  assert.equal(await failureOf(statement), 'missing_field 2')
})

test('what is damaged, missing or hostile fails with its line', async () => {
  const whole = document(`${ACCOUNT}\n${entry('')}`)
  assert.equal(await failureOf(whole), 'none')
  assert.equal(await failureOf(whole.slice(0, -60)), 'truncated 3')
  assert.equal(await failureOf(whole.replace('</Amt>', '</Amount>')), 'malformed 3')
  assert.equal(await failureOf(whole.replace('5.00', '5,00')), 'invalid_amount 3')
  assert.equal(await failureOf(whole.replace('5.00', '-5.00')), 'invalid_amount 3')
  assert.equal(await failureOf(whole.replace('DBIT', 'OUT')), 'missing_field 3')
  assert.equal(await failureOf(whole.replace('2024-01-03', '2024-02-30')), 'invalid_date 3')
  assert.equal(await failureOf(whole.replace(' Ccy="EUR"', '')), 'missing_field 3')
  assert.equal(await failureOf(whole.replace('<Amt Ccy="EUR"', '<Amt Ccy="USD"')), 'malformed 3')
  assert.equal(await failureOf(whole.replace(/<Acct>.*<\/Acct>/, '')), 'missing_field 2')
  assert.equal(await failureOf('<a><b/></a>'), 'not_statements 1')
  assert.equal(await failureOf(whole.replace('?>', '?><!DOCTYPE a [<!ENTITY b "c">]>')), 'malformed 1')
  assert.equal(await failureOf(whole.replace('</Ntry>', '<X>&nbsp;</X></Ntry>')), 'malformed 3')
  assert.equal(await failureOf(whole.replace('</Ntry>', `${'<X>'.repeat(70)}`)), 'limit_exceeded 3')
  assert.equal(await failureOf(whole.replace('</Ntry>', `<X>${'x'.repeat(70_000)}</X></Ntry>`)), 'limit_exceeded 3')
  assert.equal(await failureOf(whole.replace('</Ntry>', `${'<X/>'.repeat(60_000)}</Ntry>`)), 'limit_exceeded 3')
})

test('a report that tells no day of its own is of the day of its message', async () => {
  const report = `<?xml version="1.0"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"><BkToCstmrAcctRpt><GrpHdr><MsgId>1</MsgId><CreDtTm>2024-01-15T12:00:00+02:00</CreDtTm></GrpHdr><Rpt><Id>1</Id>${ACCOUNT}<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry></Rpt></BkToCstmrAcctRpt></Document>\n`
  const { statements, failure } = await read(report)
  assert.equal(failure, null)
  assert.deepEqual(statements[0]!.rows.map(({ postedOn, amount, status }) => [postedOn, amount, status]), [['2024-01-15', '-5', 'pending']])
  assert.equal(await failureOf(report.replace(/<CreDtTm>.*<\/CreDtTm>/, '')), 'missing_field 2')
})

test('the number of a statement and its page are told, of a statement alone', async () => {
  const pagination = '<StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>'
  const numberOf = async (content: string): Promise<readonly number[] | undefined> => (await read(content)).statements[0]!.head.number
  assert.deepEqual(await numberOf(document(`${pagination}<ElctrncSeqNb>31</ElctrncSeqNb>${ACCOUNT}${entry('')}`)), [31, 2])
  assert.deepEqual(await numberOf(document(ACCOUNT + entry(''))), [])
  assert.equal(await numberOf(document(`<ElctrncSeqNb>31</ElctrncSeqNb>${ACCOUNT}${entry('')}`).replaceAll('Stmt>', 'Rpt>').replaceAll('BkToCstmrRpt', 'BkToCstmrAcctRpt')), undefined, 'reports of one day grow')
})

test('zeros and the end-of-file mark behind the last element say nothing', async () => {
  for (const padding of ['\0\0\0\0', '\u001a']) assert.equal(await failureOf(document(ACCOUNT + entry('')) + padding), 'none', JSON.stringify(padding))
  assert.match(await failureOf(`${document(ACCOUNT + entry(''))}\u001a<Document>`), /malformed/)
})

// Fails when: a digit of a year that is damaged moves a row by centuries (seen, as in OFX; CSV and QIF refused it).
test('an entry of a year that no file has is refused with its line', async () => {
  for (const year of ['4025', '1025', '2625']) assert.equal(await failureOf(document(ACCOUNT + entry(`<BookgDt><Dt>${year}-03-03</Dt></BookgDt>`))), 'invalid_date 2', year)
  assert.equal(await failureOf(document(ACCOUNT + entry('<BookgDt><Dt>2025-03-03</Dt></BookgDt><ValDt><Dt>9999-12-31</Dt></ValDt>'))), 'none')
})
