/** Answers to questions, and the way back, in memory; see `FeedStore`. */
import type { Question } from '../../domain/transaction.ts'
import { currentActor } from '../../acting/acting.ts'
import type { FeedStore } from '../../ports/feed.ts'
import { carriedBack, carry, isRestedOn, type Asked } from '../carry.ts'
import { answerInstant, applyAnswer, endedTransfer, mergedBy, needsTeller, unpaired, wasUnpaired } from '../decide.ts'
import { restatedAsOne, restatedAsTwo, restatedWith, restatedWithout, type Books, type Restated, type Told } from '../span-sums.ts'
import { isMergedLater, withoutAnswer } from '../undo.ts'
import { by as inOrder } from './order.ts'
import { counting, put } from './feed.ts'
import type { NewTransaction } from '../../ports/feed.ts'
import type { TenantState } from './state.ts'
import { countingReports } from './undone.ts'

export function memoryAnswers(state: TenantState): Pick<FeedStore, 'answerQuestion' | 'takeBackAnswer' | 'answers' | 'answersAbout'> {
  const { feed, questions, answered } = state
  return {
    async answerQuestion(id, answer, at, by = 'person') {
      const question = questions.get(id)
      const row = question === undefined ? undefined : feed.transactions.get(question.transactionId)
      if (question === undefined || question.answer !== null || row === undefined) return
      const other = question.otherTransactionId === null ? null : (feed.transactions.get(question.otherTransactionId) ?? null)
      const merged = mergedBy(answer, row, other)
      const ended = endedTransfer(row, merged)
      const mates = ended === null ? [] : [...feed.transactions.values()].filter(({ id: mate, state: now, decisions }) => decisions.transfer === ended && now !== 'withdrawn' && mate !== merged!.id)
      const who = by === 'person' ? currentActor() : null
      const instant = answerInstant(at, [row, other, ...mates])
      questions.set(id, { ...question, answer, answeredAt: instant, answerer: who, ...(by === 'bank' ? { pattern: null } : {}) })
      if (merged !== null) restate(state, restatedAsOne(booksOf(state, row.accountId), row, told(state, merged)))
      if (answer === 'removed') restate(state, restatedWithout(booksOf(state, row.accountId), told(state, row), question))
      const carried = merged === null ? [] : carry(question, othersAbout(state, question), instant)
      const moved = merged === null ? [] : feed.observationsOf(merged.id).map((stored) => ({ stored, tier: stored.tier }))
      state.answeredAfter.set(id, state.pages.length)
      if (by === 'person') answered.set(id, { reports: moved, questions: carried.map((one) => one.carried) })
      const toldByBank = needsTeller(row, merged) ? { row: isToldByBank(state, row), merged: isToldByBank(state, merged) } : { row: false, merged: false }
      for (const decided of applyAnswer(row, merged, answer, instant, toldByBank, who)) put(feed, decided)
      for (const mate of mates) put(feed, unpaired(mate, feed.history.get(mate.id) ?? [], 'person', instant, who))
      if (merged !== null) feed.moveObservations(merged.id, row.id, 'person')
      for (const { now } of carried) putAsked(state, now)
    },
    async takeBackAnswer(id, at, contentKeyOf) {
      const [question, moved] = [questions.get(id), answered.get(id)]
      if (question === undefined || moved === undefined) return 'no_answer'
      const [row, other] = sidesOf(state, question)
      const others = moved.questions.map((carried) => asked(state, questions.get(carried.id)!))
      const isElsewhere = moved.reports.some(({ stored }) => stored.transactionId !== question.transactionId)
      if (isElsewhere || isMergedLater(question, row!, other ?? null) || isRestedOn(moved.questions, others)) return 'later_first'
      const movedReports = new Set(moved.reports.map(({ stored }) => stored))
      const reports = [...movedReports, ...feed.observationsOf(other?.id ?? '')]
      if ([reports, feed.observationsOf(row!.id).filter((stored) => !movedReports.has(stored))].some((own) => own.length > 0 && !own.some(countingReports(state)))) return 'run_first'
      const { transfer } = other?.decisions ?? { transfer: null }
      const mates = question.answer !== 'same' || transfer === null ? [] : [...feed.history].flatMap(([side, history]) => (wasUnpaired(history, transfer, question.answeredAt) ? [feed.transactions.get(side)!] : []))
      for (const side of [row, other, ...mates]) {
        const back = side === undefined ? null : withoutAnswer(side, feed.history.get(side.id) ?? [], question, at, contentKeyOf)
        if (back !== null) put(feed, back)
      }
      // A side that is one of another transfer by now leaves this one alone.
      const isAlone = mates.length > 0 && mates.every(({ id: mate }) => feed.transactions.get(mate)!.decisions.transfer !== transfer)
      if (isAlone) put(feed, unpaired(feed.transactions.get(other!.id)!, feed.history.get(other!.id) ?? [], 'reopened', at))
      for (const { stored, tier } of moved.reports) if (stored.transactionId === question.transactionId) feed.moveObservation(stored, question.otherTransactionId!, tier)
      const [back, backOther] = sidesOf(state, question)
      if (question.answer === 'same' && backOther !== undefined) restate(state, restatedAsTwo(booksOf(state, question.accountId), told(state, back!), told(state, backOther), question))
      if (question.answer === 'removed') restate(state, restatedWith(booksOf(state, question.accountId), back!, question))
      for (const now of carriedBack(question, moved.questions, others)) putAsked(state, now)
      answered.delete(id)
      state.answeredAfter.delete(id)
      questions.set(id, { ...question, answer: null, answeredAt: null, answerer: null })
      return 'back'
    },
    async answers(limit) {
      const own = [...answered.keys()].flatMap((id) => questions.get(id) ?? [])
      return own.sort(inOrder((question) => question.answeredAt!, (question) => question.id)).reverse().slice(0, limit)
    },
    async answersAbout(id) {
      const own = [...answered.keys()].flatMap((one) => questions.get(one) ?? []).filter(({ transactionId, otherTransactionId }) => transactionId === id || otherTransactionId === id)
      return own.sort(inOrder((question) => question.answeredAt!, (question) => question.id))
    },
  }
}

