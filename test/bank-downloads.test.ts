/** The files of the sandbox bank's web site, read by Relink's readers: rows, days and balances are those of the bank's ledger. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { createBank } from '../bank/bank.ts'
import { CUSTOMERS } from '../bank/customers.ts'
import { createPerson } from '../bank/person.ts'
import { sendInMemory } from '../bank/send.ts'
import { FORMATS } from '../bank/site/download.ts'
import { readStatementFile } from '../src/formats/detect.ts'
import { isInstalled } from '../src/formats/ofx/validators.fixture.ts'
import { bytes, collect } from '../src/formats/testing/collect.ts'

const NOW = Date.UTC(2026, 10, 22, 20)
const FROM = '2026-09-10'
const TO = '2026-11-12'
const bank = createBank({ clock: { now: () => NOW }, seed: 3, historyDays: 120 })
const SCHEMA = resolve(process.env['RELINK_SHARED'] ?? resolve(import.meta.dirname, '../../shared'), 'schemas/genkgo__camt/assets/camt.053.001.02.xsd')

type Line = { readonly day: string; readonly amount: number }
const inOrder = (lines: readonly Line[]): readonly string[] => lines.map(({ day, amount }) => `${day} ${amount}`).sort()
const total = (lines: readonly Line[]): number => lines.reduce((sum, { amount }) => sum + amount, 0)
const near = (a: number, b: number): boolean => Math.abs(a - b) < 0.0005

for (const customer of CUSTOMERS) {
  for (const format of FORMATS) {
    test(`${customer.user}'s files as ${format} hold what the ledger holds`, async (t) => {
      const person = createPerson({ user: customer.user, password: customer.password, send: sendInMemory(bank) })
      for (const { number, key } of customer.accounts) {
        const booked = bank.truth(key).filter((row) => row.state === 'booked').map(({ bookedOn, amount }) => ({ day: bookedOn, amount: Number(amount) }))
        const truth = booked.filter(({ day }) => day >= FROM && day <= TO)
        if (truth.length === 0) continue
        const text = await person.download(number, format, FROM, TO)
        const file = await readStatementFile(bytes(Buffer.from(text), 4_096), { fileName: format === 'qbo' ? 'x.qbo' : 'x' })
        assert.ok(file.ok, file.ok ? '' : file.failure.message)
        assert.equal(file.value.format, format.replace(/-.*/, ''))
        const { statements, failure } = await collect(file.value.stream)
        assert.deepEqual([failure, statements.length], [null, 1], number)
        const [{ rows, balances, head, notices } = assert.fail()] = statements
        assert.deepEqual(inOrder(rows.map(({ postedOn, amount }) => ({ day: postedOn, amount: Number(amount) }))), inOrder(truth), number)
        if (['camt053', 'mt940', 'csv-german', 'csv-columns'].includes(format)) {
          const closing = Number(bank.balance(key)) - total(booked.filter(({ day }) => day > TO))
          const stated = (which: RegExp): number => Number(balances.findLast(({ kind }) => which.test(kind))?.amount)
          assert.ok(near(stated(/closing|ledger/), closing), `${number}: ${stated(/closing|ledger/)} ${closing}`)
          assert.ok(near(stated(/opening/), closing - total(truth)), number)
        }
        if (format === 'camt053' || format === 'mt940') assert.deepEqual([head.account.number?.endsWith(number), head.currency, notices], [true, customer.currency, []])
        if (format === 'camt053') validated(t, text)
      }
    })
  }
}

function validated(t: { diagnostic(message: string): void }, text: string): void {
  if (!isInstalled('xmllint') || !existsSync(SCHEMA)) return t.diagnostic('xmllint or the schema is not here')
  const directory = mkdtempSync(join(tmpdir(), 'relink-bank-downloads-'))
  writeFileSync(join(directory, 'a.xml'), text)
  const judged = spawnSync('xmllint', ['--noout', '--schema', SCHEMA, join(directory, 'a.xml')], { encoding: 'utf8' })
  rmSync(directory, { recursive: true })
  assert.equal(judged.status, 0, judged.stderr)
}
