/** One id that answers of one source show on two days. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day, maxDay, type Day, type DayRange } from '../domain/day.ts'
import { row, World } from './testing.ts'

/** The bank shows days from this one on. */
function showsFrom(first: Day): (asked: DayRange) => DayRange | null {
  return ({ from, to }) => (to < first ? null : { from: maxDay(from, first), to })
}

// Fails when: an answer that does not show the other day is taken for a word about it (simulate --seed 2200000663).
for (const answer of ['same', 'different'] as const) {
  test(`an id that two answers show on two days is asked about until somebody says: ${answer}`, async () => {
    const world = await new World('2026-03-20').connect()
    const paid = row('2026-03-12', '240', 'Payment', { providerId: 'p1' })
    world.bank.rows = [paid, row('2026-03-19', '-7', 'Lunch', { providerId: 'p3' })]
    world.bank.covers = showsFrom(day('2026-03-12'))
    await world.sync()
    // The bank dates it a day before those that it ever says it shows; then it dates it as it was.
    world.bank.covers = showsFrom(day('2026-03-14'))
    world.bank.onRead = (_, __, asked) => world.bank.pages(asked, [{ ...paid, postedOn: day('2026-03-11') }, ...world.bank.rows.slice(1)])
    await world.sync(1)
    assert.deepEqual(await world.openQuestions(), ['same_transaction'])
    world.bank.covers = showsFrom(day('2026-03-12'))
    world.bank.onRead = () => null
    await world.sync(1)
    assert.deepEqual(await world.openQuestions(), ['same_transaction'])
    const [question] = await world.store.feed.questions({ open: true })
    await world.store.feed.answerQuestion(question!.id, answer, world.now)
    assert.deepEqual((await world.feed()).filter((one) => one.includes('Payment')), answer === 'same' ? ['2026-03-12 24000 Payment'] : ['2026-03-11 24000 Payment', '2026-03-12 24000 Payment'])
  })
}
