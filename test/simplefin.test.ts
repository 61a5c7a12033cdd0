/**
 * SimpleFIN end to end over a real socket: the command line, `relink start` on the embedded database, and the
 * requests that Firefly III's importer and Sure send, header for header (from their sources; the programs
 * themselves do not run here). Actual itself runs in simplefin-actual.test.ts.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts')
const run = promisify(execFile)

const STATEMENT = `OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260601<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>121000248<ACCTID>0012345678<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260501<DTEND>20260531
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260504<TRNAMT>2500.00<FITID>1<NAME>Salary</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260512<TRNAMT>-33.43<FITID>2<NAME>Bait Shop<MEMO>Worms</STMTTRN>
<STMTTRN><TRNTYPE>CHECK<DTPOSTED>20260520<TRNAMT>-120.5<FITID>3<CHECKNUM>101<NAME>Landlord</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>2346.07<DTASOF>20260531</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
`

type Token = { readonly setupToken: string; readonly id: string }
type Account = {
  readonly id: string; readonly name: string; readonly currency: string; readonly balance: string; readonly 'balance-date': number
  readonly org: Record<string, string>; readonly holdings: readonly unknown[]; readonly transactions: readonly { readonly id: string; readonly posted: number; readonly amount: string; readonly description: string }[]
}

const world: { home: string; port: number; env: NodeJS.ProcessEnv; stop: () => Promise<void> } = { home: '', port: 0, env: {}, stop: async () => {} }

before(async () => {
  world.home = await mkdtemp(join(tmpdir(), 'relink-simplefin-'))
  world.port = await freePort()
  world.env = { ...process.env, RELINK_HOME: join(world.home, 'data'), RELINK_PORT: String(world.port), RELINK_HOST: '127.0.0.1' }
  delete world.env['DATABASE_URL']
  await writeFile(join(world.home, 'may.ofx'), STATEMENT)
  const server = spawn(process.execPath, [MAIN, 'start'], { env: world.env, stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  world.stop = async () => {
    server.kill('SIGTERM')
    await gone
    await rm(world.home, { recursive: true, force: true })
  }
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (data: Buffer) => void (/Relink is running/.test(String(data)) && resolve()))
    server.once('exit', (status) => reject(new Error(`relink start ended with ${status}`)))
  })
  await relink('import', join(world.home, 'may.ofx'), '--json')
}, { timeout: 300_000 })

after(() => world.stop())

async function relink(...args: string[]): Promise<string> {
  return (await run(process.execPath, [MAIN, ...args], { env: world.env })).stdout
}

async function newToken(...args: string[]): Promise<Token> {
  return JSON.parse(await relink('simplefin', 'create', '--label', 'Books', '--json', ...args)) as Token
}

/** Sends these lines and an empty body as they are; the status, the head and the body that come back. */
async function raw(lines: readonly string[]): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(world.port, '127.0.0.1')
  socket.write(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`)
  const received: Buffer[] = []
  for await (const data of socket) received.push(data as Buffer)
  const [head = '', ...rest] = Buffer.concat(received).toString().split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  const chunked = /^transfer-encoding: chunked$/im.test(head)
  return { status: Number(head.slice(9, 12)), head, body: chunked ? unchunked(body) : body }
}

function unchunked(body: string): string {
  let bytes = Buffer.from(body)
  const parts: Buffer[] = []
  for (;;) {
    const end = bytes.indexOf('\r\n')
    const size = Number.parseInt(bytes.subarray(0, end).toString(), 16)
    if (size === 0) return Buffer.concat(parts).toString()
    parts.push(bytes.subarray(end + 2, end + 2 + size))
    bytes = bytes.subarray(end + 2 + size + 2)
  }
}

const here = (): string => `Host: 127.0.0.1:${world.port}`
const basic = (access: URL): string => `Authorization: Basic ${Buffer.from(`${access.username}:${access.password}`).toString('base64')}`

async function claim(setupToken: string, headers: readonly string[]): Promise<{ readonly text: string; readonly access: URL }> {
  const url = new URL(Buffer.from(setupToken, 'base64').toString())
  const answer = await raw([`POST ${url.pathname} HTTP/1.1`, here(), ...headers])
  assert.equal(answer.status, 200, answer.body)
  return { text: answer.body, access: new URL(answer.body) }
}

const FIREFLY_CLAIM = ['Content-Length: 0', 'User-Agent: FF3-data-importer/1.7.7']
const FIREFLY = ['Accept: application/json', 'Content-Type: application/json', 'User-Agent: FF3-data-importer/1.7.7']
const SURE = ['Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3', 'Accept: */*', 'User-Agent: Sure Finance SimpleFin Client']

test('Firefly III: the token has the form that it demands, the access URL stands alone, every key that it demands is there', async () => {
  const { setupToken } = await newToken()
  assert.match(Buffer.from(setupToken, 'base64').toString(), /^https?:\/\/.+\/simplefin\/claim\/.+$/)
  const { text, access } = await claim(setupToken, FIREFLY_CLAIM)
  assert.equal(text, text.trim())
  const get = async (query: string): Promise<readonly Account[]> => {
    const answer = await raw([`GET ${access.pathname}/accounts?${query} HTTP/1.1`, here(), basic(access), ...FIREFLY])
    assert.equal(answer.status, 200)
    return (JSON.parse(answer.body) as { accounts: Account[] }).accounts
  }
  const [account] = await get('balances-only=1')
  for (const key of ['domain', 'name', 'sfin-url']) assert.ok(typeof account!.org[key] === 'string', key)
  assert.ok(account!.id !== '' && account!.name !== '' && account!.currency === 'USD' && account!.balance === '2346.07' && Number.isInteger(account!['balance-date']))
  const seen: string[] = []
  // History in windows of 44 days, as the importer asks; from 1970 when no date is set, here since 2020.
  for (let start = Date.parse('2020-01-01') / 1_000; start < Date.parse('2026-12-31') / 1_000; start += 44 * 86_400) {
    const [one, ...others] = await get(`start-date=${start}&account=${account!.id}&pending=1&end-date=${start + 44 * 86_400}`)
    assert.deepEqual(others, [])
    seen.push(...one!.transactions.map((row) => `${row.amount} ${row.description}`))
  }
  assert.deepEqual(seen, ['2500.00 Salary', '-33.43 Bait Shop Worms', '-120.50 Landlord'])
})

test('Sure: discovery without dates lists all, then a window; a claimed token is refused', async () => {
  const { setupToken } = await newToken()
  const { access } = await claim(setupToken, [...SURE, 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: 0'])
  const get = async (query: string) => JSON.parse((await raw([`GET ${access.pathname}/accounts${query} HTTP/1.1`, here(), basic(access), ...SURE])).body) as { errors: string[]; accounts: Account[] }
  const discovered = await get('')
  assert.deepEqual([discovered.errors, discovered.accounts.length, discovered.accounts[0]!.transactions.length], [[], 1, 3])
  const [account] = (await get(`?start-date=${Date.parse('2026-05-10') / 1_000}&end-date=${Date.parse('2026-06-30') / 1_000}&pending=1`)).accounts
  assert.deepEqual(account!.transactions.map((row) => row.posted), [Date.parse('2026-05-12T12:00:00Z') / 1_000, Date.parse('2026-05-20T12:00:00Z') / 1_000])
  const again = await raw([`POST ${new URL(Buffer.from(setupToken, 'base64').toString()).pathname} HTTP/1.1`, here(), ...SURE, 'Content-Length: 0'])
  assert.deepEqual([again.status, again.body], [403, 'Forbidden (was it already claimed?)'])
})

test('the command line lists programs without their secrets, grants single accounts, and revokes at once', async () => {
  const accounts = (await relink('accounts', '--json')).trim().split('\n').map((line) => JSON.parse(line) as { id: string })
  const made = await newToken('--account', '5678')
  const { access } = await claim(made.setupToken, ['Content-Length: 0'])
  const get = () => raw([`GET ${access.pathname}/accounts HTTP/1.1`, here(), basic(access)])
  const answer = await get()
  assert.deepEqual((JSON.parse(answer.body) as { accounts: Account[] }).accounts.map(({ id }) => id), [accounts[0]!.id])
  assert.match(answer.head, /^x-content-type-options: nosniff$/im)
  const listed = await relink('simplefin', 'list', '--json')
  const own = listed.trim().split('\n').map((line) => JSON.parse(line) as { id: string; accountIds: string[] | null; lastUsedAt: string | null; revokedAt: string | null }).find(({ id }) => id === made.id)
  assert.ok(own !== undefined && own.lastUsedAt !== null && own.revokedAt === null)
  assert.deepEqual(own.accountIds, [accounts[0]!.id])
  assert.ok(!listed.includes(access.password) && !listed.includes(made.setupToken))
  await relink('simplefin', 'revoke', made.id)
  assert.equal((await get()).status, 403)
})

test('wrong usage ends with status 2 and a sentence', async () => {
  for (const [args, sentence] of [
    [['simplefin', 'create'], /--label/], [['simplefin', 'create', '--label', 'x', '--url', 'ftp://x'], /not an address/], [['simplefin', 'create', '--label', 'x', '--account', 'nothing'], /fits none/], [['simplefin', 'revoke', 'nobody'], /fits none/],
  ] as const) {
    await assert.rejects(relink(...args), (error: { code?: number; stderr?: string }) => error.code === 2 && sentence.test(error.stderr ?? ''))
  }
})
