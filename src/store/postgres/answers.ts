/** Answers to questions, and the way back, on PostgreSQL; see `FeedStore`. */
import { sql, type RawBuilder, type Selectable } from 'kysely'
import type { Question, TransactionChange } from '../../domain/transaction.ts'
import { currentActor } from '../../acting/acting.ts'
import type { FeedStore, NewTransaction } from '../../ports/feed.ts'
import { carriedBack, carry, isRestedOn, type Asked, type Carried } from '../carry.ts'
import { answerInstant, applyAnswer, endedTransfer, mergedBy, needsTeller, unpaired, wasUnpaired } from '../decide.ts'
import { restatedAsOne, restatedAsTwo, restatedWith, restatedWithout, type Books, type Restated, type Told } from '../span-sums.ts'
import { isMergedLater, withoutAnswer } from '../undo.ts'
import { storeDecided } from './decided.ts'
import { idKey, inOneTrip, type Database, type Session } from './session.ts'
import { balances, changes, coverage, dated, observations, questions, readTransaction, spans, undated, type Tables } from './tables.ts'
import { counts } from './undone.ts'

export function postgresAnswers(db: Database, run: <T>(work: (trx: Session) => Promise<T>) => Promise<T>, tenantId: string): Pick<FeedStore, 'answerQuestion' | 'takeBackAnswer' | 'answers' | 'answersAbout'> {
  return {
    answerQuestion: (id, answer, at, by = 'person') =>
      run(async (trx) => {
        const asked = await trx.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).where('answer', 'is', null).forUpdate().executeTakeFirst()
        if (asked === undefined) return
        const question = questions.read(asked)
        const who = by === 'person' ? currentActor() : null
        const { row, other } = await sidesOf(trx, tenantId, question)
        const merged = mergedBy(answer, row, other)
        const ended = endedTransfer(row, merged)
        const mates = ended === null ? [] : await heldRows(trx, tenantId, sql`transfer = ${ended} and state <> 'withdrawn' and id <> ${merged!.id}`)
        const instant = answerInstant(at, [row, other, ...mates])
        const carried = merged === null ? [] : carry(question, await othersAbout(trx, tenantId, question), instant)
        const moved = JSON.stringify(carried.map((one) => one.carried))
        await trx.updateTable('relink.questions').set({ answer, answered_at: instant, answered_by: by, answerer: who, answered_after: lastPage(tenantId, question.accountId), carried: moved, ...(by === 'bank' ? { pattern: null } : {}) }).where('tenant_id', '=', tenantId).where('id', '=', question.id).execute()
        if (merged !== null) await restate(trx, tenantId, restatedAsOne(await booksOf(trx, tenantId, row.accountId), row, await told(trx, tenantId, merged)))
        if (answer === 'removed') await restate(trx, tenantId, restatedWithout(await booksOf(trx, tenantId, row.accountId), await told(trx, tenantId, row), question))
        const toldByBank = needsTeller(row, merged) ? { row: await isToldByBank(trx, tenantId, row), merged: await isToldByBank(trx, tenantId, merged) } : { row: false, merged: false }
        for (const decided of applyAnswer(row, merged, answer, instant, toldByBank, who)) await storeDecided(trx, tenantId, decided)
        for (const mate of mates) await storeDecided(trx, tenantId, unpaired(mate, await historyOf(trx, tenantId, mate.id), 'person', instant, who))
        if (merged === null) return
        await sql`insert into relink.answer_moves (tenant_id, question_id, source_id, key, tier)
          select tenant_id, ${question.id}, source_id, key, tier from relink.observations where tenant_id = ${tenantId} and transaction_id = ${merged.id}`.execute(trx)
        await trx.updateTable('relink.observations').set({ transaction_id: row.id, tier: 'person' }).where('tenant_id', '=', tenantId).where('transaction_id', '=', merged.id).execute()
        for (const { now } of carried) await putAsked(trx, tenantId, now)
      }),
    takeBackAnswer: (id, at, contentKeyOf) =>
      run(async (trx) => {
        const answered = await trx.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('id', '=', idKey(id)).where('answered_by', '=', 'person').forUpdate().executeTakeFirst()
        if (answered === undefined) return 'no_answer'
        const question = questions.read(answered)
        const { row, other } = await sidesOf(trx, tenantId, question)
        const elsewhere = await sql`select 1 from relink.answer_moves m join relink.observations o on o.tenant_id = m.tenant_id and o.source_id = m.source_id and o.key = m.key
          where m.tenant_id = ${tenantId} and m.question_id = ${question.id} and o.transaction_id <> ${question.transactionId} limit 1`.execute(trx)
        const carried = answered.carried as readonly Carried[]
        const others = carried.length === 0 ? [] : await askedOf(trx, tenantId, carried.map((one) => one.id))
        if (elsewhere.rows.length > 0 || isMergedLater(question, row, other) || isRestedOn(carried, others)) return 'later_first'
        if (await isUnreported(trx, tenantId, question)) return 'run_first'
        const transfer = question.answer === 'same' ? (other?.decisions.transfer ?? null) : null
        const changedThen = transfer === null ? [] : await heldRows(trx, tenantId, sql`id in (select transaction_id from relink.transaction_changes where tenant_id = ${tenantId} and at = ${question.answeredAt} and reason = 'person')`)
        const mates: NewTransaction[] = []
        for (const mate of changedThen) if (wasUnpaired(await historyOf(trx, tenantId, mate.id), transfer!, question.answeredAt)) mates.push(mate)
        const isAlone: boolean[] = []
        for (const side of [row, ...(other === null ? [] : [other]), ...mates]) {
          const back = withoutAnswer(side, await historyOf(trx, tenantId, side.id), question, at, contentKeyOf)
          if (back !== null) await storeDecided(trx, tenantId, back)
          if (mates.includes(side)) isAlone.push((back?.row ?? side).decisions.transfer !== transfer)
        }
        // A side that is one of another transfer by now leaves this one alone.
        if (isAlone.length > 0 && isAlone.every(Boolean)) await storeDecided(trx, tenantId, unpaired((await sidesOf(trx, tenantId, question)).other!, await historyOf(trx, tenantId, other!.id), 'reopened', at))
        await sql`update relink.observations o set transaction_id = ${question.otherTransactionId}, tier = m.tier from relink.answer_moves m
          where m.tenant_id = ${tenantId} and m.question_id = ${question.id} and o.tenant_id = ${tenantId} and o.source_id = m.source_id and o.key = m.key and o.transaction_id = ${question.transactionId}`.execute(trx)
        const back = await sidesOf(trx, tenantId, question)
        if (question.answer === 'same' && back.other !== null) {
          await restate(trx, tenantId, restatedAsTwo(await booksOf(trx, tenantId, question.accountId), await told(trx, tenantId, back.row), await told(trx, tenantId, back.other), question))
        }
        if (question.answer === 'removed') await restate(trx, tenantId, restatedWith(await booksOf(trx, tenantId, question.accountId), back.row, question))
        await trx.deleteFrom('relink.answer_moves').where('tenant_id', '=', tenantId).where('question_id', '=', question.id).execute()
        for (const now of carriedBack(question, carried, others)) await putAsked(trx, tenantId, now)
        await trx.updateTable('relink.questions').set({ answer: null, answered_at: null, answered_by: null, answerer: null, answered_after: null, carried: '[]' }).where('tenant_id', '=', tenantId).where('id', '=', question.id).execute()
        return 'back'
      }),
    async answers(limit) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('answered_by', '=', 'person').orderBy('answered_at', 'desc').orderBy('id', 'desc').limit(limit),
      ])
      return rows.map((row) => questions.read(row))
    },
    async answersAbout(id) {
      const [{ rows }] = await inOneTrip(db, tenantId, [
        db.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('answered_by', '=', 'person').where((is) => is.or([is('transaction_id', '=', idKey(id)), is('other_transaction_id', '=', idKey(id))])).orderBy('answered_at').orderBy('id'),
      ])
      return rows.map((row) => questions.read(row))
    },
  }
}

