/**
 * Every message of page and server stands in every file of messages, with the same values; no file holds what nobody
 * says; and no text of the page stands beside them. The English message is the key (decision 17).
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser'
import { serverMessages } from './language/server.ts'
import { isSource, isTest, lineOf, parsed, projectFiles, type Files, type Node } from './tidy/source.ts'

const ROOT = join(import.meta.dirname, '..')
const FILES = [
  { name: 'web/src/language/de.json', sources: /^web\/src\//, beside: () => [], ignoreTag: false },
  { name: 'src/language/de.json', sources: /^src\//, beside: serverMessages, ignoreTag: true },
]
/** Words that are the same in every language, or are no words. */
const NAMES = /^(Relink|CSV|OFX|QFX|QBO|ntfy|https?:\/\/\S*)$/
/** What a person reads or hears of an element. */
const SPOKEN = new Set(['aria-label', 'title', 'placeholder', 'label', 'alt', 'summary', 'hint', 'word', 'text'])

for (const { name, sources, beside, ignoreTag } of FILES) {
  describe(name, () => {
    const project = projectFiles(ROOT)
    const said = new Map([...beside(project), ...saidIn(project, sources)])
    const file = JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as Readonly<Record<string, string>>

    test('holds every message, and none that nobody says', () => {
      assert.deepEqual([...said].filter(([message]) => !Object.hasOwn(file, message)).map(([message, place]) => `${place} ${message}`), [], 'not translated')
      assert.deepEqual(Object.keys(file).filter((message) => !said.has(message)), [], 'said by nobody')
    })

    test('each translation takes the same values, and is a message', () => {
      assert.deepEqual(Object.entries(file).filter(([message, translation]) => valuesOf(message, ignoreTag).join() !== valuesOf(translation, ignoreTag).join()).map(([message, translation]) => `${message} → ${translation}`), [])
    })

    test('is in the order of its messages, so that two who add to it rarely meet', () => {
      assert.deepEqual(Object.keys(file), Object.keys(file).toSorted())
    })
  })
}

test('no text of the page stands outside the files', () => {
  assert.deepEqual(strayIn(projectFiles(ROOT)), [])
})

