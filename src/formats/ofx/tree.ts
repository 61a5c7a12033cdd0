/**
 * A small tree of an OFX answer: everything but the transactions, which statements.ts reads as a stream. For answers
 * over the wire only (10 MB at most); the number of elements is limited.
 */
import type { Place } from './scanner.ts'
import type { StructureSink } from './structure.ts'
import type { Tag } from './tags.ts'

export type OfxElement = { readonly name: string; readonly text: string; readonly children: OfxElement[]; readonly line: number }

const ELEMENT_LIMIT = 200_000
/** Long lists that say nothing about the session, the profile or the accounts. */
const LEFT_OUT = new Set(['BANKTRANLIST', 'BANKTRANLISTP', 'INVTRANLIST', 'INVPOSLIST', 'INVOOLIST', 'SECLIST'])

export class OfxTree implements StructureSink {
  #place: Place = { line: () => 0, fail: () => undefined }
  readonly root: OfxElement = { name: '', text: '', children: [], line: 0 }
  readonly #path: OfxElement[] = [this.root]
  /** How many aggregates deep inside a list that is left out. */
  #skipped = 0
  #count = 0

  attach(place: Place): void {
    this.#place = place
  }

  enter(tag: Tag): void {
    if (this.#skipped > 0 || LEFT_OUT.has(tag.name)) {
      this.#skipped++
      return
    }
    this.#path.push(this.#add(tag.name, ''))
  }

  leave(_tag: Tag, closed: boolean): void {
    if (this.#skipped > 0) {
      this.#skipped--
      return
    }
    const element = this.#path.pop() as OfxElement
    // An unknown tag that was never closed was an empty leaf: what seemed its content is its parent's.
    if (!closed && _tag.shape === 'unknown') this.#parent().children.push(...element.children.splice(0))
  }

  leaf(tag: Tag, text: string): void {
    if (this.#skipped === 0) this.#add(tag.name, text)
  }

  #parent(): OfxElement {
    return this.#path[this.#path.length - 1] as OfxElement
  }

  #add(name: string, text: string): OfxElement {
    const element: OfxElement = { name, text, children: [], line: this.#place.line() }
    this.#count++
    if (this.#count > ELEMENT_LIMIT) this.#place.fail('limit_exceeded', element.line, `more than ${ELEMENT_LIMIT} elements beside the transactions.`)
    this.#parent().children.push(element)
    return element
  }
}

/** All elements of that name, however deep, in document order. */
export function descendants(element: OfxElement, name: string, found: OfxElement[] = []): readonly OfxElement[] {
  for (const child of element.children) {
    if (child.name === name) found.push(child)
    if (child.children.length > 0) descendants(child, name, found)
  }
  return found
}

/** The first element of that name in document order. */
export function firstDescendant(element: OfxElement, name: string): OfxElement | null {
  for (const child of element.children) {
    if (child.name === name) return child
    const inner = child.children.length === 0 ? null : firstDescendant(child, name)
    if (inner !== null) return inner
  }
  return null
}

/** The text of the direct child of that name; null when it is absent or empty. */
export function childText(element: OfxElement, name: string): string | null {
  return element.children.find((child) => child.name === name)?.text || null
}
