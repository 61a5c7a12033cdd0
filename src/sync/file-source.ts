/**
 * Which source of an account a file is of. The files that one program writes are one source: they name and date the same rows alike,
 * and what the newer one leaves out is gone. Another program may word and date all of them otherwise, as another bank connection may. Pure.
 */
import type { AccountSource } from '../domain/account.ts'

/** A bank adds a column to its export, or leaves one out: of all headings of both so many thirds are the same. */
const ALIKE_THIRDS = 2

/**
 * `program`: see `StatementHead`; null where it is not known. A source from before programs were told holds files of several, and goes on
 * with all of them: under another one their ids would tell nothing. Null: no file of this program came before.
 */
export function fileSource(sources: readonly AccountSource[], program: string | null): AccountSource | null {
  const files = sources.filter(({ connectionId, state }) => connectionId === null && state !== 'replaced')
  if (program === null) return files[0] ?? null
  return files.find((one) => one.program === program) ?? alike(files, program) ?? files.find((one) => one.program === null) ?? null
}

/** The ids of the sources that are files, whatever program wrote them. */
export function filesOf(sources: readonly AccountSource[]): ReadonlySet<string> {
  return new Set(sources.flatMap(({ id, connectionId }) => (connectionId === null ? [id] : [])))
}

function alike(files: readonly AccountSource[], program: string): AccountSource | null {
  const own = headingsOf(program)
  const near = files.flatMap((file) => {
    const other = headingsOf(file.program ?? '')
    const same = [...own].filter((heading) => other.has(heading)).length
    return same > 0 && same * 3 >= (own.size + other.size - same) * ALIKE_THIRDS ? [{ file, same }] : []
  })
  return near.sort((a, b) => b.same - a.same)[0]?.file ?? null
}

/** None in formats that have no columns. */
function headingsOf(program: string): Set<string> {
  return new Set(program.startsWith('csv: ') ? program.slice('csv: '.length).split(' | ') : [])
}
