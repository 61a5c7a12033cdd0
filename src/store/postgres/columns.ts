/**
 * How domain values travel to PostgreSQL and back: one codec for each kind of column, one list of
 * columns for each table. Money is a bigint, an instant is epoch milliseconds in a bigint, a day is a
 * `date` that never becomes a JavaScript Date, a digest is kept as a uuid (16 bytes).
 */
import pg from 'pg'
import type { Day } from '../../domain/day.ts'

export type Codec<T> = {
  /** PostgreSQL's name of the type, for arrays of parameters. */
  readonly type: 'uuid' | 'text' | 'date' | 'bigint' | 'integer' | 'smallint' | 'boolean' | 'jsonb' | 'bytea'
  readonly write: (value: T) => unknown
  readonly read: (stored: never) => T
}

export type Columns<T> = { readonly [K in keyof T]: Codec<T[K]> }

const same = <T>(value: T): T => value

/** Text, also of a closed set of words; the database checks the words that matter to it. */
export function text<T extends string = string>(): Codec<T> {
  return { type: 'text', write: storable, read: same }
}
export const uuid: Codec<string> = { type: 'uuid', write: same, read: same }
export const digest: Codec<string> = { type: 'uuid', write: same, read: (stored: string) => stored.replaceAll('-', '') }
export const day: Codec<Day> = { type: 'date', write: same, read: same }
export const money: Codec<bigint> = { type: 'bigint', write: String, read: same }
export const instant: Codec<number> = { type: 'bigint', write: same, read: Number }
export const integer: Codec<number> = { type: 'integer', write: same, read: same }
export const sign: Codec<1 | -1> = { type: 'smallint', write: same, read: same }
export const flag: Codec<boolean> = { type: 'boolean', write: same, read: same }
/** A copy, because the driver's Buffer may share its memory with other rows. */
export const bytes: Codec<Uint8Array> = { type: 'bytea', write: (value) => Buffer.from(value), read: (stored: Uint8Array) => Uint8Array.from(stored) }
export function json<T>(): Codec<T> {
  return { type: 'jsonb', write: jsonText, read: same }
}

export function nullable<T>({ type, write, read }: Codec<T>): Codec<T | null> {
  return {
    type,
    write: (value) => (value === null ? null : write(value)),
    read: read === same ? same : (stored: never) => (stored === null ? null : read(stored)),
  }
}

/** PostgreSQL cannot hold NUL. Formats remove it; text that slips through must not stop a feed for ever. */
export function storable(value: string): string {
  return value.includes('\0') ? value.replaceAll('\0', '') : value
}

function jsonText(value: unknown): string {
  const written = JSON.stringify(value)
  if (!written.includes('\\u0000')) return written
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? storable(part) : part))
}

export type Snake<S> = S extends `${infer Head}${infer Tail}` ? (Head extends Lowercase<Head> ? `${Head}${Snake<Tail>}` : `_${Lowercase<Head>}${Snake<Tail>}`) : ''

/** A row as the driver knows it. Values are what a codec writes; the codec alone reads them. */
export type StoredRow<T> = { readonly [K in keyof T as Snake<K>]: any }

/** `plain`: what the driver gives is the value. */
export type Column<T> = { readonly field: keyof T & string; readonly column: string; readonly codec: Codec<any>; readonly plain: boolean }

export type Shape<T> = {
  readonly columns: readonly Column<T>[]
  /** The row of a new domain value. */
  write(value: T): StoredRow<T>
  /** Only the fields that the patch has. */
  writePatch(patch: Partial<T>): Partial<StoredRow<T>>
  read(row: StoredRow<T>): T
}

/**
 * An object with these fields, to be copied (`{ ...blank }`) and filled for each row. One that is filled from
 * `{}` by computed names becomes a hash table after a dozen fields (V8): three times as dear to make, and to
 * read ever after. One that JSON made keeps its shape.
 */
export function blankOf(fields: readonly string[]): Record<string, unknown> {
  return JSON.parse(`{${fields.map((field) => `${JSON.stringify(field)}:null`).join(',')}}`) as Record<string, unknown>
}

/** A table's columns in order: `camelCase` fields, `snake_case` columns. */
export function shape<T extends object>(columns: Columns<T>): Shape<T> {
  const list = Object.entries<Codec<any>>(columns as Record<string, Codec<any>>).map(([field, codec]) => ({
    field: field as keyof T & string,
    column: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    codec,
    plain: codec.read === same,
  }))
  const blank = blankOf(list.map(({ field }) => field))
  function writePatch(patch: Partial<T>): Partial<StoredRow<T>> {
    const row: Record<string, unknown> = {}
    for (const { field, column, codec } of list) if (patch[field] !== undefined) row[column] = codec.write(patch[field])
    return row as Partial<StoredRow<T>>
  }
  return {
    columns: list,
    write: (value) => writePatch(value) as unknown as StoredRow<T>,
    writePatch,
    read(row) {
      const value = { ...blank }
      for (const { field, column, codec, plain } of list) {
        const stored = (row as Record<string, unknown>)[column]
        value[field] = plain ? stored : codec.read(stored as never)
      }
      return value as T
    },
  }
}

const INT8 = 20
const DATE = 1082
/** Types whose text is the value, by their numbers: text, varchar, date and uuid. Nearly all that a read of rows gets. */
export const TEXTS: ReadonlySet<number> = new Set([25, 1043, DATE, 2950])

/** Type parsers for every pool: int8 is exact, a date stays the text that it is. */
export const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return (value: string) => BigInt(value)
    if (oid === DATE) return (value: string) => value
    return pg.types.getTypeParser(oid, format as 'text')
  },
} as pg.CustomTypesConfig
