/**
 * Size, heads and names of files (architecture.md, Names, size, comments): what lets a reader open any
 * file and know within seconds what it promises.
 */
import { isSource, isTest, type Files, type Rule } from './source.ts'

export const MAX_LINES = 700
const FORBIDDEN_NAMES = new Set(['util', 'utils', 'helper', 'helpers', 'manager', 'service', 'services', 'common', 'misc'])

function ownSources(files: Files): readonly (readonly [string, string])[] {
  return [...files].filter(([path]) => isSource(path) || path.endsWith('.tsx'))
}

/** The number of lines of each source, ascending; for the median that the test prints. */
export function lineCounts(files: Files): readonly number[] {
  return ownSources(files).map(([, text]) => text.split('\n').length - 1).sort((a, b) => a - b)
}

export const size: Rule = {
  name: `no source is longer than ${MAX_LINES} lines`,
  violations: files =>
    ownSources(files).flatMap(([path, text]) => {
      const lines = text.split('\n').length - 1
      return lines > MAX_LINES ? [`${path}:${MAX_LINES} has ${lines} lines`] : []
    }),
  planted: [{ 'src/sync/a.ts': 'export {}\n'.repeat(MAX_LINES + 1) }],
  kept: { 'src/sync/a.ts': 'export {}\n'.repeat(MAX_LINES) },
}

export const heads: Rule = {
  // A test file is told by its name and the sentences of its tests.
  name: 'every module begins with a comment on what it promises',
  violations: files =>
    ownSources(files).flatMap(([path, text]) =>
      /^(src|bank|sim|scripts|test)\//.test(path) && !/\.test\.tsx?$/.test(path) && !/^(#![^\n]*\n)?\s*(\/\*\*|\/\/)/.test(text) ? [`${path}:1 begins without a comment`] : [],
    ),
  planted: [{ 'src/sync/a.ts': `import './b.ts'\n// late` }],
  kept: { 'src/sync/a.ts': '/** What it promises. */\nexport {}', 'scripts/a.mjs': '#!/usr/bin/env node\n// What it does.' },
}

export const names: Rule = {
  name: 'no file or folder is called after nothing in particular',
  violations: files =>
    [...files.keys()].flatMap(path => {
      const word = path.split(/[/.\-_]/).find(part => FORBIDDEN_NAMES.has(part.toLowerCase()))
      return word === undefined || !isSource(path) ? [] : [`${path}:1 the name "${word}" says nothing; name the idea`]
    }),
  planted: [{ 'src/sync/utils.ts': '' }, { 'src/helpers/a.ts': '' }, { 'src/api/account-service.ts': '' }],
  kept: { 'src/sync/window.ts': '', 'docs/operate/common-questions.md': '' },
}

export const focused: Rule = {
  name: 'no test is left alone with .only',
  violations: files => [...files].flatMap(([path, text]) => (isTest(path) && /^\s*(test|it|describe|suite)\.only\(/m.test(text) ? [`${path}:1 runs only a part of its tests`] : [])),
  planted: [{ 'src/a.test.ts': `test.only('a', () => {})` }],
  kept: { 'src/a.test.ts': `test('a.only(', () => {})` },
}
