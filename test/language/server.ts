/**
 * What the server may say to a reader beside what it marks as a message: the words of its tables, and every sentence
 * that the layers below the API make in English and that `retold` says anew. Sentences are found by how they read, so
 * that who writes a new one need not think of it: the test of the files says that it has no translation.
 */
import { PROBLEMS } from '../../src/api/problems.ts'
import { CARDS } from '../../src/diagnose/catalogue.ts'
import { ACTION_WORDS } from '../../src/diagnose/knowledge/action-words.ts'
import { KNOWLEDGE } from '../../src/diagnose/knowledge/base.ts'
import { DEMO_FAULTS, FAMILY_NAMES } from '../../src/demo/faults.ts'
import { ALLOW_SIGN_IN, IN_WORDS_OF, NEW_PASSWORD, PROOF_TITLE, SAME_SECRET, STEPS, WAIT_FOR_ANSWER } from '../../src/repair/steps.ts'
import { isSource, isTest, lineOf, parsed, type Files, type Node } from '../tidy/source.ts'

/** Where sentences are made that may reach a page. */
const MADE_IN = /^src\/((access|alerts|adapters|api|connector-kit|connectors|diagnose|domain|formats|repair|review|sync|vault)\/|create-verbs\.ts|worker\.ts)/
/** What only the command line, a log, a file, another program or the documentation says. */
const NOT_FOR_A_PAGE = new RegExp(
  `^src/(${[
    'access/(audit|token)', 'adapters/(letter-text|log|sign-in)', 'alerts/(words|health|tell)', 'api/(listen|unread|demo-owner)', 'api/simplefin/.*', 'connector-kit/(conformance|masking|recorder)', 'connectors/registry',
    'diagnose/(pages|cause-docs|health-feed|explain|explain-asked|jsonl|knowledge|knowledge/.*|catalogue)', 'formats/.*/write', 'formats/ofx/(status-codes|text)', 'repair/(papers|steps|testing)', 'sync/testing', 'vault/(rotate|recovery|master-key|outside-source)',
  ].join('|')})\\.ts$`,
)
/** Properties that describe the API, or are read by nobody. */
const NOT_SAID = new Set(['description', 'summary', 'source'])

export function serverMessages(files: Files): ReadonlyMap<string, string> {
  const said = new Map<string, string>(tables())
  for (const [path, text] of files) {
    if (!isSource(path) || isTest(path) || /testing/.test(path) || !MADE_IN.test(path) || NOT_FOR_A_PAGE.test(path)) continue
    const { nodes } = parsed(path, text)
    const fragments = new Set(nodes.flatMap(fragmentsOf))
    const reasons = nodes.filter(isRefusal).map(({ start, end }) => [start, end] as const)
    const silent = nodes.filter(isSilent).map(({ start, end }) => [start, end] as const)
    for (const node of nodes) {
      const message = templateOf(node, text)
      const isIn = (ranges: typeof silent): boolean => ranges.some(([start, end]) => node.start >= start && node.end <= end)
      if (message === null || !(isSentence(message) || fragments.has(node) || (/ /.test(message) && isIn(reasons))) || isIn(silent)) continue
      if (!said.has(message)) said.set(message, `${path}:${lineOf(text, node.start)}`)
    }
  }
  return said
}

/** The words of the tables, by where they stand. */
function tables(): readonly (readonly [string, string])[] {
  const named = (place: string, messages: readonly string[]) => messages.map((message) => [message, place] as const)
  return [
    ...named('src/diagnose/catalogue.ts', Object.values(CARDS).flatMap(({ what, relink, ofAll, next }) => [...what, ...relink, ...(ofAll?.what ?? []), ...(ofAll?.relink ?? []), ...(next?.label ?? [])])),
    ...named('src/repair/steps.ts', [...[...STEPS, ALLOW_SIGN_IN, ...Object.values(IN_WORDS_OF), SAME_SECRET, NEW_PASSWORD, WAIT_FOR_ANSWER].map(({ title }) => title), PROOF_TITLE]),
    ...named('src/api/problems.ts', Object.values(PROBLEMS).flatMap(({ title, remedy }) => [title, remedy])),
    ...named('src/demo/faults.ts', [...Object.values(FAMILY_NAMES), ...DEMO_FAULTS.map(({ sentence }) => sentence)]),
    ...named('zod', FIELD_ERRORS),
    ...named('a value', WORDS),
    ...named('src/diagnose/knowledge', [...KNOWLEDGE.rules.map(({ because }) => because), ...KNOWLEDGE.tables.flatMap(({ codes }) => codes.map(({ meaning }) => meaning)), ...KNOWLEDGE.tables.flatMap(({ seenBy, codes }) => [seenBy, ...codes.flatMap(({ reasons }) => reasons.flatMap(([, , , when]) => when ?? []))])]),
    ...named('src/diagnose/knowledge/action-words.ts', Object.values(ACTION_WORDS).filter((words) => words !== null)),
  ]
}

/** An error of the program, a line of the log, a description of the API. */
function isSilent(node: Node): boolean {
  if (node.type === 'NewExpression') return /Error$/.test(String((node['callee'] as { name?: string }).name))
  if (node.type === 'CallExpression') return /^(switchRoute)$/.test(String((node['callee'] as { name?: string }).name))
  if (node.type === 'Property') return NOT_SAID.has(String((node['key'] as { name?: string }).name))
  return node.type === 'ImportDeclaration'
}