/** The newest page of the account, as it is in the same statement; 0: none. */
function lastPage(tenantId: string, accountId: string): RawBuilder<number> {
  return sql<number>`(select coalesce(max(newest.seq), 0) from relink.account_sources s
    cross join lateral (select p.seq from relink.pages p where p.tenant_id = s.tenant_id and p.source_id = s.id order by p.seq desc limit 1) newest
    where s.tenant_id = ${tenantId} and s.account_id = ${accountId})`
}

async function sidesOf(trx: Session, tenantId: string, { transactionId, otherTransactionId }: Question): Promise<{ readonly row: NewTransaction; readonly other: NewTransaction | null }> {
  const ids = [transactionId, ...(otherTransactionId === null ? [] : [otherTransactionId])]
  const locked = await trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', tenantId).where('id', 'in', ids).orderBy('id').forUpdate().execute()
  const rows = new Map(locked.map((row) => [row.id as string, readTransaction(row)]))
  return { row: rows.get(transactionId)!, other: otherTransactionId === null ? null : (rows.get(otherTransactionId) ?? null) }
}

/** Those of the tenant's rows, held in the order of their ids. */
async function heldRows(trx: Session, tenantId: string, which: RawBuilder<unknown>): Promise<readonly NewTransaction[]> {
  const rows = await trx.selectFrom('relink.transactions').selectAll().where('tenant_id', '=', tenantId).where(sql<boolean>`${which}`).orderBy('id').forUpdate().execute()
  return rows.map((row) => readTransaction(row))
}

/** The other questions that name one of the two rows, oldest first, held. */
async function othersAbout(trx: Session, tenantId: string, { id, accountId, transactionId, otherTransactionId }: Question): Promise<readonly Asked[]> {
  const both = [transactionId, otherTransactionId!]
  const rows = await trx.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('account_id', '=', accountId).where('id', '!=', id)
    .where((eb) => eb.or([eb('transaction_id', 'in', both), eb('other_transaction_id', 'in', both)])).orderBy('asked_at').orderBy('id').forUpdate().execute()
  return rows.map(readAsked)
}

