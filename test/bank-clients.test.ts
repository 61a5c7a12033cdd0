/**
 * The sandbox bank against programs and schemas that nobody here wrote: Debian's python3-ofxclient and
 * ofxconnect, AqBanking, the OFX 2 schema and the OFX 1.6 DTD. Each is skipped, with a word, where it
 * is not installed.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { startBank, type RunningBank } from '../bank/main.ts'
import { ACCOUNTS, CHALLENGE, type Probe, PROFILE, requestOf, statementOf } from '../bank/ofx/probe.ts'

const run = promisify(execFile)
const PYTHON = '/usr/bin/python3'
const DTD = '/usr/share/libofx7/libofx/dtd'
const SHARED = process.env['RELINK_SHARED'] ?? resolve(import.meta.dirname, '../../shared')
const XSD = join(SHARED, 'schemas/stoicflame__ofx4j/schemas_ofx2_xsd/OFX2_Protocol.xsd')

async function works(command: string, ...args: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  )
}

async function withBank(act: (bank: RunningBank, directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'relink-bank-clients-'))
  const bank = await startBank({ caDir: directory, historyDays: 120 })
  try {
    await act(bank, directory)
  } finally {
    await bank.close()
    await rm(directory, { recursive: true, force: true })
  }
}

async function post(url: string, body: string): Promise<Buffer> {
  const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/x-ofx' } })
  assert.equal(response.status, 200)
  return Buffer.from(await response.arrayBuffer())
}

const OFXCLIENT = `
import json, sys
from ofxclient import Institution
url, version = sys.argv[1:3]
bank = Institution(id='99001', org='SANDBOX', url=url, username='ana', password='correct horse', client_args={'ofx_version': version})
out = []
for account in bank.accounts():
    statement = account.statement(days=60)
    out.append({'number': account.number, 'kind': type(account).__name__, 'balance': str(statement.balance), 'rows': [[str(t.amount), str(t.date.date()), t.id] for t in statement.transactions]})
print(json.dumps(out))
`

test('python3-ofxclient lists the accounts and downloads every statement over HTTPS', async (t: TestContext) => {
  if (!(await works(PYTHON, '-c', 'import ofxclient'))) return t.skip('python3-ofxclient is not installed')
  await withBank(async ({ bank, listening, caFile }, directory) => {
    await writeFile(join(directory, 'client.py'), OFXCLIENT)
    for (const version of ['102', '103']) {
      const { stdout } = await run(PYTHON, [join(directory, 'client.py'), listening.ofxsUrl, version], {
        env: { ...process.env, SSL_CERT_FILE: caFile ?? '' },
      })
      const accounts = JSON.parse(stdout) as { number: string; kind: string; balance: string; rows: [string, string, string][] }[]
      assert.deepEqual(
        accounts.map((one) => [one.number, one.kind]),
        [
          ['1000200031', 'BankAccount'],
          ['1000200049', 'BankAccount'],
          ['5105105105105100', 'CreditCardAccount'],
          ['1000200056', 'BankAccount'],
          ['1000200064', 'BankAccount'],
        ],
      )
      for (const account of accounts) {
        assert.equal(account.balance, bank.balance(account.number))
        const days = account.rows.map((row) => row[1]).sort()
        const truth = bank.truth(account.number).filter((row) => row.state === 'booked' && row.bookedOn >= (days[0] ?? ''))
        assert.deepEqual(account.rows.map((row) => Number(row[0])).sort(), truth.map((row) => Number(row.amount)).sort(), account.number)
      }
    }
  })
})

test("python3-ofxclient does not come in without trusting the bank's authority", async (t: TestContext) => {
  if (!(await works(PYTHON, '-c', 'import ofxclient'))) return t.skip('python3-ofxclient is not installed')
  await withBank(async ({ bank, listening }, directory) => {
    await writeFile(join(directory, 'client.py'), OFXCLIENT)
    await assert.rejects(run(PYTHON, [join(directory, 'client.py'), listening.ofxsUrl, '102']), /CERTIFICATE_VERIFY_FAILED/)
    assert.equal(bank.state.attempts.length, 0)
  })
})

test('requests that ofxconnect prints are answered', async (t: TestContext) => {
  if (!(await works('ofxconnect', '--help'))) return t.skip('ofxconnect is not installed')
  await withBank(async ({ bank, listening }) => {
    const identity = ['--fid=99001', '--org=SANDBOX', '--user=ana', '--pass=correct horse']
    const print = async (...args: string[]): Promise<string> => {
      const { stdout } = await run('ofxconnect', [...args, ...identity, '/dev/stdout'])
      return stdout.slice(stdout.indexOf('OFXHEADER'))
    }
    const list = (await post(listening.ofxUrl, await print('-a'))).toString('latin1')
    assert.equal(list.split('<ACCTINFO>').length - 1, 5)
    const statement = (
      await post(listening.ofxUrl, await print('-s', '--bank=123456780', '--acct=1000200031', '--type=1', '--past=60'))
    ).toString('latin1')
    assert.match(statement, new RegExp(`<BALAMT>${bank.balance('1000200031').replace('.', '\\.')}`))
    assert.ok(statement.split('<STMTTRN>').length > 20)
  })
})

/** AqBanking 6.5.3 adds accounts that it finds only where it knows one already. */
const KNOWN_ACCOUNT = 'char type="bank"\nint uniqueId="99"\nchar backendName="aqofxconnect"\nchar accountNumber="0"\nchar bankCode="0"\n'

