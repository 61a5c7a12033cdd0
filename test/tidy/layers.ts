/**
 * Who may import whom (architecture.md, Layout and rule 1). The table below is the architecture in one
 * look: a folder may import itself and what its row names. Tests are free, they join what they test.
 */
import { type Files, importsOf, isSource, isTest, lineOf, type Node, parsed, type Rule, target } from './source.ts'

/** Folders of `src`; `root` are the files directly in it, which put the parts together. A trailing `?` allows types alone. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  language: [],
  // Who acts: known where a request begins, kept where a decision is stored.
  acting: [],
  ports: ['domain'],
  formats: ['domain'],
  'connector-kit': ['domain', 'formats', 'ports'],
  connectors: ['connector-kit', 'formats', 'domain', 'ports?'],
  // The middle: each other too, as long as no circle arises (see below).
  ...Object.fromEntries(
    ['sync', 'diagnose', 'repair', 'review', 'vault', 'alerts', 'access'].map(folder => [
      folder,
      ['sync', 'diagnose', 'repair', 'review', 'vault', 'alerts', 'access', 'acting', 'connector-kit', 'ports', 'domain', 'language'],
    ]),
  ),
  exports: ['sync', 'diagnose', 'repair', 'review', 'formats', 'ports', 'domain'],
  store: ['acting', 'ports', 'domain'],
  adapters: ['ports', 'domain', 'connector-kit', 'language'],
  api: ['sync', 'diagnose', 'repair', 'review', 'vault', 'alerts', 'access', 'acting', 'exports', 'formats', 'connector-kit', 'ports', 'domain', 'language', 'root?'],
  cli: ['sync', 'diagnose', 'repair', 'review', 'vault', 'alerts', 'access', 'acting', 'exports', 'formats', 'connector-kit', 'ports', 'domain', 'language', 'api', 'root', 'bank', 'demo', 'sim'],
  // The demo puts a whole world together, as the files of the root do for the real one.
  demo: ['repair', 'ports', 'domain', 'adapters', 'language', 'root', 'bank'],
  bank: ['domain'],
  // The simulator puts a whole world together too, with the real connectors on its own clock, chance and network; its person's files are written by the writers of the formats.
  sim: ['sync', 'diagnose', 'repair', 'review', 'vault', 'alerts', 'store', 'adapters', 'connectors', 'connector-kit', 'formats', 'ports', 'domain', 'root', 'bank'],
  web: ['api?'],
}

/** Layers that only compute: Node's own modules would be a way outside. These few are pure. */
const PURE_LAYERS = new Set(['domain', 'ports', 'formats', 'connector-kit', 'connectors', 'sync', 'diagnose', 'repair', 'review', 'alerts', 'access', 'exports'])
const PURE_MODULES = new Set(['node:crypto', 'node:buffer', 'node:stream', 'node:string_decoder', 'node:util', 'node:assert', 'node:async_hooks', 'node:zlib'])
const STRICTER: Readonly<Record<string, string>> = { domain: 'nothing but domain', ports: 'no module of Node', connectors: 'no module of Node' }

function layerOf(path: string): string {
  const [first = '', second = '', third] = path.split('/')
  if (first !== 'src') return first
  return third === undefined ? 'root' : second
}

