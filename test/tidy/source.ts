/**
 * The project as the tidy rules see it: paths and texts, and for sources their syntax tree (oxc, by way
 * of Vite), so that a rule never stumbles over a word in a comment or a string. Rules are pure: files
 * in, violations out, one line each.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parseSync } from 'vite'

/** Text by path, relative to the root, with forward slashes. */
export type Files = ReadonlyMap<string, string>

export type Rule = {
  /** What holds, as a sentence. */
  readonly name: string
  /** `path:line what is wrong`, one for each violation. */
  violations(files: Files): readonly string[]
  /** Small projects that break the rule, each in one way: they prove that the rule can fail. */
  readonly planted: readonly Readonly<Record<string, string>>[]
  /** A small project close to those that keeps the rule. */
  readonly kept: Readonly<Record<string, string>>
}

export type Node = { readonly type: string; readonly start: number; readonly end: number; readonly [key: string]: unknown }

type Parsed = { readonly nodes: readonly Node[]; readonly comments: readonly { readonly value: string; readonly start: number }[] }

export type Import = { readonly specifier: string; readonly line: number; readonly typeOnly: boolean }

const TEXT = /\.(ts|tsx|mjs|js|json|md|sh|css|html|yml|yaml|svg|sql|txt)$|(^|\/)(relink|run|LICENSE|\.npmrc|\.gitignore)$/

/** Every text file that is committed or would be; without Git every file but the installed and built ones. */
export function projectFiles(root: string): Files {
  const paths = (existsSync(join(root, '.git')) ? gitPaths(root) : walk(root, '')).filter(path => TEXT.test(path) && existsSync(join(root, path)))
  return new Map(paths.map(path => [path, readFileSync(join(root, path), 'utf8')]))
}

function gitPaths(root: string): readonly string[] {
  return execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0').filter(path => path !== '')
}

function walk(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = posix.join(folder, entry.name)
    if (['node_modules', 'dist', '.git', 'coverage'].includes(entry.name)) return []
    return entry.isDirectory() ? walk(root, path) : [path]
  })
}

/** TypeScript and JavaScript sources. */
export function isSource(path: string): boolean {
  return /\.(ts|tsx|mjs|js)$/.test(path)
}

/** Tests and what only they use: they may touch the real world and every layer. */
export function isTest(path: string): boolean {
  return /\.test\.(ts|tsx|mjs)$/.test(path) || /(^|\/)(test|testing|fixtures?)(\/|\.ts$)/.test(path) || /\.fixture\.ts$/.test(path)
}

/** Nodes in the order of the text, and comments; throws when the source does not parse. */
export function parsed(path: string, text: string): Parsed {
  const known = trees.get(`${path}\0${text}`)
  if (known !== undefined) return known
  const result = parseSync(path, text)
  if (result.errors.length > 0) throw new SyntaxError(`${path}: ${result.errors[0]?.message ?? 'does not parse'}`)
  const found: Node[] = []
  collect(result.program, found)
  const tree = { nodes: found, comments: result.comments }
  trees.set(`${path}\0${text}`, tree)
  return tree
}

const trees = new Map<string, Parsed>()

function collect(value: unknown, found: Node[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found)
  } else if (typeof value === 'object' && value !== null) {
    if (typeof (value as { type?: unknown }).type === 'string') found.push(value as Node)
    for (const child of Object.values(value)) if (typeof child === 'object') collect(child, found)
  }
}

/** Static, re-exported, dynamic and type imports. */
export function importsOf(path: string, text: string): readonly Import[] {
  return parsed(path, text).nodes.flatMap(node => {
    if (!['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression', 'TSImportType'].includes(node.type)) return []
    const source = (node['source'] ?? node['argument']) as { value?: unknown; literal?: { value?: unknown } } | null | undefined
    const specifier = source?.value ?? source?.literal?.value
    if (typeof specifier !== 'string') return []
    const typeOnly = node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type'
    return [{ specifier, line: lineOf(text, node.start), typeOnly }]
  })
}

/** The project path that a relative specifier means; null for packages and Node's own modules. */
export function target(path: string, specifier: string): string | null {
  return specifier.startsWith('.') ? posix.join(dirname(path), specifier) : null
}

export function lineOf(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

/** `a.b` for a member expression of plain names, the name for an identifier, else null. */
export function dotted(node: unknown): string | null {
  const { type, name, object, property, computed } = node as Record<string, unknown>
  if (type === 'Identifier') return String(name)
  if (type !== 'MemberExpression' || computed === true) return null
  const left = dotted(object)
  return left === null ? null : `${left}.${String((property as { name?: unknown }).name)}`
}
