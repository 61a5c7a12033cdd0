/** The feed's way back for one tenant on PostgreSQL; see `HistoryStore`. */
import { sql, type RawBuilder } from 'kysely'
import type { Day } from '../../domain/day.ts'
import type { RunTrigger, SyncRun } from '../../domain/run.ts'
import type { Question } from '../../domain/transaction.ts'
import { currentActor } from '../../acting/acting.ts'
import type { HistoryStore, RunPlace, UndoAct } from '../../ports/history.ts'
import type { Decided } from '../decide.ts'
import { UndoTally } from '../undo-tally.ts'
import { concluded, effectOf, isWaiting, type Effect, type ShownReport } from '../undo.ts'
import { arrayOf } from './arrays.ts'
import { json } from './columns.ts'
import { storeAllDecided } from './decided.ts'
import { idKey, inTenant, isUuid, type Session } from './session.ts'
import { changes, connections, observations, readTransaction, runs, undos } from './tables.ts'
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
type AskedRow = { readonly id: string; readonly account_id: string; readonly kind: Question['kind']; readonly run_id: string | null; readonly is_closed: boolean; readonly transaction_id: string; readonly other_transaction_id: string | null }

class UndoWork {
  readonly #trx: Session
  readonly #tenantId: string
  readonly #act: UndoAct
  readonly #tally: UndoTally
  /** The sources to which the run's pages went, and all sources of the accounts to which those of the root went: the run, or what it had taken back. */
  readonly #sources: Ids
  #accountSources: Ids = arrayOf([], 'uuid')

  constructor(trx: Session, tenantId: string, act: UndoAct, places: readonly RunPlace[]) {
    this.#trx = trx
    this.#tenantId = tenantId
    this.#act = act
    this.#tally = new UndoTally(places)
    this.#sources = arrayOf(places.map((place) => place.sourceId), 'uuid')
  }

