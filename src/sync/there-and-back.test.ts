/**
 * What taking back promises, over any history: whether a run counts is all that matters, not by which way it came to count. The same
 * runs in effect show the same feed; what an answer that counts shows stands, and nothing else; reading on, every row is there once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc, tries } from '../../test/tries.ts'
import { addDays, day } from '../domain/day.ts'
import { ok } from '../domain/result.ts'
import type { StatementHead, StatementPart, StatementRow, StatementStream } from '../domain/statement.ts'
import { createMemoryStore } from '../store/memory/store.ts'
import { disableConnection, enableConnection } from './connect.ts'
import { importStatements } from './import.ts'
import { previewReconnect, switchPreview, takeBack } from './preview.ts'
import { recomputeAccount } from './recompute.ts'
import { syncConnection } from './sync.ts'
import { decimal, row, World } from './testing.ts'
import { contentKeyOf } from './undo.ts'

const NAMES = ['Bakery', 'Bakery Main', 'Cinema', 'To Bob']
const HEAD: StatementHead = { account: { number: '100200300', bankId: '121', branchId: null, kind: 'checking', name: null }, currency: 'USD', covers: { from: null, to: null }, line: 1 }
const REQUEST = { institutionId: 'riverbank', connector: null, form: { user: 'anna', password: 'new' } }

const OVERLAP_DAYS = 20

const ledger = fc
  .array(fc.record({ day: fc.nat(17), cents: fc.integer({ min: 1, max: 4 }), name: fc.constantFrom(...NAMES), hasId: fc.boolean(), pending: fc.boolean() }), { maxLength: 16 })
  .map((rows) => rows.map((r, i): StatementRow => row(addDays(day('2026-03-02'), r.day), `-${r.cents}`, r.name, { providerId: r.hasId ? `id${i}` : null, status: r.pending && r.day > 12 ? 'pending' : 'posted' })))

const WHATS = ['read', 'read', 'reissue', 'settle', 'amend', 'file', 'part', 'answer', 'reopen', 'recompute', 'reconnect', 'off', 'undo'] as const
type Event = { readonly what: (typeof WHATS)[number]; readonly days: number; readonly at: number }
const eventsOf = (whats: readonly Event['what'][], maxLength: number) => fc.array(fc.record({ what: fc.constantFrom(...whats), days: fc.nat(3), at: fc.nat(24) }), { maxLength, size: 'max' })
/** Something happens, then much is taken back and brought again, then more happens. */
const events = fc.tuple(eventsOf(WHATS, 8), eventsOf(['undo'], 8), eventsOf(WHATS, 5)).map((parts) => parts.flat())

function kindOf(day: string, amount: string, name: string | null): string {
  return `${day} ${amount} ${name!.replace(/( Ltd)+$/, '')}`
}

