/** The module `relink/diagnose` as another program gets it: packed, installed beside zod alone, imported by plain JavaScript, checked by TypeScript. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const elsewhere = mkdtempSync(join(tmpdir(), 'relink-library-'))
after(() => rmSync(elsewhere, { recursive: true, force: true }))

function install(): void {
  execFileSync(process.execPath, [join(root, 'scripts/launch.mjs'), 'library'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const installed = join(elsewhere, 'node_modules', 'relink')
  mkdirSync(installed, { recursive: true })
  cpSync(join(root, 'package.json'), join(installed, 'package.json'))
  cpSync(join(root, 'dist/lib'), join(installed, 'dist/lib'), { recursive: true })
  symlinkSync(join(root, 'node_modules/zod'), join(elsewhere, 'node_modules/zod'))
  writeFileSync(join(elsewhere, 'package.json'), '{"type":"module"}')
}

test('another program diagnoses a failure and explains a code with the package and zod alone, and its types hold', () => {
  install()
  writeFileSync(join(elsewhere, 'use.ts'), `
import { CAUSE_CODES, diagnose, explain, InvalidRecord, type Answer } from 'relink/diagnose'
const answer: Answer = diagnose({ evidence: { protocol: 'ofx', stage: 'signon', codes: ['15500'], message: 'Signon invalid' }, context: { connection: 'established', passwordChangedAtBank: true } })
let refused = ''
try {
  diagnose({ evidence: 'none' })
} catch (error) {
  if (error instanceof InvalidRecord) refused = error.message
}
console.log(JSON.stringify({ cause: answer.cause, action: answer.action, sum: answer.causes.reduce((sum, { p }) => sum + p, 0), all: answer.causes.length === CAUSE_CODES.length, refused, explained: explain('ITEM_LOGIN_REQUIRED')[0]?.system }))
`)
  const types = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom', '--types', '', '--skipLibCheck', 'false', 'use.ts']
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...types], { cwd: elsewhere, stdio: ['ignore', 'inherit', 'inherit'] })
  const said = JSON.parse(execFileSync(process.execPath, ['use.ts'], { cwd: elsewhere, encoding: 'utf8' })) as Record<string, unknown>
  assert.ok(Math.abs((said['sum'] as number) - 1) < 1e-9)
  assert.deepEqual({ ...said, sum: 1 }, { cause: 'credentials_invalid', action: 'fix_credentials', sum: 1, all: true, refused: '"evidence" does not fit a case record: Invalid input: expected object, received string. A case has "evidence" and "context" objects.', explained: 'plaid' })
})
