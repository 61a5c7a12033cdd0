/**
 * Every CSV, QIF, CAMT and MT940 file of the corpus of real files. Expectations were taken from the
 * files by eye and with awk, not from the readers. The corpus is not part of the repository.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DecimalSum } from '../domain/money.ts'
import type { StatementStream } from '../domain/statement.ts'
import { readCamt } from './camt/read.ts'
import { readCsv } from './csv/read.ts'
import { readStatementFile, type StatementFormat } from './detect.ts'
import { readMt940 } from './mt940/read.ts'
import { readQif } from './qif/read.ts'
import { bytes, collect, summary } from './testing/collect.ts'

const shared = process.env['RELINK_SHARED'] ?? join(import.meta.dirname, '../../../shared')
const corpus = join(shared, 'corpus')
const skip = existsSync(corpus) ? false : 'the corpus (../shared/corpus) is not here'

type Expected =
  | { readonly format: StatementFormat; readonly statements: readonly string[] }
  | { readonly fails: string; readonly line: number }

/** `rows sum first last opening closing` of each statement. */
const csv = (...statements: readonly string[]): Expected => ({ format: 'csv', statements })
const mt940 = (...statements: readonly string[]): Expected => ({ format: 'mt940', statements })
const qif = (...statements: readonly string[]): Expected => ({ format: 'qif', statements })
const camt = (type: '052' | '053' | '054', ...statements: readonly string[]): Expected => ({ format: `camt${type}`, statements })
const fails = (code: string, line: number): Expected => ({ fails: code, line })

const TWO_COLUMNS = csv('5 -548.51 2008-03-26 2008-04-01 - -')
const SLASHES = (day: string): Expected => csv(`3 -548.51 ${day} ${day} 2298.57 1750.06`)

