/** Files of the same account and of several: each begins where the one of the days before ends, what is kept out of the books is one line, and journals are one together, as the programs that read them say. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { day } from '../domain/day.ts'
import { anAccount, aPage, aRun, aSource } from '../store/fixtures.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import type { TenantStore } from '../ports/store.ts'
import { apart } from './apart.ts'
import { exportAccount, exportTable, fileNameAmong, EXPORT_FORMATS, type ExportFormat, type ExportRequest } from './export.ts'

const directory = mkdtempSync(join(tmpdir(), 'relink-export-'))
after(() => rmSync(directory, { recursive: true }))

type Row = readonly [on: string, amount: bigint, what?: 'excluded' | 'deleted']
const MAY = { from: day('2026-05-01'), to: day('2026-05-31') }
const JUNE = { from: day('2026-06-01'), to: day('2026-06-30') }
const ROWS: readonly Row[] = [['2026-05-01', 100_00n], ['2026-05-10', -3_00n, 'excluded'], ['2026-05-12', -50n, 'deleted'], ['2026-05-31', -10_00n], ['2026-06-02', -5_00n], ['2026-06-20', -1_25n, 'excluded']]

/** An account with these rows; the bank states the balance at the end of June, or never. */
async function account(store: TenantStore, rows: readonly Row[], over: Partial<Parameters<typeof anAccount>[0]> = {}, stated: bigint | null = null): Promise<string> {
  const [account, run] = [anAccount(over), aRun()]
  const source = aSource(account.id)
  await store.accounts.create(account, source)
  await store.runs.create(run)
  const place = { tenant: store, accountId: account.id, sourceId: source.id, runId: run.id }
  const balances = stated === null ? [] : [{ accountId: account.id, sourceId: source.id, runId: run.id, kind: 'ledger' as const, amount: stated, on: JUNE.to, observedAt: 1 }]
  const page = aPage(place, rows.map(([on, amount], index) => ({ text: `${account.id} ${index}`, on, amount })), { balances })
  await store.feed.commitPage(page)
  for (const [index, [, , what]] of rows.entries()) if (what !== undefined) await store.feed.decide(page.inserts[index]!.id, { [what]: true }, 9)
  return account.id
}

async function aStore(): Promise<TenantStore> {
  const memory = createMemoryStore()
  return memory.tenant(await memory.defaultTenant())
}

async function text(store: TenantStore, id: string, format: ExportFormat, over: Partial<ExportRequest> = {}): Promise<string> {
  const [summary] = await store.accounts.list({ accountIds: [id] })
  const parts: Buffer[] = []
  for await (const part of exportAccount(store, summary!, { format, now: Date.UTC(2026, 6, 1), ...over }).content) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString()
}

test('what a person deleted or keeps out of the books is in no file; where a file has two balances it is one line that says so', async () => {
  const store = await aStore()
  const id = await account(store, ROWS)
  for (const format of EXPORT_FORMATS) {
    const whole = await text(store, id, format)
    for (const index of [1, 2, 5]) assert.ok(!whole.includes(`ref-${id} ${index}`) && !whole.includes(`${id} ${index}`), `${format} ${index}`)
    assert.ok(whole.includes(`${id} 3`), format)
    const hasTwoBalances = !['ofx', 'qfx', 'qbo', 'csv', 'json'].includes(format)
    assert.equal(whole.includes('Left out of this file') && whole.includes('3 rows that were excluded or deleted'), hasTwoBalances, format)
  }
  const none = await account(store, ROWS.filter(([, , what]) => what === undefined))
  for (const format of EXPORT_FORMATS) assert.ok(!(await text(store, none, format)).includes('Left out'), format)
})

