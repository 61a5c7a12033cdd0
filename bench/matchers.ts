/**
 * The same streams of bank answers given to Relink's matcher and to other ways of matching: rows lost, doubled (too many,
 * or with a day or amount that the bank does not have) and merged (taken for another row), for each class of fault.
 *
 *   node bench/matchers.ts [--json] [seeds]        default: 3 seeds
 */
import { moneyOf } from '../src/domain/money.ts'
import { createMemoryStore } from '../src/store/memory/store.ts'
import { Answer } from '../src/sync/answer.ts'
import { PEERS } from './matchers-peers.ts'
import { CLASSES, streamsOf, type Stream } from './matchers-streams.ts'

/** What a way of matching made of one stream. `reported`: the truths that it took for anything at all. */
type Feed = { readonly rows: readonly string[]; readonly reported: ReadonlySet<string>; readonly questions: number }
type Score = { lost: number; doubled: number; merged: number; questions: number }
type Line = { readonly name: string; readonly rows: number; readonly scores: Readonly<Record<string, Score>> }

const args = process.argv.slice(2)
const seeds = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 3)
const MATCHERS: Readonly<Record<string, (stream: Stream) => Promise<Feed>>> = {
  Relink: relinkFeed,
  ...Object.fromEntries(PEERS.map(({ name, feedOf }) => [name, async (stream: Stream): Promise<Feed> => {
    const rows = feedOf(stream.answers.map((answer) => answer))
    return { rows: rows.map((row) => `${row.on} ${minorOf(row.amount, stream.currency)}`), reported: new Set(rows.flatMap((row) => [...row.truths])), questions: 0 }
  }])),
}

const lines: Line[] = []
for (const name of CLASSES) lines.push(await measure(name))
lines.push({ name: 'all', rows: lines.reduce((sum, line) => sum + line.rows, 0), scores: Object.fromEntries(Object.keys(MATCHERS).map((matcher) => [matcher, lines.map((line) => line.scores[matcher]!).reduce(add, nothing())])) })
if (args.includes('--json')) process.stdout.write(`${JSON.stringify(lines)}\n`)
else print(lines)

async function measure(name: string): Promise<Line> {
  const scores: Record<string, Score> = Object.fromEntries(Object.keys(MATCHERS).map((matcher) => [matcher, nothing()]))
  let rows = 0
  for (let seed = 1; seed <= seeds; seed++) {
    for (const stream of streamsOf(name, seed)) {
      rows += stream.truth.length
      for (const [matcher, feedOf] of Object.entries(MATCHERS)) scores[matcher] = add(scores[matcher]!, judge(stream, await feedOf(stream)))
    }
  }
  return { name, rows, scores }
}

/** By day and amount: what of the truth has no row of its own, and which rows have no truth. */
function judge(stream: Stream, feed: Feed): Score {
  const left = new Map<string, number>()
  for (const row of feed.rows) left.set(row, (left.get(row) ?? 0) + 1)
  const score = { ...nothing(), questions: feed.questions }
  for (const { id, on, minor } of stream.truth) {
    const key = `${on} ${minor}`
    const count = left.get(key) ?? 0
    if (count > 0) left.set(key, count - 1)
    else if (feed.reported.has(id)) score.merged++
    else score.lost++
  }
  for (const count of left.values()) score.doubled += count
  return score
}

async function relinkFeed(stream: Stream): Promise<Feed> {
  const store = createMemoryStore().tenant('bench')
  let ids = 0
  const newId = (): string => `00000000-0000-7000-8000-${(++ids).toString(16).padStart(12, '0')}`
  const account = { id: newId(), name: 'Bench', number: '1', bankId: null, kind: 'checking' as const, currency: stream.currency, state: 'open' as const, institutionName: null, currencyIsSaid: false, startOn: null, createdAt: 0 }
  const source = { id: newId(), accountId: account.id, connectionId: null, ref: { bankId: null, branchId: null, number: '1', kind: 'checking' as const }, state: 'active' as const, sign: 1 as const }
  await store.accounts.create(account, source)
  let questions = 0
  for (const { at, asked, rows, balance } of stream.answers) {
    const runId = newId()
    await store.runs.create({ id: runId, connectionId: null, trigger: 'schedule', startedAt: at, endedAt: null, outcome: 'running', stage: null, accounts: [], failure: null, label: null })
    const answer = new Answer({ feed: store.feed, account, source, runId, now: () => at, newId }, asked, 5_000)
    const added = await answer.add(rows.map(({ row }) => row))
    const done = added.ok ? await answer.finish({ covers: asked, balances: [balance], cursor: () => null }) : added
    if (done.ok) questions += done.value.counts.questions
  }
  const posted = (await store.feed.transactions({ accountId: account.id, limit: 100_000, states: ['posted'] })).rows
  return { rows: posted.map((row) => `${row.postedOn} ${row.amount}`), reported: new Set(stream.answers.flatMap(({ rows }) => rows.map(({ truth }) => truth))), questions }
}

function minorOf(amount: Parameters<typeof moneyOf>[0], currency: string): bigint {
  const money = moneyOf(amount, currency)
  if (!money.ok) throw new Error(money.failure.message)
  return money.value.minor
}

function nothing(): Score {
  return { lost: 0, doubled: 0, merged: 0, questions: 0 }
}

function add(a: Score, b: Score): Score {
  return { lost: a.lost + b.lost, doubled: a.doubled + b.doubled, merged: a.merged + b.merged, questions: a.questions + b.questions }
}

function print(table: readonly Line[]): void {
  const matchers = Object.keys(MATCHERS)
  process.stdout.write(`lost/doubled/merged${''.padEnd(12)}${'rows'.padStart(7)}${matchers.map((name) => name.padStart(24)).join('')}   questions of Relink\n`)
  for (const { name, rows, scores } of table) {
    const cells = matchers.map((matcher) => `${scores[matcher]!.lost}/${scores[matcher]!.doubled}/${scores[matcher]!.merged}`.padStart(24))
    process.stdout.write(`${name.padEnd(31)}${String(rows).padStart(7)}${cells.join('')}   ${scores['Relink']!.questions}\n`)
  }
}
