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

/** `unnest(…) as n(columns)` over the values' fields. */
export function unnested<T>(shape: Shape<T>, values: readonly T[]): RawBuilder<unknown> {
  const arrays = shape.columns.map(({ field, codec }) => arrayOf(values.map((value) => codec.write(value[field])), codec.type))
  return sql`unnest(${sql.join(arrays)}) as n(${columnList(shape)})`
}

const TYPES: Readonly<Record<Codec<never>['type'], RawBuilder<unknown>>> = {
  uuid: sql`uuid`, text: sql`text`, date: sql`date`, bigint: sql`bigint`, integer: sql`integer`, smallint: sql`smallint`, boolean: sql`boolean`,
  jsonb: sql`jsonb`, bytea: sql`bytea`,
}