function sidesOf({ feed }: TenantState, { transactionId, otherTransactionId }: Question): readonly (NewTransaction | undefined)[] {
  return [transactionId, otherTransactionId ?? ''].map((side) => feed.transactions.get(side))
}

/** The other questions that name one of the two rows. */
function othersAbout(state: TenantState, { id, transactionId, otherTransactionId }: Question): readonly Asked[] {
  const names = (side: string | null): boolean => side !== null && (side === transactionId || side === otherTransactionId)
  return [...state.questions.values()].filter((other) => other.id !== id && (names(other.transactionId) || names(other.otherTransactionId)))
    .sort(inOrder((other) => other.askedAt, (other) => other.id)).map((other) => asked(state, other))
}

function asked(state: TenantState, question: Question): Asked {
  return { question, closedBy: state.questionRuns.get(question.id)?.closedBy ?? null, answeredBy: question.answer === null ? null : state.answered.has(question.id) ? 'person' : 'bank' }
}

function putAsked(state: TenantState, { question, closedBy }: Asked): void {
  state.questions.set(question.id, question)
  state.questionRuns.set(question.id, { runId: state.questionRuns.get(question.id)?.runId ?? null, closedBy })
}

function booksOf(state: TenantState, accountId: string): Books {
  const own = <T extends { readonly accountId: string }>(all: readonly T[]): readonly T[] => all.filter((one) => one.accountId === accountId)
  return { spans: own(state.spans), balances: own(counting(state, state.balances)), coverage: own(counting(state, state.coverage)) }
}

function isToldByBank({ feed, sources }: TenantState, { id }: NewTransaction): boolean {
  return feed.observationsOf(id).some(({ row }) => row.status === 'posted' && sources.get(row.sourceId)?.connectionId != null)
}

function told({ feed }: TenantState, row: NewTransaction): Told {
  const posted = feed.observationsOf(row.id).map((stored) => stored.row).filter(({ status }) => status === 'posted')
  return { row, history: feed.history.get(row.id) ?? [], report: posted.sort(inOrder((report) => report.observedAt, (report) => report.id))[0] ?? null }
}

function restate(state: TenantState, changed: readonly Restated[]): void {
  for (const { before, after } of changed) state.spans[state.spans.indexOf(before)] = after
}
