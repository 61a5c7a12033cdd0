/** Real files, with what they hold counted and added up outside this program (by eye, grep and bc, libofx's ofxdump). */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DecimalSum } from '../../domain/money.ts'
import { readAll, type ReadStatement } from './ofx.fixture.ts'
import { parseOfxResponse } from './response.ts'

const corpus = join(process.env['RELINK_SHARED'] ?? join(import.meta.dirname, '../../../../shared'), 'corpus')
const skip = existsSync(corpus) ? false : 'the corpus is not here'

/** account, kind, currency, covered days, rows, their sum, first and last day, balances as kind, amount and day. */
type Expected = readonly [string, string, string | null, string | null, string | null, number, string, string | null, string | null, ...string[]]

const PARSE = 'jseutter__ofxparse/tests/fixtures'
const OFX4J = 'stoicflame__ofx4j/src/test/resources/com/webcohesion/ofx4j/io'
const two: readonly Expected[] = [
  ['9100', 'checking', 'USD', null, null, 0, '0', null, null, 'ledger 111 2012-06-03'],
  ['9200', 'savings', 'USD', null, null, 0, '0', null, null, 'ledger 222 2012-06-03'],
]
const FILES: Readonly<Record<string, readonly Expected[] | string>> = {
  [`${PARSE}/account_listing_aggregation.ofx`]: 'not_statements',
  [`${PARSE}/bank_small.ofx`]: 'not_statements',
  [`${PARSE}/error_message.ofx`]: 'bank_refused',
  [`${PARSE}/fail_nice/empty_balance.ofx`]: [['192639749', 'checking', 'CAD', '2011-04-12', '2011-06-14', 1, '120', '2011-03-08', '2011-03-08']],
  [`${PARSE}/fidelity-savings.ofx`]: [['X0000001', 'investment', 'USD', '2012-07-10', '2012-09-08', 4, '-1778.3952', '2012-07-20', '2012-07-27']],
  [`${PARSE}/fidelity.ofx`]: [
    ['01234567890', 'investment', 'USD', '2012-07-10', '2012-09-08', 3, '-0.57', '2012-07-31', '2012-08-31', 'available 18073.98 2012-09-08'],
  ],
  [`${PARSE}/investment_medium.ofx`]: [
    ['ABC123', 'investment', 'CAD', '2009-12-14', '2009-12-15', 3, '-3.95', '2009-12-15', '2009-12-15', 'available 1 2009-12-15'],
  ],
  [`${PARSE}/multiple_accounts.ofx`]: two,
  [`${PARSE}/multiple_accounts2.ofx`]: two,
  [`${PARSE}/ofx-v102-empty-tags.ofx`]: [['12345678', 'other', null, '2018-05-06', '2018-08-04', 1, '12.34', '2018-05-07', '2018-05-07']],
  [`${PARSE}/signon_success_no_message.ofx`]: 'not_statements',
  [`${PARSE}/suncorp.ofx`]: [
    [
      '123456789',
      'checking',
      'AUD',
      '2013-06-18',
      '2013-12-15',
      1,
      '-16.85',
      '2013-12-15',
      '2013-12-15',
      'ledger 1234.12 2013-12-15',
      'available 1234.12 2013-12-15',
    ],
  ],
  [`${PARSE}/vanguard.ofx`]: [['01234567890', 'investment', 'USD', '2011-06-25', '2011-07-27', 0, '0', null, null]],
  [`${OFX4J}/bank-of-america-profile.ofx`]: 'not_statements',
  [`${OFX4J}/example-response.ofx2`]: [
    [
      '098-121',
      'savings',
      'USD',
      '2007-01-01',
      '2007-10-15',
      3,
      '250',
      '2007-03-15',
      '2007-07-09',
      'ledger 5250 2007-10-15',
      'available 5250 2007-10-15',
    ],
  ],
  [`${OFX4J}/nanoxml/closing-tags.ofx`]: 'not_statements',
  // This one ends after </SIGNONINFO>, in the middle of the profile.
  [`${OFX4J}/nanoxml/example-response2.ofx`]: 'truncated',
  [`${OFX4J}/nanoxml/simple.ofx`]: 'not_statements',
  [`${OFX4J}/nanoxml/whitespace-example.ofx`]: 'not_statements',
}

