/** The feed's way back for one tenant on PostgreSQL; see `HistoryStore`. */
import { sql, type RawBuilder } from 'kysely'
import type { Day } from '../../domain/day.ts'
import type { RunTrigger, SyncRun } from '../../domain/run.ts'
import type { HistoryStore, RunPlace, UndoAct } from '../../ports/history.ts'
import type { Decided } from '../decide.ts'
import { UndoTally } from '../undo-tally.ts'
import { withoutRun } from '../undo.ts'
import { arrayOf } from './arrays.ts'
import { json } from './columns.ts'
import { storeAllDecided } from './decided.ts'
import { idKey, inTenant, isUuid, type Session } from './session.ts'
import { changes, connections, readTransaction, runs, undos } from './tables.ts'
import { moveBack, postgresRecompute } from './recompute.ts'
import { counts } from './undone.ts'

type Ids = RawBuilder<unknown>

/** So many changed rows are held at once. */
const BATCH = 2_000
const NIL = '00000000-0000-0000-0000-000000000000'

export function postgresHistory(db: Session, tenantId: string): HistoryStore {
  const run = <T>(work: (trx: Session) => Promise<T>) => inTenant(db, tenantId, work)
  return {
    async undos(runIds) {
      const rows = await run((trx) =>
        trx.selectFrom('relink.undos').selectAll().where('tenant_id', '=', tenantId)
          .$if(runIds !== undefined, (q) => q.where(sql<boolean>`run_id = any(${arrayOf(runIds!.filter(isUuid), 'uuid')})`)).orderBy('at').orderBy('undo_run_id').execute(),
      )
      return rows.map(undos.read)
    },
    places: async (runId) => (isUuid(runId) ? run((trx) => placesOf(trx, tenantId, runId)) : []),
    async undo(act) {
      if (idKey(act.runId) === null) return null
      return run(async (trx) => new UndoWork(trx, tenantId, act, await placesOf(trx, tenantId, act.runId)).run())
    },
    ...postgresRecompute(run, tenantId),
  }
}

async function placesOf(trx: Session, tenantId: string, runId: string): Promise<readonly RunPlace[]> {
  const { rows } = await sql<{ account_id: string; source_id: string; from_on: NonNullable<RunPlace['days']>['from'] | null; to_on: NonNullable<RunPlace['days']>['to'] | null }>`
    select p.account_id, p.source_id, least(min(p.covers_from), min(b.from_on)) as from_on, greatest(max(p.covers_to), max(b.to_on)) as to_on
    from relink.pages p left join lateral (
      select min(stated_on) as from_on, max(stated_on) as to_on from relink.balances
      where tenant_id = ${tenantId} and account_id = p.account_id and source_id = p.source_id and run_id = p.run_id) b on true
    where p.tenant_id = ${tenantId} and p.run_id = ${runId} group by p.account_id, p.source_id order by p.account_id, p.source_id`.execute(trx)
  return rows.map(({ account_id, source_id, from_on, to_on }) => ({
    accountId: account_id, sourceId: source_id, days: from_on === null || to_on === null ? null : { from: from_on, to: to_on },
  }))
}

/** One undo, in a transaction of the tenant. */
class UndoWork {
  readonly #trx: Session
  readonly #tenantId: string
  readonly #act: UndoAct
  readonly #tally: UndoTally
  /** The sources to which the run's pages went, and all sources of their accounts. */
  readonly #sources: Ids
  readonly #accountSources: Ids

  constructor(trx: Session, tenantId: string, act: UndoAct, places: readonly RunPlace[]) {
    this.#trx = trx
    this.#tenantId = tenantId
    this.#act = act
    this.#tally = new UndoTally(places)
    this.#sources = arrayOf(places.map((place) => place.sourceId), 'uuid')
    this.#accountSources = sql`array(select id from relink.account_sources where tenant_id = ${tenantId} and account_id = any(${arrayOf(places.map((place) => place.accountId), 'uuid')}))`
  }

