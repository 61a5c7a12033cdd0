/**
 * What holds for the project as a whole: installable everywhere from its lockfiles, nothing of the
 * machine it was made on, its licence, and error codes that the documents and the code share.
 */
import { posix } from 'node:path'
import { type Files, lineOf, type Node, parsed, type Rule } from './source.ts'

type Lock = { readonly packages: Readonly<Record<string, LockEntry>> }
type LockEntry = {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly inBundle?: boolean
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function locks(files: Files): readonly { readonly path: string; readonly lock: Lock; readonly manifest: LockEntry }[] {
  return [...files].flatMap(([path, text]) => {
    if (posix.basename(path) !== 'package-lock.json') return []
    const manifest = files.get(posix.join(posix.dirname(path), 'package.json')) ?? '{}'
    return [{ path, lock: JSON.parse(text) as Lock, manifest: JSON.parse(manifest) as LockEntry }]
  })
}

function wanted(entry: LockEntry): Readonly<Record<string, string>> {
  return { ...entry.dependencies, ...entry.devDependencies, ...entry.optionalDependencies }
}

/** Where Node would find a dependency of the package at `from`, in the lockfile's own notation. */
function resolves(lock: Lock, from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (lock.packages[posix.join(folder, 'node_modules', name)] !== undefined) return true
    if (folder === '') return false
    if (!folder.includes('/node_modules/')) folder = ''
    if (folder === '') return lock.packages[`node_modules/${name}`] !== undefined
  }
}

const plantedLock = (entry: object, manifest: object = {}, root: object = manifest): Record<string, string> => ({
  'package.json': JSON.stringify(manifest),
  'package-lock.json': JSON.stringify({ packages: { '': root, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x', ...entry } } }),
})

export const lockfiles: Rule = {
  name: 'lockfiles are complete: npm ci installs them anywhere, and checks every byte',
  violations: files =>
    locks(files).flatMap(({ path, lock, manifest }) => [
      ...Object.entries(lock.packages).flatMap(([at, entry]) => {
        if (at === '' || entry.link === true) return []
        const unchecked = entry.integrity === undefined && entry.inBundle !== true ? [`${path}:1 ${at} has no integrity`] : []
        const placed = entry.resolved === undefined ? [] : [`${path}:1 ${at} is tied to one registry (resolved)`]
        return [...unchecked, ...placed]
      }),
      ...Object.entries(lock.packages).flatMap(([at, entry]) =>
        Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }).flatMap(name => (resolves(lock, at, name) ? [] : [`${path}:1 ${at || 'the project'} needs ${name}, which the lockfile lacks: npm ci refuses it`])),
      ),
      ...(JSON.stringify(wanted(manifest)) === JSON.stringify(wanted(lock.packages[''] ?? {})) ? [] : [`${path}:1 does not agree with its package.json`]),
    ]),
  planted: [
    plantedLock({ integrity: undefined }),
    plantedLock({ resolved: 'https://example.com/a.tgz' }),
    plantedLock({ optionalDependencies: { 'a-darwin': '1.0.0' } }),
    plantedLock({}, { dependencies: { a: '1.0.0' } }, {}),
  ],
  kept: plantedLock({}, { dependencies: { a: '1.0.0' } }),
}

export const exactVersions: Rule = {
  name: 'package.json names exact versions',
  violations: files =>
    [...files].flatMap(([path, text]) =>
      posix.basename(path) === 'package.json'
        ? Object.entries(wanted(JSON.parse(text) as LockEntry)).flatMap(([name, version]) => (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) ? [] : [`${path}:1 ${name} is "${version}", which is not one version`]))
        : [],
    ),
  planted: [{ 'package.json': '{"dependencies":{"a":"^1.0.0"}}' }, { 'bench/package.json': '{"devDependencies":{"a":"latest"}}' }],
  kept: { 'package.json': '{"dependencies":{"a":"1.0.0"},"optionalDependencies":{"b":"18.4.0-beta.17"}}' },
}

export const noInstallScripts: Rule = {
  name: 'packages are installed without their scripts, and none that is younger than a week',
  violations: files => [...files.keys()].flatMap(path => {
    if (posix.basename(path) !== 'package-lock.json') return []
    const settings = files.get(posix.join(posix.dirname(path), '.npmrc')) ?? ''
    // A hijacked release is mostly found within days; npm before 11 ignores the setting.
    return ['ignore-scripts=true', 'min-release-age=7'].filter((line) => !settings.split('\n').includes(line)).map((line) => `${posix.join(posix.dirname(path), '.npmrc')}:1 lacks ${line}`)
  }),
  planted: [{ 'package-lock.json': '{}' }, { 'package-lock.json': '{}', '.npmrc': 'ignore-scripts=false\nmin-release-age=7\n' }, { 'package-lock.json': '{}', '.npmrc': 'ignore-scripts=true\n' }],
  kept: { 'package-lock.json': '{}', '.npmrc': 'save-exact=true\nignore-scripts=true\nmin-release-age=7\n' },
}

const HOSTS = /\b(registry\.(?!example)[a-z0-9-]+\.[a-z]{2,}|deb\.debian\.org|files\.pythonhosted\.org|proxy\.golang\.org)\b/
const MACHINE = /(?<![\w.~-])\/(work|root\/\.|tmp\/n24)\//

export const nothingOfThisMachine: Rule = {
  name: 'no path of a developer’s machine and no registry’s host',
  violations: files =>
    [...files].flatMap(([path, text]) =>
      [HOSTS, MACHINE].flatMap(pattern => {
        const found = pattern.exec(text)
        return found === null ? [] : [`${path}:${lineOf(text, found.index + 1)} names ${found[0]}`]
      }),
    ),
  planted: [{ 'docs/a.md': ['See /wo', 'rk/main/src.'].join('') }, { 'package-lock.json': ['https://registry.npm', 'js.org/a'].join('') }],
  kept: { 'docs/a.md': 'Framework/working is a word, ./work/ a folder; registry.example is nobody.' },
}