// Fails when: an act comes into the audit log that the page shows people by its code, or words are kept of one that nobody writes any more.
test('every act of the audit log has words on its page, and no other', () => {
  const project = projectFiles(ROOT)
  const server = [...project].filter(([path]) => path.startsWith('src/') && isSource(path) && !isTest(path)).map(([, text]) => text)
  const written = new Set(server.flatMap((text) => [...text.matchAll(/(?:action: |\b[tT]ell\(|told\(|userId, )'([a-z_]+\.[a-z_]+)'/g)].map(([, action]) => action!)))
  const worded = [...project.get('web/src/settings/acts.ts')!.matchAll(/^  '([a-z_]+\.[a-z_]+)': message\(/gm)].map(([, action]) => action!)
  assert.ok(written.size > 40, 'the acts are found')
  assert.deepEqual([...written].filter((action) => !worded.includes(action)), [], 'without words')
  assert.deepEqual(worded.filter((action) => !server.some((text) => text.includes(`'${action}'`))), [], 'written by nobody')
})

test('a message, a value and a stray text are found', () => {
  const page = new Map([['web/src/a.tsx', "const WORDS = { a: message('One') }\nexport const A = () => <p title={say('Two {x}', { x: 1 })} aria-label={`Three ${4}`}><Say message=\"Four <a>five</a>\" a={(i) => i} /> six {on ? 'seven eight' : null}</p>"]])
  assert.deepEqual([...saidIn(page, /^web\/src\//).keys()].toSorted(), ['Four <a>five</a>', 'One', 'Two {x}'])
  assert.deepEqual(strayIn(page).toSorted(), ['web/src/a.tsx:2 Three', 'web/src/a.tsx:2 seven eight', 'web/src/a.tsx:2 six'])
  assert.deepEqual(valuesOf('{n, plural, one {# row of {bank}} other {# <b>rows</b>}}'), ['<b>', 'bank', 'n'])
})

/** Messages and where each is said first. */
function saidIn(files: Files, where: RegExp): ReadonlyMap<string, string> {
  const said = new Map<string, string>()
  for (const [path, text] of files) {
    if (!isSource(path) || isTest(path) || !where.test(path)) continue
    for (const node of parsed(path, text).nodes) {
      for (const message of messagesOf(node)) if (!said.has(message)) said.set(message, `${path}:${lineOf(text, node.start)}`)
    }
  }
  return said
}

function messagesOf(node: Node): readonly string[] {
  if (node.type === 'CallExpression') {
    const { callee, arguments: given } = node as unknown as { callee: { name?: string }; arguments: Node[] }
    if (!['say', 'sayParts', 'message'].includes(callee.name ?? '')) return []
    return given.slice(0, 2).flatMap(literals)
  }
  if (node.type !== 'JSXOpeningElement' || (node['name'] as { name?: string }).name !== 'Say') return []
  return (node['attributes'] as { name?: { name?: string }; value?: Node }[]).flatMap(({ name, value }) => (name?.name === 'message' && value != null ? literals(value) : []))
}

/** Strings that may be the value of an expression. The language of the server's `say` is no message. */
function literals(node: Node): readonly string[] {
  if (node.type === 'Literal') return typeof node['value'] === 'string' && !['en', 'de'].includes(node['value']) ? [node['value']] : []
  if (node.type === 'JSXExpressionContainer') return literals(node['expression'] as Node)
  if (node.type === 'ConditionalExpression') return [...literals(node['consequent'] as Node), ...literals(node['alternate'] as Node)]
  if (node.type === 'TemplateLiteral' && (node['quasis'] as unknown[]).length === 1) return [(node['quasis'] as { value: { cooked: string } }[])[0]!.value.cooked]
  return []
}

function strayIn(files: Files): readonly string[] {
  return [...files].filter(([path]) => /^web\/src\/.*\.tsx$/.test(path)).flatMap(([path, text]) =>
    parsed(path, text).nodes.flatMap((node) => strayOf(node)).map(({ at, words }) => `${path}:${lineOf(text, at)} ${words}`))
}

function strayOf(node: Node): readonly { readonly at: number; readonly words: string }[] {
  if (node.type === 'JSXText') return isText(node['value'] as string) ? [{ at: node.start, words: (node['value'] as string).trim() }] : []
  if (node.type === 'JSXAttribute') {
    const { name, value } = node as unknown as { name: { name?: string }; value: Node | null }
    return SPOKEN.has(String(name.name)) && value !== null ? shown(value) : []
  }
  if (node.type === 'JSXElement' || node.type === 'JSXFragment') return (node['children'] as Node[]).flatMap((child) => (child.type === 'JSXExpressionContainer' ? shown(child) : []))
  return []
}

/** What an expression shows by itself, not by a call. */
function shown(node: Node): readonly { readonly at: number; readonly words: string }[] {
  if (node.type === 'JSXExpressionContainer') return shown(node['expression'] as Node)
  if (node.type === 'Literal') return typeof node['value'] === 'string' && isText(node['value']) ? [{ at: node.start, words: node['value'].trim() }] : []
  if (node.type === 'ConditionalExpression') return [...shown(node['consequent'] as Node), ...shown(node['alternate'] as Node)]
  if (node.type === 'LogicalExpression') return [...shown(node['left'] as Node), ...shown(node['right'] as Node)]
  if (node.type !== 'TemplateLiteral') return []
  const words = (node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join(' ').trim()
  return isText(words) ? [{ at: node.start, words }] : []
}

function isText(words: string): boolean {
  return /\p{L}{2}/u.test(words) && !NAMES.test(words.trim())
}

function valuesOf(message: string, ignoreTag = false): readonly string[] {
  const found = new Set<string>()
  const visit = (elements: readonly MessageFormatElement[]): void => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue
      found.add(element.type === TYPE.tag ? `<${element.value}>` : element.value)
      if (element.type === TYPE.tag) visit(element.children)
      if (element.type === TYPE.select || element.type === TYPE.plural) for (const { value } of Object.values(element.options)) visit(value)
    }
  }
  visit(parse(message, { ignoreTag }))
  return [...found].toSorted()
}