  async run(): Promise<SyncRun | null> {
    const { runId, by, cursors, sources, connections: switched } = this.#act
    const again = await this.#mark()
    if (again === undefined) return null
    const root = again ?? runId
    await this.#reach(root)
    await this.#trx.insertInto('relink.runs').values({ tenant_id: this.#tenantId, ...runs.write({ ...by, accounts: [] }) }).execute()
    await moveBack(this.#trx, this.#tenantId, runId, by.id)
    const effect = effectOf((await this.#trx.selectFrom('relink.undos').selectAll().where('tenant_id', '=', this.#tenantId).execute()).map(undos.read))
    if (again === null) await this.#withdrawUnheld()
    await this.#conclude(root, effect)
    await this.#settleQuestions(root, effect)
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
    await this.#trx.updateTable('relink.runs').set({ accounts: runs.write(done).accounts }).where('tenant_id', '=', this.#tenantId).where('id', '=', by.id).execute()
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
    const places = await placesOf(this.#trx, this.#tenantId, root)
    this.#tally.reaches(places, run?.trigger)
    this.#accountSources = sql`array(select id from relink.account_sources where tenant_id = ${this.#tenantId} and account_id = any(${arrayOf(places.map((place) => place.accountId), 'uuid')}))`
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
        insert into relink.transaction_changes (tenant_id, transaction_id, at, run_id, reason, by, changes)
        select ${tenant}, id, ${by.startedAt}, ${by.id}, 'undone', ${currentActor()}, jsonb_build_object('state', jsonb_build_array(state, 'withdrawn'), 'withdrawnReason', jsonb_build_array(null, 'undone')) from gone),
      updated as (
        update relink.transactions t set state = 'withdrawn', withdrawn_reason = 'undone', updated_at = ${by.startedAt} from gone where t.tenant_id = ${tenant} and t.id = gone.id)
      select account_id, count(*) as rows, min(posted_on) as from_on, max(posted_on) as to_on from gone group by account_id`.execute(this.#trx)
    await sql`set local enable_nestloop = on`.execute(this.#trx)
    for (const { account_id, rows: count, from_on, to_on } of rows) this.#tally.withdrawn(account_id, Number(count), { from: from_on, to: to_on })
  }

  /** Makes the rows at stake what the runs that count make them, batch by batch: see `touchedBy` of the memory store. */
  async #conclude(root: string, effect: Effect): Promise<void> {
    const { runId, by } = this.#act
    const tenant = sql`${this.#tenantId}`
    for (let after = NIL; ; ) {
      const { rows } = await sql<{ id: string }>`
        with shown as (
          select distinct s.id from relink.pages p cross join lateral unnest(p.seen) as s(id)
          where p.tenant_id = ${tenant} and p.source_id = any(${this.#accountSources}) and p.run_id = ${root}),
        undone as (select run_id as id from relink.undos where tenant_id = ${tenant} and redone_at is null union select undo_run_id from relink.undos where tenant_id = ${tenant}),
        changed as (select distinct c.transaction_id as id, c.run_id in (${root}, ${runId}) as is_own from relink.transaction_changes c where c.tenant_id = ${tenant} and (c.run_id in (${root}, ${runId}) or c.run_id in (select id from undone) or (c.run_id is null and c.reason = 'person'))
          union select o.transaction_id, true from relink.observations o where o.tenant_id = ${tenant} and o.source_id = any(${this.#accountSources}) and o.run_id = ${root} and o.tier = 'new'),
        now as (select distinct c.transaction_id as id from relink.transaction_changes c where c.tenant_id = ${tenant} and c.run_id = ${by.id})
        select distinct c.id from changed c where c.id > ${after} and c.id not in (select id from now)
          and (c.is_own or exists (select from relink.observations o where o.tenant_id = ${tenant} and o.transaction_id = c.id and o.id in (select id from shown)))
        order by c.id limit ${BATCH}`.execute(this.#trx)
      await this.#concludeAll(rows.map(({ id }) => id), effect)
      if (rows.length < BATCH) return
      after = rows.at(-1)!.id
    }
  }

  async #concludeAll(ids: readonly string[], effect: Effect): Promise<void> {
    if (ids.length === 0) return
    const { by, contentKeyOf } = this.#act
    const those = arrayOf(ids, 'uuid')
    const stored = await this.#trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', this.#tenantId).where(sql<boolean>`id = any(${those})`).orderBy('id').forUpdate().execute()
    const logged = await this.#trx.selectFrom('relink.transaction_changes').selectAll().where('tenant_id', '=', this.#tenantId).where(sql<boolean>`transaction_id = any(${those})`).orderBy('seq').execute()
    const histories = Map.groupBy(logged.map(changes.read), (change) => change.transactionId)
    const reports = await this.#reportsOf(ids)
    const made: Decided[] = []
    for (const row of stored.map(readTransaction)) {
      const decided = concluded(row, { history: histories.get(row.id) ?? [], reports: reports.get(row.id) ?? [] }, effect, by.id, by.startedAt, contentKeyOf)
      if (decided === null) continue
      this.#tally.changed(row, decided.row)
      made.push(decided)
    }
    await storeAllDecided(this.#trx, this.#tenantId, made)
  }

  /** The reports of these rows, and which runs showed them, with the newest page of each. */
  async #reportsOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly ShownReport[]>> {
    const own = await this.#trx.selectFrom('relink.observations').selectAll().where('tenant_id', '=', this.#tenantId).where(sql<boolean>`transaction_id = any(${arrayOf(ids, 'uuid')})`).execute()
    const { rows } = await sql<{ id: string; run_id: string; seq: string }>`
      select s.id, p.run_id, max(p.seq) as seq from relink.pages p cross join lateral unnest(p.seen) as s(id)
      where p.tenant_id = ${this.#tenantId} and p.source_id = any(${this.#accountSources}) and s.id = any(${arrayOf(own.map(({ id }) => id), 'uuid')}) group by s.id, p.run_id`.execute(this.#trx)
    const shownBy = Map.groupBy(rows, ({ id }) => id)
    const reports = own.map(observations.read).map((report) => ({ report, shownBy: (shownBy.get(report.id) ?? []).map(({ run_id, seq }) => ({ runId: run_id, seq: Number(seq) })) }))
    return Map.groupBy(reports, ({ report }) => report.transactionId)
  }

  /** Closes questions that nothing asks any more, and opens those again that an undo had closed. */
  async #settleQuestions(root: string, effect: Effect): Promise<void> {
    const { runId, by } = this.#act
    const { rows: at } = await sql<AskedRow>`
      select q.id, q.account_id, q.kind, q.run_id, q.answer is not null as is_closed, q.transaction_id, q.other_transaction_id from relink.questions q
      where q.tenant_id = ${this.#tenantId} and q.account_id in (select s.account_id from relink.account_sources s where s.tenant_id = ${this.#tenantId} and s.id = any(${this.#accountSources}))
        and (q.answer is null or (q.answer = 'undone' and (q.closed_by in (${root}, ${runId}) or q.closed_by in (select undo_run_id from relink.undos where tenant_id = ${this.#tenantId}))))
      order by q.id for update`.execute(this.#trx)
    if (at.length === 0) return
    const ids = [...new Set(at.flatMap(({ transaction_id, other_transaction_id }) => [transaction_id, other_transaction_id ?? transaction_id]))]
    const stored = await this.#trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', this.#tenantId).where(sql<boolean>`id = any(${arrayOf(ids, 'uuid')})`).execute()
    const [byId, reports] = [new Map(stored.map(readTransaction).map((row) => [row.id, row])), await this.#reportsOf(ids)]
    const turned = at.filter(({ kind, run_id, is_closed, transaction_id, other_transaction_id }) => {
      const sides = [transaction_id, other_transaction_id].flatMap((id) => (id === null ? [] : (byId.get(id) ?? []))).map((row) => ({ row, reports: reports.get(row.id) ?? [] }))
      return isWaiting({ kind }, run_id, sides, effect) === is_closed
    })
    const idsOf = (isClosed: boolean) => arrayOf(turned.flatMap(({ id, is_closed }) => (is_closed === isClosed ? [id] : [])), 'uuid')
    await sql`update relink.questions set answer = 'undone', answered_at = ${by.startedAt}, closed_by = ${by.id} where tenant_id = ${this.#tenantId} and id = any(${idsOf(false)})`.execute(this.#trx)
    await sql`update relink.questions set answer = null, answered_at = null, closed_by = null where tenant_id = ${this.#tenantId} and id = any(${idsOf(true)})`.execute(this.#trx)
    for (const { account_id, is_closed } of turned) if (!is_closed) this.#tally.closedQuestion(account_id)
  }

  /** Ids of the observations that the run's pages showed. */
  #shown(): Ids {
    return sql`select distinct s.id from relink.pages p cross join lateral unnest(p.seen) as s(id)
      where p.tenant_id = ${this.#tenantId} and p.source_id = any(${this.#sources}) and p.run_id = ${this.#act.runId}`
  }
}