export const licence: Rule = {
  name: 'the licence is Apache-2.0, in full',
  violations: files => {
    const text = files.get('LICENSE') ?? ''
    const manifest = JSON.parse(files.get('package.json') ?? '{}') as { license?: string }
    const whole = ['Apache License', 'Version 2.0, January 2004', '9. Accepting Warranty or Additional Liability', 'END OF TERMS AND CONDITIONS'].every(part => text.includes(part))
    return [...(whole ? [] : ['LICENSE:1 is not the full text of the Apache License 2.0']), ...(manifest.license === 'Apache-2.0' ? [] : ['package.json:1 license is not Apache-2.0'])]
  },
  planted: [{ LICENSE: 'MIT', 'package.json': '{"license":"Apache-2.0"}' }],
  kept: { LICENSE: 'Apache License Version 2.0, January 2004 … 9. Accepting Warranty or Additional Liability … END OF TERMS AND CONDITIONS', 'package.json': '{"license":"Apache-2.0"}' },
}

const CODES = 'src/api/problems.ts'
const DOCUMENT = 'docs/errors.md'

/** Where failures that are values have their codes: each a union of texts. */
const UNIONS = [['src/domain/evidence.ts', 'FailureCode'], ['src/domain/statement.ts', 'FormatFailureCode']] as const

/** The table of the API is a table in the document, the codes of failures are its lists. Sleeps until both the table and its document exist. */
export const documentedErrors: Rule = {
  name: 'every error code is documented and every documented code exists',
  violations: files => {
    const [table, document] = [files.get(CODES), files.get(DOCUMENT)]
    if (table === undefined || document === undefined) return []
    const codes = new Set(keysOf(CODES, table, 'PROBLEMS'))
    const documented = new Set([...document.matchAll(/^(?:\||#+)\s*`([a-z][a-z0-9_]*)`/gm)].map(match => match[1] ?? ''))
    const failures = new Set(UNIONS.flatMap(([path, name]) => wordsOf(path, files.get(path) ?? '', name)))
    const listed = new Set([...document.matchAll(/^- (`[a-z_`, ]+`):/gm)].flatMap(([, words = '']) => words.split(', ').map(word => word.replaceAll('`', ''))))
    if (codes.size === 0) return [`${CODES}:1 has no table PROBLEMS`]
    return [
      ...[...codes].filter(code => !documented.has(code)).map(code => `${DOCUMENT}:1 lacks ${code}`),
      ...[...documented].filter(code => !codes.has(code)).map(code => `${DOCUMENT}:1 documents ${code}, which does not exist`),
      ...[...failures].filter(code => !listed.has(code)).map(code => `${DOCUMENT}:1 lacks the failure ${code}`),
      ...[...listed].filter(code => !failures.has(code)).map(code => `${DOCUMENT}:1 lists ${code}, which no failure has`),
    ]
  },
  planted: [
    { [CODES]: 'export const PROBLEMS = { not_found: {}, busy: {} } as const', [DOCUMENT]: '| `not_found` | |\n' },
    { [CODES]: 'export const PROBLEMS = { busy: {} } as const', [DOCUMENT]: '| `busy` | |\n| `gone` | |\n' },
    { [CODES]: 'export {}', [DOCUMENT]: '' },
    { [CODES]: 'export const PROBLEMS = { busy: {} }', 'src/domain/evidence.ts': `export type FailureCode = 'a' | 'b'`, [DOCUMENT]: '| `busy` | |\n\n- `a`: text\n' },
    { [CODES]: 'export const PROBLEMS = { busy: {} }', 'src/domain/statement.ts': `export type FormatFailureCode = 'a'`, [DOCUMENT]: '| `busy` | |\n\n- `a`, `b`: text\n' },
  ],
  kept: {
    [CODES]: 'export const PROBLEMS = { busy: { status: 409 } } as const satisfies object', [DOCUMENT]: '# Errors\n\n| code |\n| - |\n| `busy` | text |\n\n- `a`, `b`: text\n- `c`: text\n- a word\n',
    'src/domain/evidence.ts': `export type FailureCode =\n  /** A. */\n  | 'a'\n  | 'b'`, 'src/domain/statement.ts': `export type FormatFailureCode = 'c' | 'a'`,
  },
}

/** The texts of a union type. */
function wordsOf(path: string, text: string, type: string): readonly string[] {
  const declared = parsed(path, text).nodes.find(node => node.type === 'TSTypeAliasDeclaration' && (node['id'] as { name?: string }).name === type)
  const annotation = declared?.['typeAnnotation'] as { types?: readonly Node[] } | undefined
  const members = annotation?.types ?? (annotation === undefined ? [] : [annotation as unknown as Node])
  return members.flatMap(member => (member['literal'] as { value?: unknown } | undefined)?.value ?? []).map(String)
}

/** The keys of the object that is the value of a constant. */
function keysOf(path: string, text: string, constant: string): readonly string[] {
  const declared = parsed(path, text).nodes.find(node => node.type === 'VariableDeclarator' && (node['id'] as { name?: string }).name === constant)
  let value = declared?.['init'] as Node | undefined
  while (value !== undefined && value.type !== 'ObjectExpression') value = value['expression'] as Node | undefined
  return ((value?.['properties'] ?? []) as { key?: { name?: string; value?: string } }[]).map(property => property.key?.name ?? property.key?.value ?? '')
}