function sources(files: Files): readonly (readonly [string, string])[] {
  return [...files].filter(([path]) => isSource(path) && !isTest(path) && /^(src|bank|sim|web)\//.test(path) && path.split('/').length > 1)
}

export const direction: Rule = {
  name: 'dependencies point downwards only',
  violations: files =>
    sources(files).flatMap(([path, text]) => {
      const from = layerOf(path)
      if (from === 'root') return []
      const allowed = MAY_IMPORT[from]
      if (allowed === undefined) return [`${path}:1 the folder ${from} has no row in test/tidy/layers.ts: say there what it may import`]
      return importsOf(path, text).flatMap(({ specifier, line, typeOnly }) => {
        const imported = target(path, specifier)
        if (imported === null || imported.endsWith('.json')) return []
        const to = layerOf(imported)
        if (to === from || allowed.includes(to) || (typeOnly && allowed.includes(`${to}?`))) return []
        return [`${path}:${line} ${from} may not import ${to} (${specifier})${allowed.includes(`${to}?`) ? ' but for types' : ''}`]
      })
    }),
  planted: [
    { 'src/domain/a.ts': `import { b } from '../ports/b.ts'` },
    { 'src/formats/ofx/a.ts': `export * from '../../store/b.ts'` },
    { 'src/connectors/ofx/a.ts': `const vault = await import('../../vault/vault.ts')` },
    { 'src/api/a.ts': `import { openStore } from '../open-store.ts'` },
    { 'bank/a.ts': `import { parse } from '../src/formats/ofx/read.ts'` },
    { 'web/src/a.tsx': `import { PROBLEMS } from '../../src/api/problems.ts'` },
    { 'src/newfolder/a.ts': `export {}` },
  ],
  kept: {
    'src/sync/a.ts': `import type { Store } from '../ports/store.ts'\nimport { ok } from '../domain/result.ts'`,
    'web/src/a.tsx': `import type { Problem } from '../../src/api/problems.ts'\n// import '../../src/store/a.ts'`,
    'src/sync/a.test.ts': `import '../store/memory/store.ts'`,
    'src/main.ts': `import './store/a.ts'`,
  },
}

export const bankIsIndependent: Rule = {
  name: 'the sandbox bank shares nothing with the server but days and money',
  violations: files =>
    sources(files).flatMap(([path, text]) =>
      path.startsWith('bank/')
        ? importsOf(path, text).flatMap(({ specifier, line }) => {
            const imported = target(path, specifier)
            return imported === null || !imported.startsWith('src/') || /^src\/domain\/(day|money)\.ts$/.test(imported) ? [] : [`${path}:${line} imports ${imported}`]
          })
        : [],
    ),
  planted: [{ 'bank/ofx/a.ts': `import type { Statement } from '../../src/domain/statement.ts'` }],
  kept: { 'bank/a.ts': `import { day } from '../src/domain/day.ts'` },
}

export const outside: Rule = {
  name: 'layers that compute have no way outside through modules of Node or packages',
  violations: files =>
    sources(files).flatMap(([path, text]) => {
      const layer = layerOf(path)
      // The registry reads the folders beside it, so that no code needs to name a connector.
      if (!PURE_LAYERS.has(layer) || path === 'src/connectors/registry.ts') return []
      return importsOf(path, text).flatMap(({ specifier, line, typeOnly }) => {
        if (specifier.startsWith('.') || typeOnly) return []
        const isNode = specifier.startsWith('node:')
        const stricter = STRICTER[layer]
        if (stricter !== undefined && (isNode || layer !== 'connectors')) return [`${path}:${line} imports ${specifier}, but ${layer} imports ${stricter}`]
        return isNode && !PURE_MODULES.has(specifier) ? [`${path}:${line} reaches outside through ${specifier}; that is an adapter's part`] : []
      })
    }),
  planted: [
    { 'src/domain/a.ts': `import { z } from 'zod'` },
    { 'src/connectors/ofx/a.ts': `import { createHash } from 'node:crypto'` },
    { 'src/formats/csv/a.ts': `import { readFileSync } from 'node:fs'` },
    { 'src/sync/a.ts': `const http = await import('node:http')` },
  ],
  kept: { 'src/sync/a.ts': `import { hash } from 'node:crypto'`, 'src/connectors/ofx/a.ts': `import { z } from 'zod'`, 'src/adapters/a.ts': `import 'node:net'` },
}

export const noCircles: Rule = {
  name: 'folders do not import each other in a circle',
  violations: files => {
    const edges = new Map<string, Set<string>>()
    for (const [path, text] of sources(files)) {
      for (const { specifier } of importsOf(path, text)) {
        const imported = target(path, specifier)
        if (imported === null || !imported.startsWith('src/')) continue
        const [from, to] = [layerOf(path), layerOf(imported)]
        if (from === to || from === 'root' || to === 'root') continue
        edges.set(from, (edges.get(from) ?? new Set()).add(to))
      }
    }
    const reaches = (from: string, wanted: string, seen: Set<string>): boolean =>
      [...(edges.get(from) ?? [])].some(next => next === wanted || (!seen.has(next) && reaches(next, wanted, seen.add(next))))
    return [...edges.keys()].filter(folder => reaches(folder, folder, new Set())).map(folder => `src/${folder}:1 is part of a circle of imports`)
  },
  planted: [{ 'src/sync/a.ts': `import '../repair/a.ts'`, 'src/repair/a.ts': `import '../diagnose/a.ts'`, 'src/diagnose/a.ts': `import type { A } from '../sync/a.ts'` }],
  kept: { 'src/repair/a.ts': `import '../sync/a.ts'\nimport '../diagnose/a.ts'`, 'src/sync/a.ts': `import '../diagnose/a.ts'` },
}

export const connectorsAreFolders: Rule = {
  name: 'a connector is one folder: nobody else names it',
  violations: files => {
    const names = new Set([...files.keys()].flatMap(path => /^src\/connectors\/([^/]+)\//.exec(path)?.[1] ?? []))
    return sources(files).flatMap(([path, text]) => {
      const own = /^src\/connectors\/([^/]+)\//.exec(path)?.[1]
      const imported = importsOf(path, text).flatMap(({ specifier, line }) => {
        const name = /^src\/connectors\/([^/]+)\//.exec(target(path, specifier) ?? '')?.[1]
        return name === undefined || name === own ? [] : [`${path}:${line} imports the connector ${name}`]
      })
      const named = parsed(path, text).nodes.flatMap(node => {
        const inPath = node.type === 'Literal' && typeof node['value'] === 'string' && own === undefined ? /connectors\/([\w-]+)\//.exec(node['value'])?.[1] : undefined
        const wrong = inPath !== undefined && names.has(inPath) ? inPath : path.startsWith('web/') ? decidedBy(node).find(word => names.has(word)) : undefined
        return wrong === undefined ? [] : [`${path}:${lineOf(text, node.start)} names the connector ${wrong}`]
      })
      return [...new Set([...imported, ...named])]
    })
  },
  planted: [
    { 'src/connectors/ofx/index.ts': '', 'src/sync/a.ts': `import { connector } from '../connectors/ofx/index.ts'` },
    { 'src/connectors/ofx/index.ts': '', 'src/connectors/ebics/a.ts': `import { x } from '../ofx/index.ts'` },
    { 'src/connectors/ofx/index.ts': '', 'src/cli/a.ts': `const path = 'src/connectors/ofx/institutions.json'` },
    { 'src/connectors/simplefin/index.ts': '', 'web/src/a.tsx': `export const isToken = (kind: string) => kind === 'simplefin'` },
    { 'src/connectors/ofx/index.ts': '', 'web/src/a.tsx': `export const titles = { ofx: 'Direct Connect' }` },
  ],
  kept: { 'src/connectors/ofx/index.ts': `import './wire.ts'`, 'src/formats/ofx/a.ts': `export const name = 'ofx'`, 'web/src/a.tsx': `export const formats = ['ofx', 'csv']` },
}

/**
 * The words on which a node decides: compared with, a case of a switch, a key of a table. A word alone
 * may be something else: OFX is a file format too, and `<input type="file">` is no connector.
 */
function decidedBy(node: Node): readonly string[] {
  const words = (...values: unknown[]): readonly string[] => values.flatMap(value => (value as { value?: unknown } | null)?.value).filter(value => typeof value === 'string')
  if (node.type === 'BinaryExpression') return words(node['left'], node['right'])
  if (node.type === 'SwitchCase') return words(node['test'])
  if (node.type !== 'Property') return []
  const name = (node['key'] as { name?: unknown }).name
  return typeof name === 'string' ? [name] : words(node['key'])
}