test('each file begins where the one of the days before ends, at the bank’s balance, and proves itself', async () => {
  const figures = (camt: string, code: string) => new RegExp(`<Cd>${code}</Cd>.*?<Amt Ccy="EUR">([0-9.]+)</Amt><CdtDbtInd>(\\w+)`).exec(camt)!.slice(1).join(' ')
  const entries = (camt: string) => [...camt.matchAll(/<Ntry><Amt Ccy="EUR">([0-9.]+)<\/Amt><CdtDbtInd>(\w+)/g)].reduce((sum, [, amount, sign]) => sum + Math.round(Number(amount) * 100) * (sign === 'DBIT' ? -1 : 1), 0)
  for (const [stated, opening, middle, closing] of [[null, 0, 86_50, 80_25], [200_00n, 119_75, 206_25, 200_00]] as const) {
    const store = await aStore()
    const id = await account(store, ROWS, {}, stated)
    const [may, june, whole] = [await text(store, id, 'camt053', MAY), await text(store, id, 'camt053', JUNE), await text(store, id, 'camt053')]
    const at = (minor: number) => `${(minor / 100).toFixed(2)} CRDT`
    assert.deepEqual([figures(may, 'OPBD'), figures(may, 'CLBD'), figures(june, 'OPBD'), figures(june, 'CLBD'), figures(whole, 'OPBD'), figures(whole, 'CLBD')], [opening, middle, middle, closing, opening, closing].map(at))
    assert.deepEqual([entries(may), entries(june), entries(whole)], [middle - opening, closing - middle, closing - opening])
  }
})

const CHECKED = {
  hledger: (path: string) => ['hledger', ['-f', path, 'balance', 'Assets', '-N', '--flat']] as const,
  ledger: (path: string) => ['ledger', ['-f', path, 'balance', 'Assets', '--no-total', '--flat']] as const,
  beancount: (path: string) => ['bean-check', ['-C', path]] as const,
}

for (const format of ['hledger', 'ledger', 'beancount'] as const) {
  const [program] = CHECKED[format]('')
  const judged = (journal: string): { readonly ok: boolean; readonly out: string } => {
    const path = join(directory, `together.${format}`)
    writeFileSync(path, journal)
    const [command, args] = CHECKED[format](path)
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
    return { ok: status === 0, out: stdout + stderr }
  }

  test(`${format}: the journal of a part goes on after the one of the part before, and stands alone`, { skip: spawnSync('which', [program]).status !== 0 }, async () => {
    const store = await aStore()
    const id = await account(store, ROWS, {}, 200_00n)
    const [may, june, after] = [await text(store, id, format, MAY), await text(store, id, format, JUNE), await text(store, id, format, { ...JUNE, continues: true })]
    for (const journal of [may, june, may + after]) {
      const { ok, out } = judged(journal)
      assert.ok(ok, `${out}\n${journal}`)
    }
    // Ledger and hledger bring an account to a balance by nothing; Beancount opens an account once.
    if (format !== 'beancount') {
      const { ok, out } = judged(may + june)
      assert.ok(ok && /200\.00/.test(out) && !/[^.\d]3\d\d\.00/.test(out), out)
    }
    // A row that is missing in the part before is found where the next one begins.
    const wrong = may.replace(/86\.50|206\.25|100\.00/g, '777.00')
    assert.equal(judged(wrong + after).ok, false)
  })

  test(`${format}: journals of two accounts of one name at one bank are one journal with two accounts`, { skip: spawnSync('which', [program]).status !== 0 }, async () => {
    const store = await aStore()
    const ids = [await account(store, ROWS, { number: '111222' }), await account(store, [['2026-05-03', 7_77n]], { number: '999444' })]
    const journals = await Promise.all(ids.map((id) => text(store, id, format)))
    const { ok, out } = judged(journals.join('\n'))
    assert.ok(ok, out)
    if (format !== 'beancount') assert.ok(/80\.25/.test(out) && /7\.77/.test(out), out)
    assert.ok(/Everyday[ -]9444/.test(journals[1]!) && !/Everyday[ -]\d/.test(journals[0]!), 'the oldest keeps its name')
  })
}

