/**
 * The XML of CAMT, of Serbian banks and of workbooks as small trees: the parser keeps the elements of one entry, balance or row
 * at a time and hands each over when it closes, so memory does not grow with the file. Names are local names: banks
 * use any prefix and namespace. Document type and entity declarations are refused, depth and text are
 * limited (security.md section 5).
 */
import sax from 'sax'
import type { FormatFailure } from '../domain/statement.ts'

/** An element with its text (without that of its children) and children in their order. `line` counts from 1. */
export type Element = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Element[]
  /** Children of the same name which were not kept, beyond `TRANSACTIONS_KEPT`. */
  dropped: number
  text: string
  readonly line: number
  /** How many elements of its tree opened before it. */
  readonly ordinal: number
}

/** What a reader wants to know: each call may return a failure, which ends the reading. */
export type ElementHandler = {
  /** An element of the outer structure opens; `path` are the local names from the root to it. */
  readonly opened: (path: readonly string[], line: number) => FormatFailure | null
  /** Whether the element at this path is to be handed over whole. */
  readonly wanted: (path: readonly string[]) => boolean
  /** A wanted element has closed. */
  readonly read: (element: Element) => FormatFailure | null
  /** An element of the outer structure closes. */
  readonly closed: (path: readonly string[]) => FormatFailure | null
}

const DEPTH_MAX = 64
const TEXT_MAX = 65_536
const SLICE = 1_024

/** Elements of one entry with its first payments; some hundred are usual. */
const ELEMENTS_MAX = 50_000

/** A collective entry may list a hundred thousand payments; the row is the entry, and it shows the first of them. */
export const TRANSACTIONS_KEPT = 20

/** Only the five entities of XML and numeric ones; the type declarations of sax lack the option. */
const OPTIONS = { xmlns: false, strictEntities: true, position: true } as sax.SAXOptions

/** Parses text as it comes. After a failure further text is ignored. */
export class ElementParser {
  readonly #parser: sax.SAXParser
  readonly #handler: ElementHandler
  readonly #path: string[] = []
  /** Wanted elements from the outermost to the innermost open one. */
  readonly #open: Element[] = []
  #kept = 0
  #failure: FormatFailure | null = null

  constructor(handler: ElementHandler) {
    this.#handler = handler
    this.#parser = sax.parser(true, OPTIONS)
    this.#parser.onopentag = (tag) => this.#onOpen(tag.name, tag.attributes as Record<string, string>)
    this.#parser.onclosetag = () => this.#onClose()
    this.#parser.ontext = (text) => this.#onText(text)
    this.#parser.oncdata = (text) => this.#onText(text)
    this.#parser.ondoctype = () =>
      this.#fail('malformed', 'The file declares a document type (DOCTYPE, ENTITY), which no statement needs; it is refused.')
    this.#parser.onerror = (error) => {
      const what = error.message.split('\n')[0]
      // Text that ends inside elements is the one damage with a remedy of its own.
      const cut = /unclosed root tag|unexpected end/i.test(error.message)
      if (cut)
        this.#fail(
          'truncated',
          `The XML ends on line ${this.#line()} before all elements are closed; the file is cut off. Download it again.`,
        )
      else this.#fail('malformed', `The XML is damaged on line ${this.#line()}: ${what}.`)
    }
  }

  /** Null as long as all is well. */
  write(text: string): FormatFailure | null {
    // After an error sax goes on to the end of what it was given, with an error for each character.
    for (let at = 0; at < text.length && this.#failure === null; at += SLICE) this.#parser.write(text.slice(at, at + SLICE))
    return this.#failure
  }

  end(): FormatFailure | null {
    if (this.#failure === null) this.#parser.close()
    return this.#failure
  }

  #onOpen(qualified: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#failure !== null) return
    const name = localName(qualified)
    this.#path.push(name)
    if (this.#path.length > DEPTH_MAX)
      return this.#fail('limit_exceeded', `Elements are nested deeper than ${DEPTH_MAX} on line ${this.#line()}.`)
    if (this.#open.length > 0 || this.#handler.wanted(this.#path)) {
      if (this.#open.length === 0) this.#kept = 0
      if (this.#kept >= ELEMENTS_MAX)
        return this.#fail(
          'limit_exceeded',
          `${this.#open[0]?.name} on line ${this.#open[0]?.line} holds more than ${ELEMENTS_MAX} elements.`,
        )
      const named = Object.entries(attributes).map(([key, value]) => [localName(key), value] as const)
      this.#open.push({ name, attributes: new Map(named), children: [], dropped: 0, text: '', line: this.#line(), ordinal: this.#kept })
      this.#kept += 1
    } else this.#failure = this.#handler.opened(this.#path, this.#line())
  }

  #onText(text: string): void {
    const open = this.#open.at(-1)
    if (this.#failure !== null || open === undefined) return
    open.text += text
    if (open.text.length > TEXT_MAX)
      this.#fail('limit_exceeded', `The text of ${open.name} on line ${open.line} is longer than ${TEXT_MAX} characters.`)
  }

  #onClose(): void {
    if (this.#failure !== null) return
    const element = this.#open.pop()
    if (element === undefined) this.#failure = this.#handler.closed(this.#path)
    else {
      if (element.attributes.get('space') !== 'preserve') element.text = element.text.trim()
      const parent = this.#open.at(-1)
      if (parent === undefined) this.#failure = this.#handler.read(element)
      else if (element.name === 'TxDtls' && parent.children.length >= TRANSACTIONS_KEPT) {
        parent.dropped += 1
        this.#kept = element.ordinal
      } else parent.children.push(element)
    }
    this.#path.pop()
  }

  #line(): number {
    return this.#parser.line + 1
  }

  #fail(code: FormatFailure['code'], message: string): void {
    this.#failure ??= { code, message, line: this.#line() }
  }
}

/** The first descendant by this path of local names; null when there is none. */
export function find(element: Element | null, ...path: readonly string[]): Element | null {
  let at = element
  for (const name of path) at = at?.children.find((child) => child.name === name) ?? null
  return at
}

/** The text at this path; null when absent or empty. */
export function textAt(element: Element | null, ...path: readonly string[]): string | null {
  const text = find(element, ...path)?.text ?? ''
  return text === '' ? null : text
}

/** All children of this name. */
export function all(element: Element | null, name: string): readonly Element[] {
  return element?.children.filter((child) => child.name === name) ?? []
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1)
}
