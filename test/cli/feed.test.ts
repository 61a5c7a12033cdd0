/** Import, look, export and import again, each as a command of its own; other programs judge what is written. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { readConfig } from '../../src/config.ts'
import { assertValid, isInstalled, validatorsMissing } from '../../src/formats/ofx/validators.fixture.ts'
import { openInstance, type Opened } from '../../src/open.ts'
import { openMadeStoreIn } from '../made-store.ts'
import { environment, jsonLines, openHost, SHARED, temporary } from './relink.fixture.ts'

const home = temporary('feed')
const work = temporary('feed-files')
const file = (name: string, content: string): string => {
  const path = join(work.path, name)
  writeFileSync(path, content)
  return path
}
const host = openHost()
const run = (...args: string[]) => host.relink(home.path, args)

let opened: Opened
// Keeps the embedded database up, so that each command joins it instead of starting its own.
before(async () => {
  const config = readConfig(environment(home.path), process.platform)
  assert.ok(config.ok)
  const result = await openInstance(config.value, { tell: () => undefined, database: await openMadeStoreIn(home.path) })
  assert.ok(result.ok)
  opened = result.value
})
after(async () => {
  await host.close()
  await opened.close()
  home.remove()
  work.remove()
})

const OFX = `OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260201<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>121000001<ACCTID>000555777<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260105<TRNAMT>-12.50<FITID>a1<NAME>Caf\xe9 & Bar "Z\xfcrich"<MEMO>date: [2020/01/01] ; x</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260110<TRNAMT>1000.00<FITID>a2<NAME>=SUM(A1:A9)</STMTTRN>
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20260120<TRNAMT>-200.00<FITID>a3<CHECKNUM>1007<NAME>Rent</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260120<TRNAMT>-3.10<FITID>a4<NAME>Twin</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260120<TRNAMT>-3.10<FITID>a5<NAME>Twin</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>1500.30<DTASOF>20260131</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
`

type Report = { added: number; matched: number; questions: number; failure: { code: string; line: number } | null; statements: { rows: number; sum: string; closing: string | null; account: string }[] }
type Account = { id: string; name: string; number: string; currency: string; balance: string; rows: number }

test('a file makes its account; the same file again adds nothing; a damaged one leaves no trace', async () => {
  const path = file('january.ofx', OFX)
  writeFileSync(path, Buffer.from(OFX, 'latin1'))
  const first = await run('import', '--json', path)
  assert.deepEqual([first.status, first.stderr], [0, ''])
  const [report] = jsonLines<Report>(first.stdout)
  assert.deepEqual([report?.added, report?.matched, report?.failure, report?.statements[0]?.rows, report?.statements[0]?.sum, report?.statements[0]?.closing, report?.statements[0]?.account], [5, 0, null, 5, '781.3', '1500.3', '000555777'])
  const again = jsonLines<Report>((await run('import', '--json', path)).stdout)[0]
  assert.deepEqual([again?.added, again?.matched], [0, 5])
  const damaged = file('damaged.ofx', OFX.slice(0, 900))
  const broken = await run('import', '--json', damaged, path)
  const [bad, good] = jsonLines<Report>(broken.stdout)
  assert.equal(broken.status, 1)
  assert.ok(bad?.failure !== null && bad?.failure !== undefined && bad.failure.line > 0 && bad.added === 0)
  assert.deepEqual([good?.added, good?.matched, good?.failure], [0, 5, null])
})

test('accounts and transactions are JSON lines with the agreed fields; an account is found by id, number, its last digits or name', async () => {
  const listed = await run('accounts', '--json')
  const [account, ...others] = jsonLines<Account>(listed.stdout)
  assert.deepEqual([listed.status, listed.stderr, others.length], [0, '', 0])
  for (const field of ['id', 'name', 'number', 'currency', 'balance']) assert.ok(field in account!, field)
  assert.deepEqual([account?.number, account?.currency, account?.balance], ['000555777', 'USD', '1500.30'])
  for (const name of [account!.id, '000555777', '5777']) {
    const rows = jsonLines((await run('transactions', name, '--json')).stdout)
    assert.equal(rows.length, 5, name)
    for (const row of rows) for (const field of ['id', 'postedOn', 'amount', 'currency', 'description', 'state']) assert.ok(field in row, field)
    assert.ok(rows.every((row) => row['state'] === 'posted' && /^-?\d+\.\d\d$/.test(String(row['amount']))))
  }
  assert.deepEqual(jsonLines((await run('transactions', '5777', '--json', '--from', '2026-01-10', '--to', '2026-01-19')).stdout).map((row) => row['amount']), ['1000.00'])
  const unknown = await run('transactions', '9999', '--json')
  assert.deepEqual([unknown.status, unknown.stdout], [2, ''])
})

test('what the present matcher made is the same when it is judged again, and nothing is applied', async () => {
  const looked = await run('recompute', '5777', '--json')
  const [told] = jsonLines<{ different: boolean; counts: Record<string, number>; rows: unknown[]; run: unknown }>(looked.stdout)
  assert.deepEqual([looked.status, looked.stderr, told?.different, told?.counts['same'], told?.rows, told?.run], [0, '', false, 5, [], null])
  const applied = await run('recompute', '5777', '--apply')
  assert.deepEqual([applied.status, /5 the same/.test(applied.stdout), /Applied/.test(applied.stdout)], [0, true, false])
  assert.deepEqual((await run('recompute', '9999', '--json')).status, 2)
})

const FORMATS = ['ofx', 'qfx', 'qbo', 'csv', 'camt053', 'qif', 'hledger', 'ledger', 'beancount', 'json']
const EXTENSION: Record<string, string> = { camt053: 'xml', hledger: 'journal', csv: 'csv' }

test('every format is written, to standard output or to a file whole or not at all', async () => {
  for (const format of FORMATS) {
    const path = join(work.path, `out-${format}.${EXTENSION[format] ?? format}`)
    const [printed, written] = await Promise.all([run('export', '--format', format, '--account', '5777'), run('export', '--format', format, '--account', '5777', '-o', path)])
    assert.deepEqual([printed.status, printed.stderr, written.status, written.stdout, written.stderr], [0, '', 0, '', ''], format)
    assert.ok(statSync(path).size > 200, format)
    if (format === 'json') assert.equal((JSON.parse(printed.stdout) as unknown[]).length, 5)
  }
  const nowhere = await run('export', '--format', 'csv', '--account', '5777', '-o', join(work.path, 'no/such/place.csv'))
  assert.deepEqual([nowhere.status, /cannot be written: there is no such directory \(ENOENT\)/.test(nowhere.stderr)], [1, true])
  // A file in the place of the pipe would be the end of every device that is named.
  const [pipe, link, target] = ['pipe', 'link.csv', 'target.csv'].map((name) => join(work.path, name)) as [string, string, string]
  execFileSync('mkfifo', [pipe])
  writeFileSync(target, 'old', { mode: 0o600 })
  symlinkSync(target, link)
  const exported = (path: string) => run('export', '--format', 'csv', '--account', '5777', '-o', path)
  const [piped, printed, linked] = await Promise.all([exported(pipe), readFile(pipe, 'utf8'), exported(link)])
  assert.deepEqual([piped.status, linked.status, statSync(pipe).isFIFO(), lstatSync(link).isSymbolicLink(), statSync(target).mode & 0o777], [0, 0, true, true, 0o600])
  assert.equal(printed, readFileSync(target, 'utf8'))
  assert.deepEqual(readdirSync(work.path).filter((name) => name.endsWith('.partial')), [])
})

test('what is written is valid for those who defined it', { skip: validatorsMissing }, () => {
  assertValid(readFileSync(join(work.path, 'out-ofx.ofx')), '220')
  // Intuit's own tags are no part of the OFX document type.
  for (const name of ['out-qfx.qfx', 'out-qbo.qbo']) assertValid(Buffer.from(readFileSync(join(work.path, name), 'latin1').replace(/<INTU\.[A-Z]+>[^\r\n]*\r?\n/g, ''), 'latin1'), '102')
  const xsd = join(SHARED, 'schemas/genkgo__camt')
  const schema = readdirSync(xsd, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('camt.053.001.02.xsd'))
  assert.ok(schema !== undefined)
  execFileSync('xmllint', ['--noout', '--schema', join(xsd, schema), join(work.path, 'out-camt053.xml')], { stdio: 'pipe' })
})

const BALANCE = 1500.3
test('hledger, Ledger and Beancount accept the journals, and their own assertions of the closing balance hold', (t) => {
  const judges: readonly (readonly [string, string, readonly string[]])[] = [
    ['hledger', 'hledger', ['-f', join(work.path, 'out-hledger.journal'), 'balance', 'Assets', '-N']], ['ledger', 'ledger', ['-f', join(work.path, 'out-ledger.ledger'), 'balance', 'Assets', '--no-total']], ['beancount', 'bean-check', [join(work.path, 'out-beancount.beancount')]],
  ]
  for (const [format, program, args] of judges) {
    if (!isInstalled(program)) {
      t.diagnostic(`${program} is not installed`)
      continue
    }
    const judged = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
    assert.equal(judged.status, 0, `${format}: ${judged.stderr}${judged.stdout}`)
    if (format !== 'beancount') assert.match(judged.stdout, /1500\.30 USD/)
  }
  // An assertion that could not fail would prove nothing.
  const journal = readFileSync(join(work.path, 'out-hledger.journal'), 'utf8')
  assert.match(journal, new RegExp(`= ${BALANCE.toFixed(2)} USD`))
  if (!isInstalled('hledger')) return
  const wrong = file('wrong.journal', journal.replace('-200.00 USD', '-200.01 USD'))
  assert.notEqual(spawnSync('hledger', ['-f', wrong, 'check'], { env: { ...process.env, LC_ALL: 'C.UTF-8' } }).status, 0)
})

test('what was exported and is imported into the same account brings nothing new', async () => {
  for (const format of ['ofx', 'qfx', 'qbo', 'csv', 'camt053', 'qif']) {
    const path = join(work.path, `out-${format}.${EXTENSION[format] ?? format}`)
    const { status, stdout, stderr } = await run('import', '--json', '--account', '5777', path)
    const [report] = jsonLines<Report>(stdout)
    assert.deepEqual([status, stderr, report?.added, report?.questions, report?.failure], [0, '', 0, 0, null], `${format}: ${stdout}`)
    assert.equal(report?.matched, 5, format)
  }
  assert.equal(jsonLines((await run('transactions', '5777', '--json')).stdout).length, 5)
})

test('a range carries the balances of its own ends', async () => {
  const range = ['--account', '5777', '--from', '2026-01-10', '--to', '2026-01-15']
  const { stdout } = await run('export', '--format', 'hledger', ...range)
  // 1500.30 at the end of January, 206.20 were spent after the 15th; before the 10th the 1000 had not come.
  assert.match(stdout, /2026-01-10 \* Opening balance\n +\S+ +(?:\S+ )*= 706\.50 USD/)
  assert.match(stdout, /2026-01-15 \* Closing balance\n.* = 1706\.50 USD/)
  const ofx = (await run('export', '--format', 'ofx', ...range)).stdout
  assert.match(ofx, /<DTSTART>20260110<\/DTSTART>\s*<DTEND>20260115<\/DTEND>/)
  assert.match(ofx, /<BALAMT>1706\.50<\/BALAMT>\s*<DTASOF>20260115/)
})

test('an account that no bank stated a balance of is exported with the sum of its rows', async () => {
  const path = file('cash.csv', 'Date,Description,Amount\n2026-02-01,Start,100.00\n2026-02-03,Bread,-2.50\n')
  assert.equal((await run('import', path)).status, 0)
  const { stdout } = await run('export', '--format', 'camt053', '--account', 'cash.csv')
  assert.match(stdout, /OPBD.*>0\.00</)
  assert.match(stdout, /CLBD.*>97\.50</)
})

test('everything is one file, and a file that is locked opens with age alone: for a recipient, or by a passphrase; without one nothing is written', async () => {
  const plain = JSON.parse((await run('export', '--everything')).stdout)
  assert.ok(plain.format === 'relink/export/1' && plain.rows.length >= 5 && plain.accounts.length >= 1)
  const identity = await generateX25519Identity()
  const recipients = file('recipients', `# mine\n${await identityToRecipient(identity)}\n`)
  const opened = async (path: string, unlock: (decrypter: Decrypter) => void): Promise<string> => {
    const decrypter = new Decrypter()
    unlock(decrypter)
    return Buffer.from(await decrypter.decrypt(readFileSync(path))).toString()
  }
  const [locked, phrased] = [join(work.path, 'all.age'), join(work.path, 'one.age')]
  const done = await run('export', '--everything', '--encrypt', '--recipients-file', recipients, '-o', locked)
  assert.equal(done.status, 0, done.stderr)
  const whole = JSON.parse(await opened(locked, (decrypter) => decrypter.addIdentity(identity)))
  assert.deepEqual([whole.rows, whole.accounts], [plain.rows, plain.accounts])
  assert.ok(!readFileSync(locked).includes('Rent') && readFileSync(locked, 'latin1').startsWith('age-encryption.org/v1'))
  const secret = file('phrase', 'seven violet kettles sing')
  assert.equal((await run('export', '--format', 'csv', '--account', '5777', '--encrypt', '--secrets-file', secret, '-o', phrased)).status, 0)
  assert.match(await opened(phrased, (decrypter) => decrypter.addPassphrase('seven violet kettles sing')), /Rent/)
  const short = await run('export', '--everything', '--encrypt', '--secrets-file', file('short', 'short'), '-o', join(work.path, 'none.age'))
  assert.deepEqual([short.status === 0, existsSync(join(work.path, 'none.age')), /fewer than 12/.test(short.stderr)], [false, false, true])
  const unasked = await run('export', '--everything', '--encrypt', '-o', join(work.path, 'none.age'))
  assert.deepEqual([unasked.status, existsSync(join(work.path, 'none.age'))], [2, false])
})

test('several accounts that a name fits are listed, not guessed', async () => {
  const other = file('other.ofx', OFX.replace('000555777', '000666777').replaceAll('<FITID>', '<FITID>b'))
  assert.equal((await run('import', other)).status, 0)
  const { status, stderr } = await run('export', '--format', 'csv', '--account', '000')
  assert.equal(status, 2)
  const wrong = await run('import', '--account', 'nobody', other)
  assert.deepEqual([wrong.status, /fits none of the accounts/.test(wrong.stderr)], [2, true])
  // Fails when: an export takes one account alone (was so: who has ten gave the command ten times).
  const [both, all, journals] = [await run('export', '--format', 'csv', '--account', '5777', '6777'), await run('export', '--format', 'json', '--all-accounts'), await run('export', '--format', 'ofx', '--account', '5777', '--account', '6777', '-o', work.path)]
  assert.deepEqual([both.status, both.stdout.trim().split('\n').length, journals.status, journals.stderr], [0, 11, 0, ''])
  assert.equal(new Set(JSON.parse(all.stdout).map(({ account }: { account: string }) => account)).size, 3)
  assert.deepEqual(['000555777.ofx', '000666777.ofx'].map((name) => existsSync(join(work.path, name))), [true, true])
  // Fails when: a file that is there, whose name nobody gave, is written over without a word (was so).
  rmSync(join(work.path, '000555777.ofx'))
  const again = await run('export', '--format', 'ofx', '--account', '5777', '6777', '-o', work.path)
  assert.deepEqual([again.status, /a file 000666777\.ofx in .* already\. Nothing was written/.test(again.stderr), existsSync(join(work.path, '000555777.ofx'))], [1, true, false])
  // Fails when: an export into the same directory is possible once (was so: no nightly one), or half of one replaces what is there.
  writeFileSync(join(work.path, '000666777.ofx'), 'of yesterday')
  mkdirSync(join(work.path, '000555777.ofx'))
  const half = await run('export', '--format', 'ofx', '--account', '6777', '5777', '-o', work.path, '--replace')
  assert.deepEqual([half.status, readFileSync(join(work.path, '000666777.ofx'), 'utf8'), readdirSync(work.path).filter((name) => name.endsWith('.partial'))], [1, 'of yesterday', []])
  rmSync(join(work.path, '000555777.ofx'), { recursive: true })
  const nightly = await run('export', '--format', 'ofx', '--account', '5777', '6777', '-o', work.path, '--replace')
  assert.deepEqual([nightly.status, nightly.stderr, ...['000555777.ofx', '000666777.ofx'].map((name) => /<OFX>/.test(readFileSync(join(work.path, name), 'utf8')))], [0, '', true, true])
  const many = await run('export', '--format', 'qif', '--all-accounts')
  assert.deepEqual([many.status, /-o DIRECTORY/.test(many.stderr)], [2, true])
  assert.ok(stderr.length > 0)
})

test('export into a closed pipe ends quietly', { skip: existsSync('/bin/sh') ? false : 'no shell' }, () => {
  const ended = spawnSync('sh', ['-c', `"$0" "$1" export --format csv --account 000555777 | head -c 1`, process.execPath, join(import.meta.dirname, '../../src/main.ts')], { env: environment(home.path), encoding: 'utf8' })
  assert.deepEqual([ended.stdout, ended.stderr], ['d', ''])
})

test('the currency that no file named is said after the import, said otherwise, and taken back', async () => {
  const cash = file('cash.csv', 'Date,Description,Amount\n2026-02-05,Shop,-20.00\n')
  const imported = await run('import', '--account', 'new', cash)
  const [, command, id] = /To say it: relink (currency) ([0-9a-f-]{36}) EUR/.exec(imported.stdout + imported.stderr) ?? assert.fail(imported.stdout)
  const rowsIn = async (): Promise<unknown> => jsonLines((await run('transactions', id!, '--json')).stdout).map((row) => row['currency'])
  for (const [code, currency] of [['eur', 'EUR'], ['USD', 'USD'], [undefined, 'XXX']] as const) {
    const said = await run(command!, id!, ...(code === undefined ? [] : [code]), '--json')
    assert.deepEqual([said.status, jsonLines(said.stdout).map((line) => line['currency']), await rowsIn()], [0, [code === undefined ? null : currency], [currency]])
  }
  const told = await run('currency', '000555777', 'EUR')
  assert.deepEqual([told.status, /The statements of this account name its currency: USD\./.test(told.stderr)], [1, true])
})

test('an import is taken back, that in turn, and all of it once more: each time by the command that is printed', async () => {
  const path = file('to-and-fro.csv', 'Date,Description,Amount\n2026-02-07,Kiosk,-7.00\n')
  assert.equal((await run('import', '--account', 'new', path)).status, 0)
  const states = async (): Promise<unknown> => jsonLines((await run('transactions', 'to-and-fro.csv', '--json')).stdout).map((row) => row['state'])
  let wanted = 'to-and-fro.csv'
  for (const state of ['withdrawn', 'posted', 'withdrawn', 'posted']) {
    const done = await run('undo', wanted)
    assert.equal(done.status, 0, done.stderr)
    assert.deepEqual(await states(), [state])
    wanted = /To take this back in turn: relink undo (\S+)/.exec(done.stdout)?.[1] ?? assert.fail(done.stdout)
  }
})
