/**
 * The held rules of the design, each in test/tidy/ as a pure function over the project's files. A rule
 * must first fail on every violation planted for it and accept a project that is close to them: a check
 * that never failed is not a check.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { bankIsIndependent, connectorsAreFolders, direction, noCircles, outside } from './tidy/layers.ts'
import { documentedErrors, exactVersions, licence, lockfiles, noInstallScripts, nothingOfThisMachine } from './tidy/project.ts'
import { honestTypes, looksAgain, noRawText, sameCases, throughPorts } from './tidy/purity.ts'
import { focused, heads, lineCounts, names, size } from './tidy/shape.ts'
import { projectFiles, type Rule } from './tidy/source.ts'

const RULES: readonly Rule[] = [
  direction, bankIsIndependent, outside, noCircles, connectorsAreFolders,
  throughPorts, honestTypes, noRawText, looksAgain, sameCases,
  size, heads, names, focused,
  lockfiles, exactVersions, noInstallScripts, nothingOfThisMachine, licence, documentedErrors,
]

const files = projectFiles(join(import.meta.dirname, '..'))

for (const rule of RULES) {
  test(`held: ${rule.name}`, () => {
    for (const planted of rule.planted) {
      assert.notDeepEqual(rule.violations(new Map(Object.entries(planted))), [], `the rule overlooks ${JSON.stringify(planted).slice(0, 300)}`)
    }
    assert.deepEqual(rule.violations(new Map(Object.entries(rule.kept))), [], 'the rule complains about what is right')
    const found = rule.violations(files)
    assert.equal(found.length, 0, `\n${found.join('\n')}`)
  })
}

test('the project is read at all, and its median file is short', t => {
  const counts = lineCounts(files)
  assert.ok(files.has('package.json') && counts.length > 50, `${counts.length} sources`)
  t.diagnostic(`${counts.length} sources, median ${counts[Math.floor(counts.length / 2)]} lines, longest ${counts.at(-1)}`)
})
