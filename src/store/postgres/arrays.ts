/**
 * Many rows in one statement: each column travels as one array of a known type and `unnest` makes rows
 * of them. The array texts are written here, because the driver's own writer costs more than the rest of
 * an import.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Codec, Shape } from './columns.ts'

/** `{…}` as PostgreSQL reads arrays (manual, 8.15.2). */
export function arrayText(values: readonly unknown[], type: Codec<never>['type']): string {
  const quoted = type === 'text' || type === 'jsonb'
  let out = '{'
  for (let i = 0; i < values.length; i++) {
    if (i > 0) out += ','
    const value = values[i]
    if (value === null || value === undefined) out += 'NULL'
    else out += quoted ? `"${escaped(value as string)}"` : String(value)
  }
  return out + '}'
}

function escaped(value: string): string {
  return /["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value
}

/** `$n::type[]` for one column of values. */
export function arrayOf(values: readonly unknown[], type: Codec<never>['type']): RawBuilder<unknown> {
  return sql`cast(${arrayText(values, type)} as ${TYPES[type]}[])`
}

/** The columns' names as a list of identifiers. */
export function columnList<T>(shape: Shape<T>): RawBuilder<unknown> {
  return sql.join(shape.columns.map(({ column }) => sql.id(column)))
}

/**
 * The values as a table `n` with the shape's columns. A column that holds one value throughout, as most do
 * in a page, travels once; the first column is the one that counts the rows.
 */
export function unnested<T>(shape: Shape<T>, values: readonly T[]): RawBuilder<unknown> {
  const written = shape.columns.map(({ field, column, codec }) => ({ column, type: codec.type, values: values.map((value) => codec.write(value[field])) }))
  const arrays = written.filter((c, index) => index === 0 || c.values.some((value) => value !== c.values[0]))
  const selected = written.map((c) =>
    arrays.includes(c) ? sql`u.${sql.id(c.column)}` : sql`cast(${c.values[0]} as ${TYPES[c.type]}) as ${sql.id(c.column)}`,
  )
  return sql`(select ${sql.join(selected)} from unnest(${sql.join(arrays.map((c) => arrayOf(c.values, c.type)))}) as u(${sql.join(arrays.map((c) => sql.id(c.column)))})) as n`
}

/** The names of types as parts of SQL. */
export const TYPES: Readonly<Record<Codec<never>['type'], RawBuilder<unknown>>> = {
  uuid: sql`uuid`, text: sql`text`, date: sql`date`, bigint: sql`bigint`, integer: sql`integer`, smallint: sql`smallint`, boolean: sql`boolean`,
  jsonb: sql`jsonb`, bytea: sql`bytea`,
}