const EXPECTED: Readonly<Record<string, Expected>> = {
  'data_fixtures/73-sample.csv': csv('1 27 2017-07-06 2017-07-06 - -'),
  'data_fixtures/85-date-example.csv': csv('2 -13.77 2020-02-20 2020-02-20 - -'),
  'data_fixtures/austrian_example.csv': csv('13 -149.57 2014-01-02 2014-01-22 - -'),
  'data_fixtures/bom_utf8_file.csv': csv('0 0 - - - -'),
  'data_fixtures/chase.csv': csv('9 6922.11 2009-12-10 2009-12-24 - -'),
  'data_fixtures/danish_kroner_nordea_example.csv': csv('6 -4732 2012-08-27 2012-11-16 - -'),
  'data_fixtures/english_date_example.csv': SLASHES('2009-12-24'),
  // The first record is "Saldo Anterior", the former balance, and no transaction.
  'data_fixtures/extratofake.csv': csv('22 805 2012-11-01 2012-11-05 100 -'),
  'data_fixtures/german_date_example.csv': SLASHES('2009-12-24'),
  'data_fixtures/harder_date_example.csv': csv('5 -123.12 2009-11-04 2011-11-04 - -'),
  'data_fixtures/ing.csv': csv('3 -18.63 2009-11-17 2012-11-15 - -'),
  'data_fixtures/intuit_mint_example.csv': csv('7 -688.96 2014-01-30 2014-12-10 - -'),
  'data_fixtures/invalid_header_example.csv': csv('2 41.9 2016-02-18 2016-02-19 - -'),
  'data_fixtures/multi-line-field.csv': csv('1 -21.59 2002-09-10 2002-09-10 - -'),
  'data_fixtures/nationwide.csv': csv('4 360.23 2013-10-09 2013-12-10 0 360.23'),
  'data_fixtures/simple.csv': fails('missing_field', 1),
  'data_fixtures/some_other.csv': csv('9 6954.57 2003-12-24 2011-12-24 - -'),
  // 02/12/2009 in every row: nothing in the file decides, so the default for "/" (month first) holds.
  'data_fixtures/spanish_date_example.csv': SLASHES('2009-02-12'),
  'data_fixtures/test_money_column.csv': csv('2 40 2012-03-22 2012-03-23 - -'),
  'data_fixtures/two_money_columns.csv': TWO_COLUMNS,
  'data_fixtures/yyyymmdd_date_example.csv': csv('1 -123.45 2012-12-31 2012-12-31 - -'),
  'another_bank_example/input.csv': csv('9 6954.57 2003-12-24 2011-12-24 - -'),
  'integration/english_date_example/input.csv': SLASHES('2009-12-24'),
  'integration/extratofake/input.csv': csv('22 805 2012-11-01 2012-11-05 100 -'),
  'integration/german_date_example/input.csv': SLASHES('2009-12-24'),
  'integration/harder_date_example/input.csv': csv('5 -123.12 2009-11-04 2011-11-04 - -'),
  'integration/intuit_mint_example/input.csv': csv('7 -688.96 2014-01-30 2014-12-10 - -'),
  // Every DEBIT is positive and every CREDIT negative: the file counts what is owed.
  'integration/inversed_credit_card/input.csv': csv('16 187.01 2013-01-17 2013-02-17 - -'),
  'integration/nationwide/input.csv': csv('4 360.23 2013-10-09 2013-12-10 0 360.23'),
  'issue_51_account_tokens/input.csv': csv('8 -79.25 2015-01-09 2015-03-23 - -'),
  'issue_64_date_column/input.csv': csv('2 40 2012-03-22 2012-03-23 - -'),
  'integration/spanish_date_example/input.csv': SLASHES('2009-02-12'),
  'integration/suntrust/input.csv': csv('7 700 2014-11-01 2014-11-17 0 700'),
  'integration/tab_delimited_file/input.csv': csv('2 -15 2016-01-02 2016-01-02 15 0'),
  'integration/two_money_columns/input.csv': TWO_COLUMNS,
  'integration/unattended_config/input.csv': csv('9 6922.11 2009-12-10 2009-12-24 - -'),
  'integration/yyyymmdd_date_example/input.csv': csv('1 -123.45 2012-12-31 2012-12-31 - -'),

  'camt052.v1.xml': camt('052', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt052.v2.other-account.xml': camt('052', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt052.v2.with-account-name.xml': camt('052', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt052.v4.xml': camt('052', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt052.v6.Amt-zero.xml': camt('052', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt052.v6.xml': camt('052', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt053.v2.minimal.ultimate.xml': camt('053', '1 8.85 2014-12-31 2014-12-31 18.15 -27'),
  'camt053.v2.minimal.xml': camt('053', '1 8.85 2014-12-31 2014-12-31 18.15 -27'),
  'camt053.v2.multi.statement.xml': camt('053', '1 8.85 2014-12-31 2014-12-31 18.15 27', '1 -7 2014-12-31 2014-12-31 27 20'),
  'camt053.v2.with-account-name.xml': camt('053', '1 8.85 2014-12-31 2014-12-31 - -'),
  'camt053.v2.with-party-ids.xml': camt('053', '1 8.85 2014-12-31 2014-12-31 18.15 -27'),
  'camt053.v2.wrong.xml': fails('missing_field', 3),
  'camt053.v8.xml': camt('053', '1 8.85 2014-12-31 2014-12-31 18.15 -27'),
  'camt054.v2.with-account-name.xml': camt('054', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt054.v4.xml': camt('054', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt054.v8-with-UETR.xml': camt('054', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt054.v8-with-financial-institution.xml': camt('054', '1 -200000 2007-10-18 2007-10-18 - -'),
  'camt53.only-Dt-with-DtTm.xml': camt('053', '0 0 - - 5442.09 -'),

  'ASNB/mt940.txt': mt940(
    '1 -65 2020-01-01 2020-01-01 444.29 379.29',
    ...Array<string>(3).fill('0 0 - - 379.29 379.29'),
    '2 198.45 2020-01-05 2020-01-05 379.29 577.74',
    ...Array<string>(19).fill('0 0 - - 577.74 577.74'),
    '1 -1.65 2020-01-25 2020-01-25 577.74 576.09',
    ...Array<string>(3).fill('0 0 - - 576.09 576.09'),
    '2 -171.28 2020-01-29 2020-01-29 576.09 404.81',
    '0 0 - - 404.81 404.81',
    '2 96.42 2020-01-31 2020-01-31 404.81 501.23',
  ),
  'betterplace/amount_formats.sta': fails('malformed', 1),
  'betterplace/currency_in_25.sta': fails('truncated', 1),
  'betterplace/empty_86.sta': fails('malformed', 1),
  'betterplace/empty_entry_date.sta': fails('malformed', 1),
  'betterplace/empty_line.sta': fails('truncated', 2),
  'betterplace/sepa_mt9401.sta': mt940(
    '7 -2909.87 2007-09-04 2007-09-04 -1234718.36 -1237628.23',
    '2 -485249.95 2007-09-04 2007-09-04 -970499.9 -1455749.85',
    '5 -528038.51 2007-09-04 2007-09-04 -1709296.34 -2237334.85',
    '3 1050000 2007-09-04 2007-09-04 3192675.04 4242675.04',
    '5 -726694.27 2007-09-04 2007-09-04 -2368827.87 -3095522.14',
    '1 50990.05 2007-09-04 2007-09-04 152970.15 203960.2',
    '8 -60422.25 2007-09-04 2007-09-04 -40432.2 -100854.45',
    '11 -750973.73 2007-09-04 2007-09-04 -1552497.38 -2303471.11',
    '12 -1190220.09 2007-09-04 2007-09-04 -3829477.87 -5019697.96',
    '9 -3066839.81 2007-09-04 2007-09-04 -5777585.57 -8844425.38',
    '1 13990.05 2007-09-04 2007-09-04 13990.05 27980.1',
    '12 -1501074.5 2007-09-04 2007-09-04 -3612519.02 -5113593.52',
    '1 50990.05 2007-09-04 2007-09-04 152970.15 203960.2',
    '3 92990.19 2007-09-04 2007-09-04 145964.58 238954.77',
    '4 358593.91 2007-09-04 2007-09-04 766656.49 1125250.4',
    '7 -2501617.22 2007-09-04 2007-09-04 -1970431.87 -4472049.09',
    '3 -72400 2007-09-04 2007-09-04 -324910.25 -397310.25',
    '1 -150 2007-09-04 2007-09-04 -450 -600',
    '1 -150 2007-09-04 2007-09-04 -450 -600',
    '1 50.05 2007-09-04 2007-09-04 0 50.05',
  ),
  'betterplace/sepa_snippet_broken.sta': fails('malformed', 6),
  'citi/mt940.txt': mt940('5 -1142.75 2024-03-12 2024-03-12 17376.67 16233.92'),
  'cmxl/account_balance_credit.sta': fails('malformed', 1),
  'cmxl/account_balance_debit.sta': fails('malformed', 1),
  'cmxl/account_identification_iban.sta': fails('truncated', 1),
  'cmxl/account_identification_legacy.sta': fails('truncated', 1),
  'cmxl/available_balance.sta': fails('malformed', 1),
  'cmxl/mt940.sta': mt940(
    '11 87.3 2013-10-15 2013-10-27 84349.74 84437.04',
    '2 2200 2002-11-02 2002-11-02 2187.95 4387.95',
    '3 10040 2003-10-20 2003-10-20 40000 50040',
  ),
  'cmxl/reference.sta': fails('truncated', 1),
  'cmxl/statement_line.sta': fails('malformed', 1),
  'cmxl/statement_number.sta': fails('malformed', 1),
  'jejik/abnamro.sta': mt940('8 -321.44 2011-05-23 2011-05-24 3236.28 876.84', '2 -24.49 2011-05-24 2011-05-24 2876.84 1849.75'),
  'jejik/generic.sta': mt940('1 -10 2011-01-01 2011-01-01 100 90', '1 -10 2011-02-01 2011-02-01 90 80'),
  'jejik/ing.sta': mt940('7 -45.59 2010-07-22 2010-07-23 0 3.47'),
  'mBank/mt940.sta': mt940('3 0.03 2017-01-19 2017-01-19 0.4 0.43'),
  'mBank/with_newline_in_tnr.sta': mt940('2 89 2017-02-01 2017-02-01 0.46 860.17'),
  'sberbank/171011_01234945.sta': mt940('3 -9437 2017-10-11 2017-10-11 627311.3 617874.3'),
  'self-provided/details_60-63.sta': mt940('1 -233.15 2017-09-14 2017-09-14 12345.12 12345.98'),
  'self-provided/empty_non_swift.sta': fails('malformed', 1),
  // The value date is 30 February: banks that reckon months of 30 days mean its last day.
  'self-provided/february_30.sta': mt940('1 -6 2016-03-01 2016-03-01 1200 1194'),
  'self-provided/gv_codes.sta': fails('truncated', 8),
  'self-provided/invalid_statement.sta': fails('unknown_format', 0),
  // A second statement line stands behind the end of the statement: taking the rest would lose it.
  'self-provided/multiline.sta': fails('malformed', 38),
  'self-provided/raiffeisen-cmi.sta': mt940('7 -1012213.5 2018-04-17 2018-04-17 25170637.1 25281687.6'),
  // Two messages continue each other by :62M: and :60M:.
  'self-provided/raphaelm.sta': mt940('8 145000 2002-03-20 2002-03-22 0 145000', '1 -50000 2002-03-24 2002-03-24 145000 95000'),
  'self-provided/sparkassen.sta': fails('malformed', 1),
  'self-provided/wrapped_timestamp.sta': mt940('1 -6 2016-03-01 2016-03-01 1200 1194'),

  // The "Opening Balance" record is a balance; the investment register has one purchase.
  'test_files/test.qif': qif('5 -35.5 2020-02-10 2020-02-14 0 -', '1 -100 2020-02-14 2020-02-14 - -'),
  'test_files/test_category_override.qif': qif('4 2077.44 2017-12-22 2018-01-02 - -'),
  'test_files/test_circular_reference.qif': qif('2 -14.59 2021-08-27 2021-08-27 - -'),
  'test_files/test_nosymbol.qif': fails('not_statements', 1),
  'test_files/test_option_autoswitch.qif': fails('not_statements', 1),
  'test_files/test_transaction_before_account_definition_1.qif': qif('2 -197.96 2022-09-08 2022-09-23 - -'),
  'test_files/test_unknown_account_type.qif': qif('0 0 - - - -'),
}

const files =
  skip === false
    ? readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter(
        (path) => /cantino|genkgo|wolph|quiffen/.test(path) && /\.(csv|xml|sta|txt|qif)$/.test(path),
      )
    : []

test('every file of the corpus has an expectation and every expectation a file', { skip }, () => {
  assert.equal(files.length, Object.keys(EXPECTED).length)
  for (const file of files) assert.equal(Object.keys(EXPECTED).filter((name) => file.endsWith(name)).length, 1, file)
})

for (const [name, expected] of Object.entries(EXPECTED)) {
  test(`corpus: ${name}`, { skip }, async () => {
    const content = readFileSync(join(corpus, files.find((file) => file.endsWith(name))!))
    const opened = await readStatementFile(bytes(content))
    const outcome = opened.ok ? await collect(opened.value.stream) : { statements: [], failure: opened.failure }
    if ('fails' in expected) {
      assert.deepEqual([outcome.failure?.code, outcome.failure?.line], [expected.fails, expected.line], outcome.failure?.message)
      return
    }
    assert.equal(outcome.failure, null)
    assert.equal(opened.ok && opened.value.format, expected.format)
    assert.deepEqual(outcome.statements.map(summary), expected.statements)
  })
}

test(
  'MT940 of the corpus: the number of entries is that of the :61: lines, and statements that banks balanced balance',
  { skip },
  async () => {
    for (const name of ['betterplace/sepa_mt9401.sta', 'ASNB/mt940.txt', 'cmxl/mt940.sta', 'sberbank/171011_01234945.sta']) {
      const content = readFileSync(join(corpus, files.find((file) => file.endsWith(name))!))
      const opened = await readStatementFile(bytes(content))
      assert.ok(opened.ok)
      const { statements } = await collect(opened.value.stream)
      const lines = content.toString('latin1').match(/^:61:/gm)?.length
      assert.equal(
        statements.reduce((sum, { rows }) => sum + rows.length, 0),
        lines,
        name,
      )
      for (const { rows, balances } of statements) {
        const total = new DecimalSum()
        total.add(balances.find(({ kind }) => kind === 'opening')!.amount)
        for (const { amount } of rows) total.add(amount)
        assert.equal(total.toDecimal(), balances.find(({ kind }) => kind === 'closing')!.amount)
      }
    }
  },
)

const READERS: readonly (readonly [RegExp, (chunks: AsyncIterable<Uint8Array>) => StatementStream])[] = [
  [/\.csv$/, readCsv],
  [/\.qif$/, readQif],
  [/\.xml$/, readCamt],
  [/\.(sta|txt)$/, readMt940],
]

test('corpus: each reader gives the same however the bytes arrive', { skip }, async () => {
  for (const file of files) {
    const content = readFileSync(join(corpus, file))
    const read = READERS.find(([name]) => name.test(file))![1]
    const whole = await collect(read(bytes(content)))
    for (const size of content.length < 4_000 ? [1, 7, 100] : [997]) {
      const cut = await collect(read(bytes(content, size)))
      assert.deepEqual(cut.failure, whole.failure, `${file} in chunks of ${size}`)
      // What came before a failure is not to be kept, so only whole readings are compared in full.
      if (whole.failure === null) assert.deepEqual(cut, whole, `${file} in chunks of ${size}`)
    }
  }
})
