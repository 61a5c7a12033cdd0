/**
 * The independent judges of written OFX: OpenSP with the OFX 1 document type of libofx, and xmllint with the OFX 2
 * schema. For tests only; a test skips with `validatorsMissing` where they are not installed.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OfxVersion } from './markup.ts'

const shared = process.env['RELINK_SHARED'] ?? join(import.meta.dirname, '../../../../shared')
const schema = join(shared, 'schemas/stoicflame__ofx4j/schemas_ofx2_xsd/OFX2_Protocol.xsd')
const dtd = dtdFolder('/usr/share')

export const validatorsMissing: string | false =
  dtd === null || !existsSync(schema) || !isInstalled('onsgmls') || !isInstalled('xmllint')
    ? 'onsgmls, xmllint or the OFX schemas are not here'
    : false

export function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined
}

/** Fails the test when the document is not valid by the document type or schema of its version. */
export function assertValid(document: Uint8Array, version: OfxVersion): void {
  const directory = mkdtempSync(join(tmpdir(), 'relink-ofx-'))
  try {
    const path = join(directory, 'document')
    const run = version < '2' ? judgeSgml(document, path) : judgeXml(document, path)
    assert.equal(run.stderr.replace(/^.* validates$/m, '').trim(), '')
    assert.equal(run.status, 0)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function judgeSgml(document: Uint8Array, path: string): { status: number | null; stderr: string } {
  // libofx's declaration knows ASCII alone, while OFX 1 allows windows-1252 (CHARSET): letters beyond ASCII are not judged.
  const body = Buffer.from(document)
    .subarray(Buffer.from(document).indexOf('<OFX>'))
    .map((byte) => (byte > 0x7f ? 0x78 : byte))
  writeFileSync(path, body)
  return spawnSync('onsgmls', ['-s', join(dtd ?? '', 'opensp.dcl'), join(dtd ?? '', 'ofx160.dtd'), path], { encoding: 'utf8' })
}

function judgeXml(document: Uint8Array, path: string): { status: number | null; stderr: string } {
  // The schema has a target namespace, which OFX documents do not carry.
  const text = Buffer.from(document).toString('utf8')
  writeFileSync(path, text.replace('<OFX>', '<ofx:OFX xmlns:ofx="http://ofx.net/types/2003/04">').replace('</OFX>', '</ofx:OFX>'))
  return spawnSync('xmllint', ['--noout', '--schema', schema, path], { encoding: 'utf8' })
}

function dtdFolder(root: string): string | null {
  if (!existsSync(root)) return null
  const folders = readdirSync(root)
    .filter((name) => name.startsWith('libofx'))
    .map((name) => join(root, name, 'libofx/dtd'))
  return folders.find((folder) => existsSync(join(folder, 'ofx160.dtd'))) ?? null
}
