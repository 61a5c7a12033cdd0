/**
 * Statements that need no answer of each other, in one message to the server and one back. Between two
 * Syncs of the extended protocol PostgreSQL runs everything as one transaction (manual, 55.2.3 and
 * 55.2.4), so a trip is atomic without a BEGIN and a COMMIT that would each be a trip of their own.
 * Texts that come again are prepared under a name: the server then neither parses nor plans them anew,
 * and does not describe their columns again. Values and rows are text; the codecs of columns.ts read them.
 */
import type pg from 'pg'
import { blankOf, TEXTS, types } from './columns.ts'

/** One statement as the server gets it. */
export type Written = { readonly text: string; readonly values: readonly unknown[] }
/** `affected`: rows that were returned or changed. */
export type Found = { readonly rows: readonly Record<string, unknown>[]; readonly affected: number }

type Field = { readonly name: string; readonly dataTypeID: number }
/** `read` null: the text itself is the value. */
type Column = { readonly name: string; readonly read: ((value: string) => unknown) | null }
/** `blank`: a row before it is filled. */
type Columns = { readonly each: readonly Column[]; readonly blank: Record<string, unknown> }

/** A text is prepared when it comes this often; most texts with a varying list of columns never do. */
const SEEN_BEFORE_NAMED = 3
const MOST_NAMES = 300
const MOST_TEXTS = 3_000

const texts = new Map<string, { seen: number; name: string }>()
let names = 0

function nameOf(text: string): string {
  let known = texts.get(text)
  if (known === undefined) {
    if (texts.size >= MOST_TEXTS) for (const [other, { name }] of texts) if (name === '') texts.delete(other)
    texts.set(text, (known = { seen: 0, name: '' }))
  }
  if (known.name === '' && ++known.seen >= SEEN_BEFORE_NAMED && names < MOST_NAMES) known.name = `relink_${++names}`
  return known.name
}

/** What one connection to the server has prepared, and the columns of it. */
class Prepared {
  readonly columns = new Map<string, Columns>()
  readonly parsed = new Set<string>()
  pending: string[] = []

  static readonly #all = new WeakMap<pg.Connection, Prepared>()

  static of(connection: pg.Connection): Prepared {
    let known = Prepared.#all.get(connection)
    if (known === undefined) {
      const made = (known = new Prepared())
      Prepared.#all.set(connection, made)
      // Prepared statements outlive a transaction that fails, so each is counted when the server says so.
      connection.on('parseComplete', () => {
        const name = made.pending.shift()
        if (name !== undefined && name !== '') made.parsed.add(name)
      })
    }
    return known
  }
}

const NO_COLUMNS: Columns = { each: [], blank: {} }

type Step = Written & { readonly name: string }

/** What the driver's client calls while it talks to the server; the same shape as its own Query and pg-cursor. */
export class Trip implements pg.Submittable {
  readonly done: Promise<readonly Found[]>
  readonly #steps: readonly Step[]
  readonly #found: Found[] = []
  #rows: Record<string, unknown>[] = []
  #columns: Columns | null = null
  #prepared: Prepared | null = null
  #resolve!: (found: readonly Found[]) => void
  #reject!: (error: unknown) => void

  constructor(statements: readonly Written[]) {
    this.#steps = statements.map(({ text, values }) => ({ text, values: values.map(written), name: nameOf(text) }))
    this.done = new Promise((resolve, reject) => ([this.#resolve, this.#reject] = [resolve, reject]))
  }

  /** What is sent, for who counts. */
  get texts(): readonly string[] {
    return this.#steps.map(({ text }) => text)
  }

  submit(connection: pg.Connection): void {
    const prepared = (this.#prepared = Prepared.of(connection))
    prepared.pending = []
    // One write to the socket for all of it.
    connection.stream.cork()
    for (const { text, values, name } of this.#steps) {
      if (!prepared.parsed.has(name) && (name === '' || !prepared.pending.includes(name))) {
        connection.parse({ name, text, types: [] }, true)
        prepared.pending.push(name)
      }
      connection.bind({ portal: '', statement: name, values: values as never }, true)
      if (!prepared.columns.has(name)) connection.describe({ type: 'P', name: '' }, true)
      connection.execute({ portal: '', rows: 0 } as never, true)
    }
    connection.sync()
    connection.stream.uncork()
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    const each = fields.map(({ name, dataTypeID }): Column => ({ name, read: TEXTS.has(dataTypeID) ? null : (types.getTypeParser(dataTypeID, 'text') as Column['read']) }))
    this.#columns = { each, blank: blankOf(each.map(({ name }) => name)) }
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { each, blank } = (this.#columns ??= this.#known() ?? NO_COLUMNS)
    const row = { ...blank }
    for (let i = 0; i < each.length; i++) {
      const value = fields[i]
      if (value === null || value === undefined) continue
      const { name, read } = each[i]!
      row[name] = read === null ? value : read(value)
    }
    this.#rows.push(row)
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const name = this.#steps[this.#found.length]!.name
    if (name !== '' && !this.#prepared!.columns.has(name)) this.#prepared!.columns.set(name, this.#columns ?? NO_COLUMNS)
    this.#found.push({ rows: this.#rows, affected: Number(/\d+$/.exec(text)?.[0] ?? 0) })
    this.#rows = []
    this.#columns = null
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#found)
  }

  /** The server skips the rest up to the Sync and has rolled all of it back. */
  handleError(error: unknown): void {
    if (this.#prepared !== null) this.#prepared.pending = []
    this.#reject(error)
  }

  #known(): Columns | undefined {
    return this.#prepared!.columns.get(this.#steps[this.#found.length]!.name)
  }
}

/** As the driver would, without dates and objects: no codec writes those. */
function written(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (Buffer.isBuffer(value)) return value
  throw new TypeError(`a value of type ${typeof value} has no codec`)
}

/** A statement that was prepared does not fit the tables any more, or the server forgot it: a new connection prepares anew. */
export function isForgotten(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '26000' || (code === '0A000' && /cached plan/.test((error as Error).message))
}