test('AqBanking sets up its accounts, downloads bank and card statements, and is refused without a password', async (t: TestContext) => {
  if (!(await works('aqbanking-cli', '--help'))) return t.skip('aqbanking-cli is not installed')
  await withBank(async ({ bank, listening }, directory) => {
    const [pins, settings] = [join(directory, 'pins'), join(directory, 'aq')]
    const aqbanking = async (...args: string[]): Promise<string> =>
      (await run('aqbanking-cli', ['-n', '-A', '-D', settings, '-P', pins, ...args], { env: { ...process.env, HOME: directory } })).stdout
    const setUp = (...args: string[]): Promise<string> => aqbanking('--control=aqofxconnect', ...args)
    await writeFile(pins, 'other = "x"\n')
    await setUp('adduser', '-N', 'Ana', '-b', '123456780', '-u', 'ana', '-s', listening.ofxUrl, '-O', 'SANDBOX', '-F', '99001')
    await mkdir(join(settings, 'settings6/accountspecs'), { recursive: true })
    await writeFile(join(settings, 'settings6/accountspecs/00000099.conf'), KNOWN_ACCOUNT)

    await setUp('getaccounts', '-u', '1').catch(() => null)
    assert.equal(bank.state.attempts.length, 0, 'without a password there is no sign-on')
    await writeFile(pins, 'OFX%3A%3Auserpass%3A%3Aana = "correct horse"\n')
    await setUp('getaccounts', '-u', '1')
    const list = await aqbanking('listaccs')
    for (const number of ['1000200031', '1000200049', '5105105105105100', '1000200056', '1000200064'])
      assert.match(list, new RegExp(`\\t${number}\\t`))

    for (const number of ['1000200031', '5105105105105100']) {
      const context = join(directory, `${number}.ctx`)
      await aqbanking('request', '-c', context, '--transactions', '-b', '123456780', '-a', number, '--fromdate=20200101')
      const rows = (await aqbanking('listtrans', '-c', context)).split('\n').filter((line) => /^\d\d\.\d\d\.\d{4}\t/.test(line))
      const truth = bank.truth(number).filter((row) => row.state === 'booked')
      assert.deepEqual(rows.map((line) => line.split('\t')[1]).sort(), truth.map((row) => row.amount).sort(), number)
      assert.match(await aqbanking('listbal', '-c', context), new RegExp(`\\t${bank.balance(number)}\\t${number}`))
    }
    assert.ok(bank.state.attempts.every((attempt) => attempt.code === 0))
  })
})

