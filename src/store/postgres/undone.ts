/** The condition that a row's run counts, as a part of a statement: what was taken back does not. The table of undos is small, so this costs next to nothing. */
import { sql, type RawBuilder, type SqlBool } from 'kysely'

/** `run`: the column that holds the run, with its table. */
export function counts(tenantId: string, run: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`not exists (select from relink.undos u where u.tenant_id = ${tenantId} and u.run_id = ${sql.ref(run)} and u.redone_at is null)`
}