async function askedOf(trx: Session, tenantId: string, ids: readonly string[]): Promise<readonly Asked[]> {
  return (await trx.selectFrom('relink.questions').selectAll().where('tenant_id', '=', tenantId).where('id', 'in', ids).orderBy('id').forUpdate().execute()).map(readAsked)
}

function readAsked(row: Selectable<Tables['relink.questions']>): Asked {
  return { question: questions.read(row), closedBy: row.closed_by, answeredBy: row.answered_by }
}

async function putAsked(trx: Session, tenantId: string, { question: { id, transactionId, otherTransactionId, answer, answeredAt }, closedBy }: Asked): Promise<void> {
  await trx.updateTable('relink.questions').set({ transaction_id: transactionId, other_transaction_id: otherTransactionId, answer, answered_at: answeredAt, closed_by: closedBy })
    .where('tenant_id', '=', tenantId).where('id', '=', id).execute()
}

/** Whether all reports of a side, as it would be without the answer, are of runs that do not count, and none that does showed them again. */
async function isUnreported(trx: Session, tenantId: string, { id, transactionId, otherTransactionId }: Question): Promise<boolean> {
  const { rows } = await sql`
    select from relink.observations o left join relink.answer_moves m on m.tenant_id = o.tenant_id and m.question_id = ${id} and m.source_id = o.source_id and m.key = o.key
    where o.tenant_id = ${tenantId} and o.transaction_id in (${transactionId}, ${otherTransactionId ?? transactionId})
    group by case when m.key is null then o.transaction_id else ${otherTransactionId}::uuid end
    having not bool_or(case when ${counts(tenantId, 'o.run_id')} then true else exists (
      select from relink.pages p where p.tenant_id = o.tenant_id and p.source_id = o.source_id and o.id = any(p.seen) and ${counts(tenantId, 'p.run_id')}) end)`.execute(trx)
  return rows.length > 0
}

async function booksOf(trx: Session, tenantId: string, accountId: string): Promise<Books> {
  const own = { tenant_id: tenantId, account_id: accountId }
  const held = await trx.selectFrom('relink.balance_spans').selectAll().where((eb) => eb.and(own)).orderBy('source_id').orderBy('from_on').orderBy('to_on').orderBy('seq').execute()
  // Most accounts of files have none: nothing else need be read then.
  if (held.length === 0) return { spans: [], balances: [], coverage: [] }
  const stated = await trx.selectFrom('relink.balances').selectAll().where((eb) => eb.and(own)).where(counts(tenantId, 'relink.balances.run_id')).orderBy('seq').execute()
  const covered = await trx.selectFrom('relink.coverage').selectAll().where((eb) => eb.and(own)).where(counts(tenantId, 'relink.coverage.run_id')).execute()
  return {
    spans: held.map((row) => undated(spans.read(row))), balances: stated.map(balances.read).map(({ statedOn, ...balance }) => ({ ...balance, on: statedOn })), coverage: covered.map((row) => undated(coverage.read(row))),
  }
}

async function isToldByBank(trx: Session, tenantId: string, { id }: NewTransaction): Promise<boolean> {
  const { rows } = await sql`select from relink.observations o join relink.account_sources s on s.tenant_id = o.tenant_id and s.id = o.source_id
    where o.tenant_id = ${tenantId} and o.transaction_id = ${id} and o.status = 'posted' and s.connection_id is not null limit 1`.execute(trx)
  return rows.length > 0
}

async function told(trx: Session, tenantId: string, row: NewTransaction): Promise<Told> {
  const report = await trx.selectFrom('relink.observations').selectAll().where('tenant_id', '=', tenantId).where('transaction_id', '=', row.id).where('status', '=', 'posted')
    .orderBy('observed_at').orderBy('id').limit(1).executeTakeFirst()
  return { row, history: await historyOf(trx, tenantId, row.id), report: report === undefined ? null : observations.read(report) }
}

async function historyOf(trx: Session, tenantId: string, transactionId: string): Promise<readonly TransactionChange[]> {
  return (await trx.selectFrom('relink.transaction_changes').selectAll().where('tenant_id', '=', tenantId).where('transaction_id', '=', transactionId).orderBy('seq').execute()).map((row) => changes.read(row))
}

/** A span that a read has replaced meanwhile stays as that one wrote it. */
async function restate(trx: Session, tenantId: string, changed: readonly Restated[]): Promise<void> {
  for (const { before, after } of changed) {
    const [was, is] = [spans.write(dated(before)), spans.write(dated(after))]
    const { numDeletedRows } = await trx.deleteFrom('relink.balance_spans').where('tenant_id', '=', tenantId).where((eb) => eb.and(was as never)).executeTakeFirst()
    if (numDeletedRows > 0n) await trx.insertInto('relink.balance_spans').values({ tenant_id: tenantId, ...is } as never).execute()
  }
}
