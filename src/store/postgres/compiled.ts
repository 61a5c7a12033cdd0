/**
 * Statements whose text never changes, compiled once. A query builder makes each text anew, and on the
 * path of every read that costs this process more than the text costs the server. What varies from call
 * to call is a value, never a part of the text: only then may a statement stand here.
 */
import type { CompiledQuery } from 'kysely'
import { arrayText } from './arrays.ts'
import type { Shape } from './columns.ts'
import type { Session, Statement } from './session.ts'

/** Stands for a value that comes with each call. */
class Hole {
  readonly index: number
  constructor(index: number) {
    this.index = index
  }
}

/** The statement that `build` makes of its arguments, which are values as the database gets them. `build` is asked once, and must not look at them. `count`: how many, where the function does not tell. */
export function once<A extends readonly unknown[], R>(build: (...values: A) => Statement<R>, count = build.length): (...values: A) => Statement<R> {
  let made: CompiledQuery<R> | null = null
  return (...values) => ({
    compile(db: Session) {
      made ??= eachOnce(build(...(Array.from({ length: count }, (_, index) => new Hole(index)) as unknown as A)).compile(db))
      return { ...made, parameters: made.parameters.map((value) => (value instanceof Hole ? values[value.index] : value)) }
    },
  })
}

/** A value that stands in a text several times travels once, and the server reads it once: an array of keys is most of a statement. */
function eachOnce<R>(made: CompiledQuery<R>): CompiledQuery<R> {
  const parameters: unknown[] = []
  const places = made.parameters.map((value) => {
    const known = parameters.findIndex((other) => value instanceof Hole && other instanceof Hole && other.index === value.index)
    return known === -1 ? parameters.push(value) : known + 1
  })
  return { ...made, sql: made.sql.replace(/\$(\d+)/g, (_, place: string) => `$${places[Number(place) - 1]}`), parameters }
}

/** Inserts one row. */
export function insertOne<T>(table: string, shape: Shape<T>): (tenantId: string, row: T) => Statement {
  const columns = shape.columns.map(({ column }) => `"${column}"`)
  const text = `insert into relink.${table} (tenant_id, ${columns.join(', ')}) values ($1, ${columns.map((_, index) => `$${index + 2}`).join(', ')})`
  return (tenantId, row) => fixed(text, [tenantId, ...shape.columns.map(({ field, codec }) => codec.write(row[field]))])
}

/** Changes the fields that the patch has of one row; null: it has none. */
export function updateOne<T>(table: string, shape: Shape<T>): (tenantId: string, id: string | null, patch: Partial<T>) => Statement | null {
  return (tenantId, id, patch) => {
    const changed = shape.columns.filter(({ field }) => patch[field] !== undefined)
    if (changed.length === 0) return null
    const set = changed.map(({ column }, index) => `"${column}" = $${index + 3}`).join(', ')
    return fixed(`update relink.${table} set ${set} where tenant_id = $1 and id = $2`, [tenantId, id, ...changed.map(({ field, codec }) => codec.write(patch[field]))])
  }
}

/** Inserts rows, each column as one array. */
export function insertMany<T>(table: string, shape: Shape<T>): (tenantId: string, rows: readonly T[]) => Statement {
  const columns = shape.columns.map(({ column }) => `"${column}"`).join(', ')
  const arrays = shape.columns.map(({ codec }, index) => `$${index + 2}::${codec.type}[]`).join(', ')
  const text = `insert into relink.${table} (tenant_id, ${columns}) select $1::uuid, ${columns} from unnest(${arrays}) as n(${columns})`
  return (tenantId, rows) => fixed(text, [tenantId, ...shape.columns.map(({ field, codec }) => arrayText(rows.map((row) => codec.write(row[field])), codec.type))])
}

function fixed(text: string, parameters: readonly unknown[]): Statement {
  return { compile: () => ({ sql: text, parameters }) as unknown as CompiledQuery }
}