function lacking(wanted: readonly string[], there: readonly string[]): readonly string[] {
  const left = [...there]
  return wanted.filter((one) => {
    const at = left.indexOf(one)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
}

/** A bank, its person, and what was seen of the account so far. */
class Life {
  readonly world: World
  shown: readonly StatementRow[]
  /** Acts that are no runs, and stay. */
  acts = 0
  readonly files: (readonly StatementRow[])[] = []
  /** What each sign-in was shown. */
  readonly answers: { readonly by: string; readonly rows: readonly StatementRow[] }[] = []
  readonly pictures = new Map<string, unknown>()

  constructor(world: World, rows: readonly StatementRow[]) {
    this.world = world
    this.shown = rows
  }

  async play({ what, days, at }: Event, step: number): Promise<void> {
    const { world, shown } = this
    const chosen = shown[at % Math.max(1, shown.length)]
    // What a bank changes in days that are not asked for any more is not heard.
    const isHeard = chosen !== undefined && chosen.postedOn > addDays(day(world.today(days)), -OVERLAP_DAYS)
    world.now += 1_000
    if (what === 'reissue') this.shown = shown.map((r, i) => ({ ...r, providerId: r.providerId === null ? null : `s${step}-${i}` }))
    if (what === 'settle') this.shown = shown.map((r, i) => (r.status === 'pending' ? { ...r, status: 'posted', providerId: `p${step}-${i}`, postedOn: addDays(r.postedOn, 1) } : r))
    if (what === 'amend') this.shown = shown.map((r) => (r === chosen && isHeard ? { ...r, name: `${r.name} Ltd`, amount: decimal(`-${1 + (at % 4)}`) } : r))
    if (what === 'read' || what === 'reissue' || what === 'settle' || what === 'amend') await this.read(days)
    if (what === 'file' || what === 'part') await this.bring(this.posted().filter((_, i) => what === 'file' || i % 3 !== at % 3))
    if (what === 'answer') await this.answer(at)
    if (what === 'reopen') await this.reopen()
    if (what === 'recompute') await this.recompute()
    if (what === 'reconnect') await this.reconnect(step)
    if (what === 'off') await this.offAndOn()
    if (what === 'undo') await this.undo(at)
  }

  posted(): readonly StatementRow[] {
    return this.shown.filter((r) => r.status === 'posted' && r.postedOn <= this.world.today())
  }

  async read(days: number): Promise<void> {
    const { world } = this
    world.now += days * 86_400_000
    world.bank.rows = this.shown.filter((r) => r.postedOn <= world.today())
    const id = await this.connectionId()
    if (id === null) return
    this.answers.push({ by: id, rows: world.bank.rows })
    await syncConnection(world.deps, id, 'person')
  }

  async connectionId(): Promise<string | null> {
    return (await this.world.store.connections.list()).find(({ state }) => state === 'active' || state === 'connecting')?.id ?? null
  }

  async bring(rows: readonly StatementRow[]): Promise<void> {
    // Ids of the file's own, which stay with their rows.
    const file = rows.map((r) => ({ ...r, providerId: r.providerId === null ? null : `file-${this.shown.indexOf(r)}` }))
    this.files.push(file)
    const open = async function* (): StatementStream {
      const parts: StatementPart[] = [{ part: 'start', head: HEAD }, { part: 'rows', rows: file }, { part: 'end', covers: { from: null, to: null } }]
      for (const part of parts) yield ok(part)
    }
    await importStatements(this.world.deps, { open, accountId: null, label: 'march.ofx', dryRun: false, onProgress: null })
  }

  async answer(at: number): Promise<void> {
    const [question] = await this.world.store.feed.questions({ open: true })
    if (question === undefined) return
    this.acts++
    await this.world.store.feed.answerQuestion(question.id, question.kind === 'removed_at_bank' ? 'kept' : at % 2 === 0 ? 'same' : 'different', this.world.now)
  }

  async reopen(): Promise<void> {
    const [newest] = await this.world.store.feed.answers(1)
    if (newest === undefined) return
    this.acts++
    await this.world.store.feed.takeBackAnswer(newest.id, this.world.now, contentKeyOf)
  }

  async recompute(): Promise<void> {
    const [account] = await this.world.store.accounts.list()
    if (account !== undefined) await recomputeAccount({ ...this.world.deps, scratch: () => createMemoryStore().tenant('scratch') }, account.id, true)
  }

  async reconnect(step: number): Promise<void> {
    const { world } = this
    const id = await this.connectionId()
    if (id === null || (await world.store.accounts.list()).length === 0) return
    this.shown = this.shown.map((r, i) => ({ ...r, providerId: r.providerId === null ? null : `c${step}-${i}` }))
    world.bank.rows = this.shown.filter((r) => r.postedOn <= world.today())
    const done = await previewReconnect(world.deps, id, REQUEST)
    if (done.kind !== 'preview') return
    this.answers.push({ by: done.preview.shadowId, rows: world.bank.rows })
    await switchPreview(world.deps, done.preview.id)
  }

  async offAndOn(): Promise<void> {
    const { world } = this
    const id = await this.connectionId()
    if (id === null) return
    const before = await this.picture()
    await disableConnection(world.deps, id)
    await enableConnection(world.deps, id)
    assert.deepEqual(await this.picture(), before, 'switching off and on changed the feed')
  }

  async undo(at: number): Promise<void> {
    const { world } = this
    const runs = await world.store.runs.list({ limit: 99 })
    const undos = await world.store.history.undos()
    // Newest first, undos among them: taking back one of those brings a run again.
    const open = runs.filter(({ id, outcome }) => outcome !== 'running' && !undos.some((undo) => undo.runId === id && undo.redoneAt === null))
    const run = open[at % Math.max(1, open.length)]
    if (run === undefined) return
    const before = await this.picture()
    const done = await takeBack(world.deps, run.id)
    if (!done.ok) assert.deepEqual(await this.picture(), before, `refused and changed all the same: ${done.failure.message}`)
  }

  async accountId(): Promise<string | null> {
    return (await this.world.store.accounts.list())[0]?.id ?? null
  }

  /** What stands, as a person sees it. */
  async picture(): Promise<unknown> {
    const id = await this.accountId()
    if (id === null) return null
    const rows = await this.world.all()
    const open = await this.world.store.feed.questions({ open: true })
    return {
      rows: rows.filter(({ state }) => state !== 'withdrawn').map(({ updatedAt: _, createdAt: __, ...t }) => t).sort((a, b) => (a.id < b.id ? -1 : 1)),
      open: open.map(({ kind, transactionId, otherTransactionId }) => `${kind} ${transactionId} ${otherTransactionId}`).sort(),
    }
  }

  /** Reads whatever the bank has to the end: each row is there, and none twice without a question. */
  async readOn(): Promise<void> {
    const { world } = this
    // What a person said wrongly stays said.
    if (this.acts > 0) return
    // What is only pending at a sign-in that is not read any more ends after some days.
    for (const days of [1, 8, 14]) await this.read(days)
    const now = await this.connectionId()
    if (now === null) return
    const elsewhere = [...this.files, ...this.answers.flatMap(({ by, rows }) => (by === now ? [] : [rows]))]
    const rows = (await world.all()).filter(({ state }) => state !== 'withdrawn')
    // By amounts alone: whose words and day stand is another matter, and a file that left rows out of its days may have taken one for another.
    const lost = lacking(world.bank.rows.map((r) => `${r.amount}00 ${r.status}`), rows.map((t) => `${t.amount} ${t.state}`))
    assert.deepEqual(lost, [], `lost; the feed has ${(await world.feed()).join(', ')}`)
    const told = rows.map((t) => kindOf(t.postedOn, `${t.amount}`, t.name))
    const doubled = [...new Set(told)].flatMap((kind) => {
      const count = (list: readonly string[]) => list.filter((one) => one === kind).length
      const most = Math.max(...[world.bank.rows, ...elsewhere].map((list) => count(list.map((r) => kindOf(r.postedOn, `${r.amount}00`, r.name)))))
      return count(told) > most ? Array<string>(count(told) - most).fill(kind) : []
    })
    const open = await world.store.feed.questions({ open: true })
    assert.ok(doubled.length <= open.length, `${doubled.join(', ')} more often than any source shows it, and nobody is asked`)
  }

  async check(): Promise<void> {
    const { world } = this
    const accountId = await this.accountId()
    if (accountId === null) return
    const undone = new Set((await world.store.history.undos()).filter(({ redoneAt }) => redoneAt === null).map(({ runId }) => runId))
    const shown = new Set((await world.store.history.pages(accountId, 0, 9_999)).flatMap(({ seen }) => seen))
    for (const t of await world.all()) {
      const reports = await world.store.feed.observations(t.id)
      const isReported = reports.some(({ id, runId }) => !undone.has(runId) || shown.has(id))
      if (t.state !== 'withdrawn') assert.ok(isReported, `${t.postedOn} ${t.name} ${t.amount} stands, and nothing that counts reports it`)
      if (t.withdrawnReason === 'undone') assert.ok(!isReported, `${t.postedOn} ${t.name} ${t.amount} is withdrawn as taken back, and an answer that counts reports it`)
    }
    const runs = await world.store.runs.list({ limit: 99 })
    const counting = runs.filter(({ id, trigger }) => trigger !== 'undo' && !undone.has(id)).map(({ id }) => id).sort()
    const key = JSON.stringify([this.acts, counting])
    const picture = await this.picture()
    if (this.pictures.has(key)) assert.deepEqual(picture, this.pictures.get(key), 'the same runs in effect show another feed than before')
    else this.pictures.set(key, picture)
  }
}

test('whatever was read, imported, answered, reconnected, taken back and brought again: the runs that count make the feed', async () => {
  await fc.assert(
    fc.asyncProperty(ledger, events, async (rows, history) => {
      const world = await new World('2026-03-12').connect()
      world.bank.overlapDays = OVERLAP_DAYS
      const life = new Life(world, rows)
      for (const [step, event] of history.entries()) {
        await life.play(event, step)
        await life.check()
      }
      await life.readOn()
    }),
    // Found by chance: of two rows of a day and amount, one in words that are a part of the other's, the wrong one was that of the file;
    // an amount that the next sign-in shows, too, went back with the run that had changed it, and stayed wrong.
    {
      ...tries(60),
      examples: [
        [[row('2026-03-02', '-1', 'Bakery'), row('2026-03-10', '-4', 'Bakery'), row('2026-03-10', '-4', 'Bakery Main')], [{ what: 'part', days: 0, at: 1 }]],
        [[...Array.from({ length: 4 }, () => row('2026-03-02', '-1', 'Bakery')), row('2026-03-02', '-2', 'Bakery', { providerId: 'id4' })], [{ what: 'read', days: 0, at: 0 }, { what: 'amend', days: 0, at: 24 }, { what: 'reconnect', days: 0, at: 0 }, { what: 'undo', days: 0, at: 14 }]],
      ],
    },
  )
})