function summary({ head, rows, balances, covers }: ReadStatement): Expected {
  const sum = new DecimalSum()
  for (const row of rows) sum.add(row.amount)
  const days = rows.map((row) => row.postedOn).sort()
  return [
    head.account.number ?? '',
    head.account.kind,
    head.currency,
    covers?.from ?? null,
    covers?.to ?? null,
    rows.length,
    sum.toDecimal(),
    days[0] ?? null,
    days.at(-1) ?? null,
    ...balances.map((balance) => `${balance.kind} ${balance.amount} ${balance.on}`),
  ]
}

for (const [file, expected] of Object.entries(FILES)) {
  test(`corpus: ${file}`, { skip }, async () => {
    const bytes = readFileSync(join(corpus, file))
    const { statements, failure } = await readAll(bytes)
    assert.deepEqual(failure?.code ?? statements.map(summary), expected)
  })
}

test('every OFX file of the corpus is in the table', { skip }, () => {
  const all = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ofx2?|qfx|qbo)$/i.test(file))
  assert.deepEqual(all.sort(), Object.keys(FILES).sort())
})

test('the rows of a real file are those of the file', { skip }, async () => {
  const { statements } = await readAll(readFileSync(join(corpus, `${OFX4J}/example-response.ofx2`)))
  assert.deepEqual(
    statements[0]?.rows.map((row) => [row.providerId, row.postedOn, row.transactedOn, row.amount, row.kind, row.name, row.memo, row.checkNumber]),
    [
      ['980315001', '2007-03-15', '2007-03-15', '200', 'CREDIT', 'DEPOSIT', 'automatic deposit', null],
      ['980310001', '2007-03-29', '2007-03-29', '150', 'CREDIT', 'TRANSFER', 'Transfer from checking', null],
      ['980309001', '2007-07-09', '2007-07-09', '-100', 'PAYMENT', 'John Hancock', null, '1025'],
    ],
  )
})

test("a real bank's profile names the address, what a password must be, and the bank", { skip }, () => {
  const read = parseOfxResponse(readFileSync(join(corpus, `${OFX4J}/bank-of-america-profile.ofx`)))
  assert.ok(read.ok)
  const { profile, signOn } = read.value
  assert.deepEqual([signOn?.org, signOn?.fid, signOn?.status?.code, signOn?.serverTime], ['HAN', '6812', '0', '2012-04-18T17:04:03Z'])
  assert.deepEqual(
    profile?.messageSets.map((set) => set.name),
    ['SIGNONMSGSETV1', 'SIGNUPMSGSETV1', 'BANKMSGSETV1', 'CREDITCARDMSGSETV1', 'BILLPAYMSGSETV1', 'EMAILMSGSETV1', 'PROFMSGSETV1'],
  )
  assert.equal(profile?.messageSets[2]?.url, 'https://ofx.bankofamerica.com/cgi-forte/fortecgi?servicename=ofx_2-3&pagename=ofx')
  assert.deepEqual([profile?.name, profile?.postalCode, profile?.url], ['Bank of America', '75265-9964', 'http://www.bankofamerica.com'])
  const info = profile?.signOnInfos[0]
  assert.deepEqual([info?.realm, info?.minLength, info?.maxLength, info?.caseSensitive, info?.specialCharacters], ['BOFA-REALM', 4, 20, false, true])
})

test("a real bank's account list names four accounts", { skip }, () => {
  const read = parseOfxResponse(readFileSync(join(corpus, `${PARSE}/account_listing_aggregation.ofx`)))
  assert.ok(read.ok)
  assert.deepEqual(
    read.value.accounts?.map(({ account, type, serviceStatus, downloads }) => [
      account.number,
      account.kind,
      account.name,
      type,
      serviceStatus,
      downloads,
    ]),
    [
      ['0000000001', 'savings', 'USAA SAVINGS', 'SAVINGS', 'ACTIVE', true],
      ['0000000002', 'checking', 'FOUR STAR CHECKING', 'CHECKING', 'ACTIVE', true],
      ['00000000000003', 'credit_line', 'LINE OF CREDIT', 'CREDITLINE', 'ACTIVE', true],
      ['4111111111111111', 'credit_card', 'MY CREDIT CARD', null, 'ACTIVE', true],
    ],
  )
})
