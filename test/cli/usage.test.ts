import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { secondsOf } from '../../bench/sync-counts.ts'
import { EXPORT_FORMATS } from '../../src/exports/export.ts'
import { environment, jsonLines, openHost, relink, ROOT, SHARED, temporary } from './relink.fixture.ts'

const home = temporary('usage')
const host = openHost()
after(async () => {
  await host.close()
  home.remove()
})
const run = (args: readonly string[], settings = {}) => host.relink(home.path, args, settings)

const COMMANDS = ['demo', 'start', 'worker', 'bank', 'connect', 'sync', 'status', 'accounts', 'currency', 'transactions', 'repair', 'secret', 'disable', 'enable', 'remove', 'reconnect', 'import', 'undo', 'runs', 'recompute', 'export', 'diagnose', 'explain', 'doctor', 'token', 'health', 'vault', 'simplefin', 'backup', 'restore', 'simulate']

test('help and version are answers, on standard output with status 0, and help names every command', async () => {
  const [help, version] = await Promise.all([run(['--help']), run(['--version'])])
  assert.deepEqual([help.status, help.stderr, version.status], [0, '', 0])
  for (const command of COMMANDS) assert.match(help.stdout, new RegExp(`^  ${command}\\b`, 'm'))
  assert.equal(version.stdout.trim(), (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version)
})

const WRONG: readonly (readonly string[])[] = [
  [], ['nonsense'], ['import'], ['transactions'], ['repair'], ['secret'], ['recompute'], ['recompute', 'x', '--bogus'], ['disable'], ['enable'], ['remove'], ['explain'], ['diagnose'], ['export', '--format', 'ofx'], ['export'], ['export', '--everything', '--format', 'csv'], ['export', '--account', 'x'],
  ['export', '--format', 'word', '--account', 'x'], ['export', '--format', 'csv', '--account', 'x', '--from', 'yesterday'], ['export', '--format', 'csv', '--account', 'x', '--from', '2026-02-01', '--to', '2026-01-01'],
  ['accounts', '--bogus'], ['demo', '--port', '99999'], ['diagnose', '--format', 'xml'], ['bank', '--bogus'], ['simplefin', 'nonsense'], ['vault', 'nonsense'], ['health', 'nonsense'], ['health', 'verify', 'x'], ['vault', 'rotate'], ['vault', 'rotate', '--reseal'], ['undo'], ['user', 'invite', ' ', '--role', 'reader'], ['user', 'invite', 'a\nb', '--role', 'reader'], ['import', '--dry-run', '--account', 'x', 'file'], ['import', '--dry-run', '--dates', 'year-first', 'file'],
  ['simulate', '--seed', 'x'], ['simulate', '--seed', '1', '--runs', '0'], ['accounts', 'extra'], ['currency'], ['currency', 'x', 'Taler'], ['repair', 'x', '--did', '1', '--cannot', '1'],
]

test('the help of export names every format', async () => {
  const { stdout } = await run(['export', '--help'])
  for (const format of EXPORT_FORMATS) assert.match(stdout, new RegExp(`\\b${format}\\b`), format)
})

test('wrong usage ends with 2, says why on standard error and prints nothing on standard output', async () => {
  for (const args of WRONG) {
    const { status, stdout, stderr } = await run(args)
    assert.deepEqual([status, stdout], [2, ''], args.join(' '))
    assert.ok(stderr.length > 10 && !/\n\s+at /.test(stderr), `${args.join(' ')}: ${stderr}`)
  }
})

test('what a value must be is said with its option and an example, not as a pattern or in the words of a library', async () => {
  const mail = ['alerts', 'add', 'x', '--by', 'email', '--field', 'server=mail.example', 'from=a@books.example', 'to=b@books.example', 'security=tls']
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    ...['abc', '1e2', '59', '1441', '-60', '60.5', ''].map((every) => [['schedule', 'set', 'x', '--every', every], /^--every wants minutes, a whole number from 60 to 1440, or `usual`/] as const),
    ...['7-9', '07:00', '07:00-19:00-20:00', '07:00-24:00', 'never'].flatMap((hours) => [
      [['schedule', 'set', 'x', '--hours', hours], /^--hours wants two times of day such as 22:00-07:00/] as const,
      [[...mail, 'port=587', '--quiet', hours], /^--quiet wants two times of day such as 22:00-07:00/] as const,
    ]),
    ...['abc', '1e2', '58.7', '-1'].map((port) => [[...mail, `port=${port}`], /^The field port wants a whole number, such as 587\./] as const),
  ]
  for (const [args, sentence] of wrong) {
    const { status, stdout, stderr } = await run(args)
    assert.deepEqual([status, stdout], [2, ''], `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, sentence)
  }
})

test('what comes later says so with a status that is no success', async () => {
  for (const command of ['backup', 'restore']) {
    const { status, stdout, stderr } = await run([command, 'file', '--seed', '1'])
    assert.deepEqual([status, stdout], [1, ''])
    assert.match(stderr, /CHANGELOG/)
  }
})

test('a secret is not taken from arguments, and is not repeated', async () => {
  for (const args of [['connect', 'chase', '--field', 'username=ana', '--field', 'password=Canary-77'], ['connect', 'chase', '--password', 'Canary-77'], ['connect', 'chase', '--password=Canary-77'], ['secret', 'x', '--password', 'Canary-77']]) {
    const { status, stdout, stderr } = await run(args)
    assert.equal(status, 2, stderr)
    if (args.includes('--field')) assert.doesNotMatch(stdout + stderr, /Canary-77/)
  }
})

test('connect without a terminal names everything that is missing and how to give it', async () => {
  const { status, stdout, stderr } = await run(['connect', 'chase', '--json'])
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /User name \(username\).*--field username=/)
  assert.match(stderr, /Password or PIN \(password\).*--secrets-stdin/)
  assert.match((await run(['connect'])).stderr, /relink connect INSTITUTION/)
  assert.match((await run(['connect', 'no such bank'])).stderr, /RELINK_INSTITUTIONS/)
  const unread = await run(['connect', 'chase', '--field', 'username=a', '--secrets-file', '/nowhere'])
  assert.deepEqual([unread.status, /\/nowhere cannot be read: there is no such file/.test(unread.stderr)], [1, true])
  const notJson = await run(['connect', 'chase', '--field', 'username=a', '--secrets-stdin'], { input: '{"password": "Canary-78' })
  assert.equal(notJson.status, 2)
  assert.doesNotMatch(notJson.stderr, /Canary/)
})

test('a wrong setting stops the start with its name and the remedy', async () => {
  const [file, network] = [join(home.path, 'wrong.json'), join(home.path, 'network.json')]
  writeFileSync(network, '{"institutions": {"a": {"caFile": "/nowhere/ca.crt"}}}')
  writeFileSync(file, '[{"id": "A"}]')
  mkdirSync(join(home.path, 'other'))
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['RELINK_PORT', 'abc', /whole number/], ['RELINK_PROT', '7400', /RELINK_PORT is one/], ['RELINKPORT', '7400', /RELINK_PORT is one/], ['RELINK_HOST', '0.0.0.0', /https/], ['RELINK_ORIGIN', 'http://books.example', /https/], ['RELINK_ORIGIN', 'https://books.example/x', /origin alone/], ['RELINK_TRUSTED_PROXIES', '10.0.0.0/33', /ranges/], ['RELINK_CONCURRENCY', '0', /from 1 to 64/], ['DATABASE_URL', 'mysql://x', /postgres:\/\//], ['DATABASE_URL', 'postgres://nobody@127.0.0.1:1/x', /Start the database/],
    ['RELINK_MASTER_KEY', 'Canary-78', /file:, credential:, command: or env:/], ['RELINK_MASTER_KEY', 'env:NOT_THERE', /NOT_THERE/], ['RELINK_INSTITUTIONS', '/nowhere', /no such file/], ['RELINK_INSTITUTIONS', file, /entry 1/], ['RELINK_NETWORK', '/nowhere', /no such file/], ['RELINK_NETWORK', network, /file \/nowhere\/ca\.crt that RELINK_NETWORK \(.*\) names cannot be read: there is no such file/],
    ['RELINK_NETWORK', file, /not valid/], ['RELINK_HOME', '/proc/relink', /ENOENT/], ['RELINK_HOME', file, /RELINK_HOME/],
  ]
  for (const [name, value, remedy] of wrong) {
    const { status, stdout, stderr } = await run(['accounts', '--json'], { env: { RELINK_HOME: join(home.path, 'other'), [name]: value } })
    assert.deepEqual([status, stdout], [1, ''], `${name}=${value}: ${stderr}`)
    assert.match(stderr, new RegExp(name))
    assert.match(stderr, remedy)
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace')
    assert.doesNotMatch(stderr, /Canary/, 'who typed the key itself does not find it in a log')
  }
})

test('a device is no file to import: its copy would fill the disk', { skip: existsSync('/dev/zero') ? false : 'no /dev/zero' }, async () => {
  const { status, stdout } = await run(['import', '--dry-run', '--json', '/dev/zero'])
  assert.deepEqual([status, (jsonLines(stdout)[0]?.['failure'] as { message: string }).message], [1, 'The file cannot be read: it is a device, and no file.'])
})

test('a dry run needs no database and leaves nothing behind', async () => {
  const other = temporary('dry')
  const file = join(other.path, 'a.csv')
  writeFileSync(file, 'Date,Description,Amount\n2026-01-02,Coffee,-3.50\n2026-01-03,Refund,1.00\n')
  const { status, stdout } = await relink(join(other.path, 'home'), ['import', '--dry-run', '--json', file], { env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' } })
  assert.equal(status, 0)
  const [report, ...more] = jsonLines(stdout)
  assert.deepEqual(more, [])
  assert.deepEqual(report, {
    file, format: 'csv', added: 0, matched: 0, questions: 0, failure: null,
    statements: [{ account: 'a.csv', currency: 'XXX', from: '2026-01-02', to: '2026-01-03', rows: 2, sum: '-2.5', opening: null, closing: null }],
  })
  assert.equal(existsSync(join(other.path, 'home')), false)
  other.remove()
})

test('one line for each file in order, whatever is wrong with some of them', async () => {
  const good = join(home.path, 'good.csv')
  writeFileSync(good, 'Date,Description,Amount\n2026-01-02,Coffee,-3.50\n')
  const { status, stdout, stderr } = await run(['import', '--dry-run', '--json', good, '/nowhere.ofx', home.path, '/proc/self/mem', good])
  const lines = jsonLines<{ file: string; failure: { code: string; message: string; line: number } | null }>(stdout)
  assert.deepEqual([status, stderr], [1, ''])
  assert.deepEqual(lines.map((line) => [line.file, line.failure?.code ?? null]), [[good, null], ['/nowhere.ofx', 'unreadable'], [home.path, 'unreadable'], ['/proc/self/mem', 'unreadable'], [good, null]])
  for (const { failure } of lines) if (failure !== null) assert.deepEqual(Object.keys(failure).sort(), ['code', 'line', 'message'])
})

test('dates that can be read in two ways are asked about, and the option answers', async () => {
  const input = 'Date,Description,Amount\n05/02/2026,Thing,-3.50\n'
  const asked = await run(['import', '--dry-run', '--json', '-'], { input })
  assert.equal(asked.status, 1)
  assert.match(jsonLines<{ failure: { code: string; message: string } }>(asked.stdout)[0]!.failure.message, /2026-02-05 .* 2026-05-02 .*--dates day-first or --dates month-first/)
  const told = await run(['import', '--dry-run', '--json', '--dates', 'day-first', '-'], { input })
  assert.equal(jsonLines<{ statements: { from: string }[] }>(told.stdout)[0]!.statements[0]!.from, '2026-02-05')
})

test('standard input is read as a file', async () => {
  for (const name of ['-', '/dev/stdin']) {
    const { status, stdout } = await run(['import', '--dry-run', '--json', name], { input: 'Date,Description,Amount\n2026-01-02,Coffee,-3.50\n' })
    assert.equal(status, 0)
    assert.equal(jsonLines<{ statements: { rows: number }[] }>(stdout)[0]?.statements[0]?.rows, 1)
  }
  const nowhere = await run(['import', '--dry-run', '-'], { input: 'Date,Description,Amount\n', env: { TMPDIR: join(home.path, 'nowhere') } })
  assert.deepEqual([nowhere.status, /Set|set TMPDIR/.test(nowhere.stderr), /\n\s+at /.test(nowhere.stderr)], [1, true, false])
})

// Fails when: the pipe is opened to look what it is, and again to be read (seen): whoever wrote had written to the first, and nobody wrote any more.
test('a named pipe is read to its end', { skip: process.platform === 'win32' ? 'no named pipes' : false, timeout: 30_000 }, async () => {
  const pipe = join(home.path, 'pipe.csv')
  execFileSync('mkfifo', [pipe])
  const [{ status, stdout }] = await Promise.all([run(['import', '--dry-run', '--json', pipe]), writeFile(pipe, 'Date,Description,Amount\n2026-01-02,Coffee,-3.50\n')])
  assert.deepEqual([status, jsonLines<{ statements: { rows: number }[] }>(stdout)[0]?.statements[0]?.rows], [0, 1])
})

const corpus = join(SHARED, 'corpus')
test('every file of the corpus is a statement or a failure with its line, in one line of the agreed shape', { skip: existsSync(corpus) ? false : 'the corpus is not here' }, async () => {
  const files = readdirSync(corpus, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !/MANIFEST|README|LICEN/i.test(entry.name)).map((entry) => join(entry.parentPath, entry.name))
  const { stdout, stderr } = await run(['import', '--dry-run', '--json', ...files])
  assert.equal(stderr, '')
  const lines = jsonLines<{ file: string; statements: Record<string, unknown>[]; failure: { code: string; message: string; line: number } | null }>(stdout)
  assert.deepEqual(lines.map((line) => line.file), files)
  for (const line of lines) {
    assert.deepEqual(Object.keys(line).filter((key) => key !== 'notices').sort(), ['added', 'failure', 'file', 'format', 'matched', 'questions', 'statements'])
    if (line.failure !== null) assert.ok(line.statements.length === 0 && Number.isInteger(line.failure.line) && line.failure.message.length > 20, JSON.stringify(line))
    for (const statement of line.statements) {
      assert.deepEqual(Object.keys(statement).sort(), ['account', 'closing', 'currency', 'from', 'opening', 'rows', 'sum', 'to'])
      for (const day of [statement['from'], statement['to']]) assert.ok(day === null || /^\d{4}-\d\d-\d\d$/.test(String(day)))
      for (const amount of [statement['sum'], statement['opening'], statement['closing']]) assert.ok(amount === null || /^-?\d+(\.\d+)?$/.test(String(amount)), String(amount))
    }
  }
  assert.ok(lines.filter((line) => line.failure === null).length > 70)
})

const cases = join(SHARED, 'cases/dev.jsonl')
test('10,000 records are diagnosed in order, each with all causes summing to 1', { skip: existsSync(cases) ? false : 'the cases are not here' }, async (t) => {
  const records = readFileSync(cases, 'utf8').trim().split('\n')
  const input = `${Array.from({ length: 10_000 }, (_, at) => JSON.stringify({ ...(JSON.parse(records[at % records.length] ?? '') as object), id: `r${at}` })).join('\n')}\n`
  const began = secondsOf(String(process.pid))
  const { status, stdout, stderr } = await relink(home.path, ['diagnose', '--format', 'jsonl'], { input })
  const ended = secondsOf(String(process.pid))
  const answers = jsonLines<{ id: string; causes: { cause: string; p: number }[]; action: string; for: unknown[]; against: unknown[] }>(stdout)
  assert.deepEqual([status, stderr, answers.length], [0, '', 10_000])
  answers.forEach((answer, at) => {
    assert.equal(answer.id, `r${at}`)
    assert.ok(Math.abs(answer.causes.reduce((sum, { p }) => sum + p, 0) - 1) < 1e-6)
    assert.deepEqual(Object.keys(answer).sort(), ['action', 'against', 'causes', 'for', 'id'])
  })
  // Some 5 seconds of processor time, whatever else the machine does; a cost that grows with the square is many times that.
  if (began === null || ended === null) return
  t.diagnostic(`${(ended - began).toFixed(1)} s of processor time`)
  assert.ok(ended - began < 60, `${ended - began} s of processor time`)
})

test('a record that cannot be read keeps its place in the answers, and is named on standard error', async () => {
  const { status, stdout, stderr } = await run(['diagnose', '--format', 'jsonl'], { input: '{"id":"a","evidence":{"httpStatus":503},"context":{}}\nnot json\n\n{"id":"b","evidence":{},"context":{}}\n' })
  assert.deepEqual([status, jsonLines(stdout).map((line) => line['id'])], [1, ['a', null, 'b']])
  assert.match(stderr, /Line 2/)
})

test('explain tells what a code means in words or as one document; a code of no system is no success', async () => {
  const [words, json, unknown, none] = await Promise.all([run(['explain', '401']), run(['explain', 'OL-301', '--json']), run(['explain', 'zzz-no-such-code', '--json']), run(['explain', ' '])])
  assert.deepEqual([none.status, none.stdout], [2, ''])
  assert.deepEqual([words.status, words.stderr], [0, ''])
  assert.match(words.stdout, /401/)
  assert.deepEqual([json.status, jsonLines(json.stdout).length], [0, 1])
  assert.deepEqual([unknown.status, jsonLines(unknown.stdout).length], [1, 1])
})

test('a reader that goes away is no crash; a full disk is a failure with a sentence', async () => {
  const lines = `${Array.from({ length: 3000 }, (_, at) => `{"id":"${at}","evidence":{"httpStatus":503},"context":{}}`).join('\n')}\n`
  const child = spawn(process.execPath, [join(ROOT, 'src/main.ts'), 'diagnose', '--format', 'jsonl'], { env: environment(home.path), stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => undefined)
  child.stdin.end(lines)
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  child.stdout.once('data', () => child.stdout.destroy())
  const [status] = (await once(child, 'close')) as [number]
  assert.deepEqual([status, stderr], [141, ''])
  if (!existsSync('/dev/full')) return
  const full = spawn('sh', ['-c', '"$0" "$1" explain 401 > /dev/full', process.execPath, join(ROOT, 'src/main.ts')], { env: environment(home.path), stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  full.stderr.on('data', (chunk) => (said += String(chunk)))
  const [failed] = (await once(full, 'close')) as [number]
  assert.deepEqual([failed, said.trim()], [1, 'Standard output cannot be written (ENOSPC).'])
})
