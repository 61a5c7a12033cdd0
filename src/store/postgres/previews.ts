/** Reconnect previews of one tenant on PostgreSQL; see `PreviewStore`. */
import type { PreviewStore, SwitchAct } from '../../ports/history.ts'
import { writeInTransaction } from './feed-commit.ts'
import { idKey, inTenant, type Session } from './session.ts'
import { connections, previewAnswers, previews, runs, sources } from './tables.ts'

export function postgresPreviews(db: Session, tenantId: string): PreviewStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  const all = (trx: Session) => trx.selectFrom('relink.previews').selectAll().where('tenant_id', '=', tenantId)
  return {
    create: (preview) =>
      run(async (trx) => {
        await trx.insertInto('relink.previews').values({ tenant_id: tenantId, ...previews.write(preview) }).execute()
      }),
    async get(id) {
      const row = await run((trx) => all(trx).where('id', '=', idKey(id)).executeTakeFirst())
      return row === undefined ? null : previews.read(row)
    },
    async list({ connectionId, shadowId, switchRunId }) {
      const rows = await run((trx) =>
        all(trx).$if(connectionId !== undefined, (q) => q.where('connection_id', '=', idKey(connectionId!))).$if(shadowId !== undefined, (q) => q.where('shadow_id', '=', idKey(shadowId!)))
          .$if(switchRunId !== undefined, (q) => q.where('switch_run_id', '=', idKey(switchRunId!))).orderBy('created_at', 'desc').orderBy('id', 'desc').execute(),
      )
      return rows.map(previews.read)
    },
    update: (id, from, patch) =>
      run(async (trx) => {
        const { numUpdatedRows } = await trx.updateTable('relink.previews').set(previews.writePatch(patch)).where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).where('state', 'in', [...from]).executeTakeFirst()
        return numUpdatedRows === 1n
      }),
    addAnswer: (previewId, answer) =>
      run(async (trx) => {
        await trx.insertInto('relink.preview_answers').values({ tenant_id: tenantId, ...previewAnswers.write({ previewId, accountId: answer.accountId, answer }) } as never).execute()
      }),
    async answers(previewId, accountId) {
      const rows = await run((trx) =>
        trx.selectFrom('relink.preview_answers').selectAll().where('tenant_id', '=', tenantId).where('preview_id', '=', idKey(previewId)).where('account_id', '=', idKey(accountId)).orderBy('seq').execute(),
      )
      return rows.map((row) => previewAnswers.read(row).answer)
    },
    dropAnswers: (previewId) =>
      run(async (trx) => {
        await trx.deleteFrom('relink.preview_answers').where('tenant_id', '=', tenantId).where('preview_id', '=', idKey(previewId)).execute()
      }),
    switchOver: (act) => run((trx) => switchOver(trx, tenantId, act)),
  }
}

async function switchOver(trx: Session, tenantId: string, { previewId, run, newSources, sources: replaced, connections: switched, pages }: SwitchAct): Promise<boolean> {
  // The row is held until the end: of two that switch at once the second finds it switched.
  const patch = previews.writePatch({ state: 'switched', switchedAt: run.startedAt, switchRunId: run.id, updatedAt: run.startedAt })
  const { numUpdatedRows } = await trx.updateTable('relink.previews').set(patch).where('tenant_id', '=', tenantId).where('id', '=', idKey(previewId)).where('state', '=', 'ready').executeTakeFirst()
  if (numUpdatedRows !== 1n) return false
  await trx.insertInto('relink.runs').values({ tenant_id: tenantId, ...runs.write(run) }).execute()
  for (const source of newSources) await trx.insertInto('relink.account_sources').values({ tenant_id: tenantId, ...sources.write(source) } as never).execute()
  for (const page of pages) await writeInTransaction(trx, tenantId, page)
  for (const { id, state } of replaced) await trx.updateTable('relink.account_sources').set({ state }).where('tenant_id', '=', tenantId).where('id', '=', id).execute()
  for (const { id, patch: changes } of switched) await trx.updateTable('relink.connections').set(connections.writePatch(changes)).where('tenant_id', '=', tenantId).where('id', '=', id).execute()
  return true
}