/** Answers of every kind, refusals included. What MFA adds is in neither schema and is left out. */
const CONVERSATIONS: readonly (readonly [string, Probe])[] = [
  ['profile', { user: 'anonymous00000000000000000000000', body: PROFILE }],
  [
    'list and statements',
    { body: ACCOUNTS + statementOf('1000200031', 'CHECKING', '<DTSTART>20250101') + statementOf('5105105105105100', 'CARD', '', true) },
  ],
  ['profile known', { body: PROFILE.replace('19900101', '20300101') }],
  ['line of credit', { body: statementOf('1000200056', 'CREDITLINE') }],
  ['unknown account', { body: statementOf('1', 'CHECKING') }],
  [
    'nothing to synchronise with',
    {
      body: '<BANKMSGSRQV1><INTRASYNCRQ><TOKEN>0<REJECTIFMISSING>N<BANKACCTFROM><BANKID>123456780<ACCTID>1000200031<ACCTTYPE>CHECKING</BANKACCTFROM></INTRASYNCRQ></BANKMSGSRQV1><EMAILMSGSRQV1><MAILSYNCRQ><TOKEN>0<REJECTIFMISSING>N<INCIMAGES>N<USEHTML>N</MAILSYNCRQ></EMAILMSGSRQV1>',
    },
  ],
  ['wrong password', { password: 'x', body: ACCOUNTS + statementOf('1000200031', 'CHECKING') }],
  ['no sign-on', { user: null, body: ACCOUNTS }],
  ['challenge demanded', { user: 'lena', password: 'green tea 42', clientUid: 'c', body: ACCOUNTS }],
]

test('answers in OFX 2 validate against the schema', async (t: TestContext) => {
  if (!existsSync(XSD)) return t.skip(`the OFX 2 schema is not at ${XSD}`)
  if (!(await works('xmllint', '--version'))) return t.skip('xmllint is not installed')
  await withBank(async ({ listening }, directory) => {
    for (const version of [200, 203, 211, 220]) {
      for (const [name, probe] of CONVERSATIONS) {
        const text = (await post(listening.ofxUrl, requestOf({ ...probe, version }))).toString('utf8')
        const file = join(directory, `${version}.xml`)
        await writeFile(file, text.replace('<OFX>', '<ofx:OFX xmlns:ofx="http://ofx.net/types/2003/04">').replace('</OFX>', '</ofx:OFX>'))
        await run('xmllint', ['--noout', '--schema', XSD, file]).catch((error: { stderr: string }) =>
          assert.fail(`${version} ${name}: ${error.stderr}`),
        )
      }
    }
  })
})

test('answers in OFX 1 validate against the DTD of 1.6', async (t: TestContext) => {
  if (!existsSync(join(DTD, 'ofx160.dtd')) || !(await works('sh', '-c', 'command -v onsgmls')))
    return t.skip('onsgmls or the DTD of libofx7 is not installed')
  await withBank(async ({ listening }, directory) => {
    for (const version of [102, 151, 160]) {
      for (const [name, probe] of CONVERSATIONS) {
        const text = (await post(listening.ofxUrl, requestOf({ ...probe, version }))).toString('latin1')
        const file = join(directory, `${version}.sgm`)
        await writeFile(file, text.slice(text.indexOf('<OFX>')), 'latin1')
        await run('onsgmls', ['-s', join(DTD, 'opensp.dcl'), join(DTD, 'ofx160.dtd'), file]).catch((error: { stderr: string }) =>
          assert.fail(`${version} ${name}: ${error.stderr}`),
        )
      }
    }
  })
})

test('a challenge is answered in a form that both syntaxes carry', async () => {
  await withBank(async ({ listening }) => {
    for (const version of [103, 211]) {
      const text = (
        await post(
          listening.ofxUrl,
          requestOf({ version, user: 'lena', password: 'green tea 42', clientUid: `c${version}`, mfa: CHALLENGE }),
        )
      ).toString('utf8')
      assert.match(text, /<MFACHALLENGETRNRS>\s*<TRNUID>m1[^]*<MFACHALLENGE>\s*<MFAPHRASEID>textcode[^]*<MFAPHRASELABEL>Code sent/)
    }
  })
})

// Fails when: only the path is understood (seen): a client behind a proxy got 404.
test('a request that names the whole address is answered as one that names the path', async () => {
  await withBank(async ({ listening }) => {
    const { port } = new URL(listening.ofxUrl)
    const answer = await new Promise<string>((resolve, reject) => {
      const asked = request({ port, method: 'POST', path: listening.ofxUrl, headers: { 'content-type': 'application/x-ofx' } }, async (response) => resolve(Buffer.concat(await response.toArray()).toString('latin1')))
      asked.on('error', reject).end(requestOf({ body: ACCOUNTS }))
    })
    assert.equal(answer.split('<ACCTINFO>').length - 1, 5)
  })
})