  async run(): Promise<SyncRun | null> {
    const { runId, by, cursors, sources, connections: switched } = this.#act
    const again = await this.#mark()
    if (again === undefined) return null
    await this.#reach(again ?? runId)
    await this.#withdrawUnheld()
    await this.#takeBackChanges(await this.#thereAndBack())
    await this.#close(again)
    await this.#reopen(runId)
    const ofTenant = sql`tenant_id = ${this.#tenantId}`
    for (const { accountId, sourceId, days: { from, to } } of this.#tally.voidDays) {
      const ofSource = sourceId === null ? sql`true` : sql`source_id = ${sourceId}`
      await sql`delete from relink.balance_spans where ${ofTenant} and account_id = ${accountId} and ${ofSource} and from_on <= ${to} and to_on >= ${from}`.execute(this.#trx)
    }
    for (const { sourceId, cursor } of cursors) await sql`update relink.cursors set cursor = ${json().write(cursor)}, at = ${by.startedAt} where ${ofTenant} and source_id = ${sourceId}`.execute(this.#trx)
    for (const { id, state } of sources) await sql`update relink.account_sources set state = ${state} where ${ofTenant} and id = ${id}`.execute(this.#trx)
    for (const { id, patch } of switched) await this.#trx.updateTable('relink.connections').set(connections.writePatch(patch)).where('tenant_id', '=', this.#tenantId).where('id', '=', id).execute()
    const { preview } = this.#act
    if (preview !== null) await sql`update relink.previews set state = ${preview.state}, updated_at = ${by.startedAt} where ${ofTenant} and id = ${preview.id}`.execute(this.#trx)
    const done: SyncRun = { ...by, accounts: this.#tally.outcomes }
    await this.#trx.insertInto('relink.runs').values({ tenant_id: this.#tenantId, ...runs.write(done) }).execute()
    await moveBack(this.#trx, this.#tenantId, runId, by.id)
    return done
  }

  /** Notes the undo, whose run follows when its outcome is known; tells the run that comes again with it, null when none does. Undefined: the target is unknown or taken back already. */
  async #mark(): Promise<string | null | undefined> {
    const { runId, by } = this.#act
    const { rows } = await sql<{ run_id: string }>`
      insert into relink.undos (tenant_id, undo_run_id, run_id, at)
      select ${this.#tenantId}, ${by.id}, id, ${by.startedAt} from relink.runs where tenant_id = ${this.#tenantId} and id = ${runId}
      on conflict (tenant_id, run_id) where redone_at is null do nothing returning run_id`.execute(this.#trx)
    if (rows.length === 0) return undefined
    const redone = await sql<{ run_id: string }>`update relink.undos set redone_at = ${by.startedAt} where tenant_id = ${this.#tenantId} and undo_run_id = ${runId} returning run_id`.execute(this.#trx)
    return redone.rows[0]?.run_id ?? null
  }

  async #reach(root: string): Promise<void> {
    const { rows: [run] } = await sql<{ trigger: RunTrigger }>`select trigger from relink.runs where tenant_id = ${this.#tenantId} and id = ${root}`.execute(this.#trx)
    this.#tally.reaches(await placesOf(this.#trx, this.#tenantId, root), run?.trigger)
  }

  /** Withdraws what the run showed and no other answer that counts does: one statement, because an import may be all of an account. */
  async #withdrawUnheld(): Promise<void> {
    const { by } = this.#act
    const tenant = sql`${this.#tenantId}`
    // A young database has statistics of a page or two: the planner then takes each set for one row and reads all of them once for each pair, 200 rows for half a minute. Hashed, the sets cost what their rows cost.
    await sql`set local enable_nestloop = off`.execute(this.#trx)
    const { rows } = await sql<{ account_id: string; rows: bigint; from_on: Day; to_on: Day }>`
      with shown as (${this.#shown()}),
      own as (select distinct o.transaction_id as id from relink.observations o join shown on shown.id = o.id where o.tenant_id = ${tenant} and o.source_id = any(${this.#sources})),
      again as (
        select distinct s.id from relink.pages p cross join lateral unnest(p.seen) as s(id)
        where p.tenant_id = ${tenant} and p.source_id = any(${this.#accountSources}) and ${counts(this.#tenantId, 'p.run_id')}),
      held as (
        select distinct own.id from own join relink.observations o on o.tenant_id = ${tenant} and o.transaction_id = own.id
        where ${counts(this.#tenantId, 'o.run_id')} or o.id in (select id from again)),
      gone as (
        select t.id, t.account_id, t.state, t.posted_on from relink.transactions t
        where t.tenant_id = ${tenant} and t.state <> 'withdrawn' and t.id in (select id from own except select id from held) order by t.id for update),
      logged as (
        insert into relink.transaction_changes (tenant_id, transaction_id, at, run_id, reason, changes)
        select ${tenant}, id, ${by.startedAt}, ${by.id}, 'undone', jsonb_build_object('state', jsonb_build_array(state, 'withdrawn'), 'withdrawnReason', jsonb_build_array(null, 'undone')) from gone),
      updated as (
        update relink.transactions t set state = 'withdrawn', withdrawn_reason = 'undone', updated_at = ${by.startedAt} from gone where t.tenant_id = ${tenant} and t.id = gone.id)
      select account_id, count(*) as rows, min(posted_on) as from_on, max(posted_on) as to_on from gone group by account_id`.execute(this.#trx)
    await sql`set local enable_nestloop = on`.execute(this.#trx)
    for (const { account_id, rows: count, from_on, to_on } of rows) this.#tally.withdrawn(account_id, Number(count), { from: from_on, to: to_on })
  }

  /** What the run changed, batch by batch, except where a later answer showed the same again. */
  async #takeBackChanges(there: ReadonlySet<string>): Promise<void> {
    const { runId, by } = this.#act
    for (let after = NIL; ; ) {
      const { rows } = await sql<{ id: string; supported: boolean }>`
        with changed as (
          select distinct c.transaction_id as id from relink.transaction_changes c
          where c.tenant_id = ${this.#tenantId} and c.run_id = ${runId} and c.transaction_id > ${after}
            and not exists (select from relink.transaction_changes d where d.tenant_id = ${this.#tenantId} and d.transaction_id = c.transaction_id and d.run_id = ${by.id})
          order by 1 limit ${BATCH}),
        shown as (${this.#shown()}),
        later as (
          select distinct s.id from relink.pages p cross join lateral unnest(p.seen) as s(id)
          where p.tenant_id = ${this.#tenantId} and p.source_id = any(${this.#sources}) and ${counts(this.#tenantId, 'p.run_id')}
            and p.seq > (select max(l.seq) from relink.pages l where l.tenant_id = ${this.#tenantId} and l.source_id = p.source_id and l.run_id = ${runId}))
        select changed.id, exists (
          select from relink.observations o where o.tenant_id = ${this.#tenantId} and o.transaction_id = changed.id
            and o.id in (select id from shown) and o.id in (select id from later)) as supported
        from changed order by changed.id`.execute(this.#trx)
      await this.#takeBack(rows.filter((row) => !row.supported).map((row) => row.id), there)
      if (rows.length < BATCH) return
      after = rows.at(-1)!.id
    }
  }

  async #thereAndBack(): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ id: string }>`
      with back as (select undo_run_id as id from relink.undos where tenant_id = ${this.#tenantId} and run_id = ${this.#act.runId})
      select id from back union select undo_run_id from relink.undos where tenant_id = ${this.#tenantId} and run_id in (select id from back)`.execute(this.#trx)
    return new Set(rows.map(({ id }) => id))
  }

  async #takeBack(ids: readonly string[], there: ReadonlySet<string>): Promise<void> {
    if (ids.length === 0) return
    const { runId, by, contentKeyOf } = this.#act
    const those = arrayOf(ids, 'uuid')
    const stored = await this.#trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', this.#tenantId).where(sql<boolean>`id = any(${those})`).orderBy('id').forUpdate().execute()
    const logged = await this.#trx.selectFrom('relink.transaction_changes').selectAll().where('tenant_id', '=', this.#tenantId).where(sql<boolean>`transaction_id = any(${those})`).orderBy('seq').execute()
    const histories = Map.groupBy(logged.map(changes.read), (change) => change.transactionId)
    const takenBack: Decided[] = []
    for (const row of stored.map(readTransaction)) {
      const decided = withoutRun(row, histories.get(row.id) ?? [], runId, there, by.id, by.startedAt, contentKeyOf)
      if (decided === null) continue
      this.#tally.changed(row, decided.row)
      takenBack.push(decided)
    }
    await storeAllDecided(this.#trx, this.#tenantId, takenBack)
  }

  /** Questions that the run asked, and those about rows that are gone with it; where it brings a run again, those about rows that are one with another again. */
  async #close(again: string | null): Promise<void> {
    const { runId, by } = this.#act
    const gone = (column: string) => sql`exists (
      select from relink.transactions t where t.tenant_id = ${this.#tenantId} and t.id = ${sql.ref(column)} and t.withdrawn_reason = ${again === null ? 'undone' : 'merged'}
        and exists (select from relink.transaction_changes c where c.tenant_id = ${this.#tenantId} and c.transaction_id = t.id and c.run_id = ${by.id}))`
    const { rows } = await sql<{ account_id: string }>`
      update relink.questions q set answer = 'undone', answered_at = ${by.startedAt}, closed_by = ${again ?? by.id}
      where q.tenant_id = ${this.#tenantId} and q.answer is null and (q.run_id = ${runId} or ${gone('q.transaction_id')} or ${gone('q.other_transaction_id')})
      returning q.account_id`.execute(this.#trx)
    for (const { account_id } of rows) this.#tally.closedQuestion(account_id)
  }

  /** What an undo or a recompute closed. */
  async #reopen(undoRunId: string): Promise<void> {
    await sql`update relink.questions set answer = null, answered_at = null, closed_by = null
      where tenant_id = ${this.#tenantId} and closed_by = ${undoRunId} and answer = 'undone'`.execute(this.#trx)
  }

  /** Ids of the observations that the run's pages showed. */
  #shown(): Ids {
    return sql`select distinct s.id from relink.pages p cross join lateral unnest(p.seen) as s(id)
      where p.tenant_id = ${this.#tenantId} and p.source_id = any(${this.#sources}) and p.run_id = ${this.#act.runId}`
  }
}
