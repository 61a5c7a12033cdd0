/** Rows by id, as tables hold them: no id twice, and a patch of an unknown id does nothing. */

export function insert<T extends { readonly id: string }>(rows: Map<string, T>, row: T): void {
  if (rows.has(row.id)) throw new Error(`the id ${row.id} is used`)
  rows.set(row.id, row)
}

export function patch<T extends { readonly id: string }>(rows: Map<string, T>, id: string, changes: Partial<T>): void {
  const row = rows.get(id)
  if (row !== undefined) rows.set(id, { ...row, ...changes })
}