test('accounts of one name are told apart by their numbers, by their ids where those tell too little', async () => {
  const store = await aStore()
  for (const over of [{ number: '1111' }, { number: '2222', name: 'EVERYDAY!' }, { number: '9-2222' }, { number: null }, { number: '3333', institutionName: 'Other' }]) await account(store, [], over)
  const all = (await store.accounts.list()).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const names = all.map((one) => apart(one, all).name)
  assert.deepEqual(names, ['Everyday', `EVERYDAY! ${all[1]!.id.slice(-8)}`, `Everyday ${all[2]!.id.slice(-8)}`, `Everyday ${all[3]!.id.slice(-8)}`, 'Everyday'])
  // Fails when: files of accounts of one name are numbered (was so): which account is in which, nobody knows.
  assert.deepEqual(all.map((one) => fileNameAmong(one, all, 'ofx')), ['everyday.ofx', ...all.slice(1, 4).map(({ id }) => `everyday-${id.slice(-8)}.ofx`), 'everyday-3333.ofx'])
})

test('what was decided goes into each format that has a place for it, rows of all accounts into one table, and what is kept out of the books only where it is asked for', async () => {
  const store = await aStore()
  const [one, two] = [await account(store, ROWS.slice(0, 4)), await account(store, [['2026-05-03', 7_77n]], { number: '999444' })]
  const [first, , , last] = (await store.feed.transactions({ accountId: one, order: 'oldest', includeDeleted: true, limit: 9 })).rows
  await store.feed.decide(first!.id, { category: 'Fuel, and [more]', note: 'ask "Ana"', review: 'accepted' }, 10)
  await store.review.pair(two, [last!.id, (await store.feed.transactions({ accountId: two, limit: 1 })).rows[0]!.id], 11)
  for (const format of EXPORT_FORMATS) {
    const whole = await text(store, one, format)
    const [category, note] = [/Fuel, and/.test(whole), /ask .*Ana/.test(whole)]
    assert.deepEqual([category, note], { csv: [true, true], json: [true, true], qif: [true, false], hledger: [true, true], ledger: [true, true], beancount: [true, true] }[format as string] ?? [false, false], format)
  }
  const cells = async (over: Parameters<typeof exportTable>[2]) => {
    const parts: string[] = []
    for await (const part of exportTable(store, null, over).content) parts.push(String(part))
    return parts.join('')
  }
  const now = Date.UTC(2026, 6, 1)
  const all = (await cells({ format: 'csv', now })).trimEnd().split('\r\n')
  assert.equal(all[0], 'date,amount,currency,description,memo,type,check_number,reference,state,id,category,note,review,excluded,transfer,account')
  assert.deepEqual(all.slice(1).map((line) => line.replace(/^([\d-]+),(.*?),.*?,posted,[^,]+,/, '$1 $2 ')), [
    '2026-05-01 100.00 "Fuel, and [more]","ask ""Ana""",accepted,no,,Everyday',
    `2026-05-31 -10.00 ,,accepted,no,${two},Everyday`, `2026-05-03 7.77 ,,accepted,no,${two},Everyday 9444`,
  ])
  assert.deepEqual((await cells({ format: 'csv', now, only: { mark: 'excluded' } })).trimEnd().split('\r\n').slice(1).map((line) => /^[\d-]+,-3\.00,.*,yes,,Everyday$/.test(line)), [true])
  assert.equal((await cells({ format: 'csv', now, only: { mark: 'deleted' } })).trimEnd().split('\r\n').length, 2)
  const [row] = JSON.parse(await cells({ format: 'json', now, only: { category: 'Fuel, and [more]' } })) as Record<string, unknown>[]
  assert.deepEqual([row?.['category'], row?.['note'], row?.['review'], row?.['excluded'], row?.['transfer'], row?.['account'], row?.['amount']], ['Fuel, and [more]', 'ask "Ana"', 'accepted', false, null, 'Everyday', '100.00'])
})
