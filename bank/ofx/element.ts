/**
 * The bank's own small tree of OFX elements, with a reader and a writer for both syntaxes (SGML of
 * 1.x, XML of 2.x). Deliberately shares nothing with Relink's reader: a common bug would hide itself.
 * The reader takes what real clients send (leaf tags closed or not); the writer is strict.
 */

export type Element = { readonly tag: string; readonly text: string; readonly children: readonly Element[] }

/** What the builders accept: leaves with undefined or null text are left out. */
export type Child = Element | null

export function leaf(tag: string, text: string | number | null | undefined): Child {
  return text === null || text === undefined ? null : { tag, text: String(text), children: [] }
}

export function node(tag: string, ...children: readonly (Child | readonly Child[])[]): Element {
  return { tag, text: '', children: children.flat().filter((child): child is Element => child !== null) }
}

/** The first child of that tag. */
export function child(of: Element | null, tag: string): Element | null {
  return of?.children.find((one) => one.tag === tag) ?? null
}

export function children(of: Element | null, tag: string): readonly Element[] {
  return of?.children.filter((one) => one.tag === tag) ?? []
}

/** The text of a leaf child; null when it is absent or empty. */
export function textOf(of: Element | null, tag: string): string | null {
  const text = child(of, tag)?.text
  return text === undefined || text === '' ? null : text
}

const MAX_DEPTH = 48
const MAX_ELEMENTS = 20_000

type Open = { tag: string; text: string; children: Element[] }

/** The root element, or a sentence that says what is wrong with the text. */
export function readElements(source: string): Element | string {
  const root: Open = { tag: '', text: '', children: [] }
  const stack: Open[] = [root]
  const tokens = /<(\/?)([A-Za-z0-9_.]{1,40})\s*(\/?)>([^<]*)/g
  let expected = source.search(/</)
  if (expected === -1) return 'no element found'
  tokens.lastIndex = expected
  let count = 0
  for (let match = tokens.exec(source); match !== null; match = tokens.exec(source)) {
    if (match.index !== expected) return `unreadable text at character ${expected}`
    expected = tokens.lastIndex
    if (++count > MAX_ELEMENTS) return 'too many elements'
    const tag = match[2]!.toUpperCase()
    if (match[1] === '/') {
      const problem = closeElement(stack, tag)
      if (problem !== null) return problem
      continue
    }
    const text = decodeEntities(match[4]!.trim())
    const parent = stack[stack.length - 1]!
    // Text after the tag makes it a leaf, closed or not; its end tag, if any, is skipped by `closeElement`.
    if (text !== '' || match[3] === '/') parent.children.push({ tag, text, children: [] })
    else stack.push({ tag, text: '', children: [] })
    if (stack.length > MAX_DEPTH) return 'nested too deep'
  }
  if (expected !== source.length) return `unreadable text at character ${expected}`
  while (stack.length > 1) flatten(stack)
  const only = root.children[0]
  return only === undefined ? 'no element found' : only
}

/** Ends the innermost open element of that tag; what is open inside it were empty leaves. */
function closeElement(stack: Open[], tag: string): string | null {
  const parent = stack[stack.length - 1]!
  const last = parent.children[parent.children.length - 1]
  if (parent.tag !== tag && last !== undefined && last.tag === tag && last.text !== '') return null
  let at = stack.length - 1
  while (at > 0 && stack[at]!.tag !== tag) at--
  if (at === 0) return `end tag ${tag} without a start tag`
  while (stack.length - 1 > at) flatten(stack)
  const closed = stack.pop()!
  stack[stack.length - 1]!.children.push(closed)
  return null
}

function flatten(stack: Open[]): void {
  const open = stack.pop()!
  const parent = stack[stack.length - 1]!
  // The root of a text that breaks off keeps its children; an unclosed tag inside was an empty leaf.
  if (stack.length === 1) parent.children.push(open)
  else parent.children.push({ tag: open.tag, text: '', children: [] }, ...open.children)
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|lt|gt|amp|quot|apos|nbsp);/g, (whole, name: string) => {
    if (name === 'lt') return '<'
    if (name === 'gt') return '>'
    if (name === 'amp') return '&'
    if (name === 'quot') return '"'
    if (name === 'apos') return "'"
    if (name === 'nbsp') return ' '
    const code = name[1] === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function escape(text: string): string {
  return /[&<>]/.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text
}

/** One element a line. In SGML leaves are not closed (OFX 1.0.2, section 1.3.4); in XML all are. */
export function writeElements(element: Element, syntax: 'sgml' | 'xml'): string {
  const lines: string[] = []
  const write = (one: Element): void => {
    if (one.children.length === 0 && one.text !== '') {
      lines.push(`<${one.tag}>${escape(one.text)}${syntax === 'xml' ? `</${one.tag}>` : ''}`)
      return
    }
    lines.push(`<${one.tag}>`)
    for (const inner of one.children) write(inner)
    lines.push(`</${one.tag}>`)
  }
  write(element)
  return lines.join('\r\n') + '\r\n'
}