/** What says why something is refused, in words that complete a sentence: `const addressRefusal = (host, address) => …`. */
function isRefusal(node: Node): boolean {
  const [named, value] = node.type === 'VariableDeclarator' ? [node['id'], node['init']] : node.type === 'Property' ? [node['key'], node['value']] : []
  return /Refusal$/.test(String((named as { name?: string } | undefined)?.name)) && (value as Node | null | undefined)?.type === 'ArrowFunctionExpression'
}

/** What completes a sentence: `refused('connect', code, 'no connection to …')`. */
function fragmentsOf(node: Node): readonly Node[] {
  // The reason of a failure, which another sentence ends with.
  if (node.type === 'Property' && (node['key'] as { name?: string }).name === 'message') return [node['value'] as Node].filter((value) => value.type === 'TemplateLiteral' && /^\p{Ll}/u.test((value['quasis'] as { value: { cooked: string } }[])[0]!.value.cooked))
  if (node.type !== 'CallExpression') return []
  const { callee, arguments: given } = node as unknown as { callee: Node; arguments: Node[] }
  return ['fail', 'refused', 'forbidden'].includes(callee.type === 'MemberExpression' ? lastName(callee) : String(callee['name'])) ? given.filter((one) => /\s/.test(String(one['value'] ?? ' '))) : []
}

/** A string with its values by name: `{bank} does not answer.`; null: no string. */
function templateOf(node: Node, source: string): string | null {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : null
  if (node.type !== 'TemplateLiteral') return null
  const { quasis, expressions } = node as unknown as { quasis: { value: { cooked: string } }[]; expressions: Node[] }
  const names = new Map<string, string>()
  return quasis.map(({ value }, at) => value.cooked + (expressions[at] === undefined ? '' : `{${nameOf(expressions[at], source, names)}}`)).join('')
}

/** Its last name; another value of the same name gets a number. */
function nameOf(expression: Node, source: string, names: Map<string, string>): string {
  const text = source.slice(expression.start, expression.end)
  const known = names.get(text)
  if (known !== undefined) return known
  const name = lastName(expression)
  const taken = [...names.values()]
  let free = name
  for (let n = 2; taken.includes(free); n++) free = `${name}${n}`
  names.set(text, free)
  return free
}

function lastName(node: Node): string {
  const of = (key: string): Node => node[key] as Node
  switch (node.type) {
    case 'Identifier': return String(node['name'])
    case 'PrivateIdentifier': return String(node['name'])
    case 'MemberExpression': return of('property').type === 'Literal' ? 'value' : lastName(of('property'))
    case 'CallExpression': return lastName(of('callee'))
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'ChainExpression':
    case 'AwaitExpression': return lastName(of('expression'))
    case 'LogicalExpression': return lastName(of('left'))
    default: return 'value'
  }
}

/** It begins as a sentence does, and holds words. */
function isSentence(text: string): boolean {
  if (/\{sentence\}/.test(text)) return true
  const words = text.replace(/\{\w+\}/g, ' ').match(/\b\p{L}[\p{L}'’]+/gu) ?? []
  if (!/^[\p{Lu}“"{<]/u.test(text) || !/\s/.test(text.trim())) return false
  if (/^\p{Lu}\p{Ll}+ \{\w+\}: \{\w+\}$/u.test(text)) return true
  return words.length >= 2 && words.some((word) => /^\p{Ll}{2}/u.test(word)) && (/[.…?!:]”?$|\}$/.test(text) || /^\p{Lu}\p{Ll}/u.test(text))
}

/** Single words that stand in such sentences: kinds, states and roles. */
const WORDS = [
  ...['reader', 'bookkeeper'],
  ...['connecting', 'active', 'disabled', 'removed', 'replaced', 'preview'],
  ...['reading', 'asked', 'ready', 'failed', 'different_login', 'switched', 'undone', 'cancelled'],
  ...['ledger', 'available', 'opening', 'closing'],
  ...['checking', 'savings', 'credit_card', 'credit_line', 'loan', 'money_market', 'certificate', 'investment', 'other'],
  ...['point', 'comma', 'date', 'amount', 'user name', 'password', 'day', 'month', 'an amount such as -12.50', 'a real date as YYYYMMDD', 'a date of a year from 1900 to 2059', 'a date that can be one day only', 'day and month in the order of the dates before it'],
]

/** What zod says of a field, and the checks of our own beside it. */
const FIELD_ERRORS = [
  'Invalid input', 'Invalid input: expected {expected}, received {received}', 'Invalid option: expected one of {options}', 'Invalid email address', 'Invalid UUID', 'Invalid URL', 'Invalid ISO date', 'Invalid ISO datetime',
  'Invalid string: must match pattern {pattern}', 'Unrecognized key: {key}', 'Unrecognized keys: {keys}',
  'Too small: expected string to have >={least} characters', 'Too big: expected string to have <={most} characters', 'Too small: expected array to have >={least} items', 'Too big: expected array to have <={most} items',
  'Too small: expected number to be >={least}', 'Too big: expected number to be <={most}', 'Too small: expected int to be >={least}', 'Too big: expected int to be <={most}',
  'is no IANA time zone', 'is a name only: put the port into its own field', 'is no host name', 'one of code and recoveryCode',
]
