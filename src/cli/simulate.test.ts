/** `relink simulate` as a program that others call: the document, the status, and the end by a signal. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { memoryGround, type OpenGround } from '../../sim/ground.ts'
import { PLANTED_BUGS } from '../../sim/planted/index.ts'
import { Footprint } from './footprint.ts'
import { createOutput } from './output.ts'
import { simulateCommand, type SimulateOptions } from './simulate.ts'

type Document = { readonly totals: Record<string, number>; readonly classes: readonly Record<string, unknown>[]; readonly failures: readonly { readonly line: string }[]; readonly planted: readonly Record<string, unknown>[] }

const SUMS = ['seeds', 'rows', 'lost', 'doubled', 'wronglyMerged', 'wrongAmount', 'wrongDay', 'questions', 'coveredDays', 'provedDays']

/** What the command printed and with which status it would have ended. */
async function run(options: SimulateOptions, { json = true, open }: { readonly json?: boolean; readonly open?: () => Promise<OpenGround> } = {}): Promise<{ readonly text: string; readonly beside: string; readonly status: number }> {
  const [printed, beside]: [string[], string[]] = [[], []]
  const into = (lines: string[]): Writable => new Writable({ write: (chunk, _encoding, done) => { lines.push(String(chunk)); done() } })
  const before = process.exitCode
  try {
    await simulateCommand(createOutput(json, { out: into(printed), err: into(beside), noColour: true }), options, open)
    return { text: printed.join(''), beside: beside.join(''), status: Number(process.exitCode ?? 0) }
  } finally {
    process.exitCode = before
  }
}

/** A store that loses every row whose amount ends in 5 or 0. */
async function forgetful(): Promise<OpenGround> {
  const ground = await memoryGround()
  return {
    ...ground,
    async newTenant() {
      const store = await ground.newTenant()
      const isLost = ({ amount }: { readonly amount: bigint }): boolean => amount % 5n === 0n
      return { ...store, feed: { ...store.feed, commitPage: (page) => store.feed.commitPage({ ...page, inserts: page.inserts.filter((row) => !isLost(row)), observations: page.observations.filter((row) => !isLost(row)), questions: [] }) } }
    },
  }
}

test('one JSON document with the keys of the contract and nothing else; status 0 when all was well', async () => {
  const { text, status } = await run({ seed: '3', runs: 2 })
  const document = JSON.parse(text) as Document
  assert.deepEqual([status, text.split('\n').length, Object.keys(document), Object.keys(document.totals)], [0, 2, ['totals', 'classes', 'failures'], SUMS])
  assert.deepEqual([document.totals['seeds'], document.failures], [2, []])
  for (const row of document.classes) assert.deepEqual(Object.keys(row).sort(), ['class', 'fed', ...SUMS].sort())
})

test('status 1 when a seed fails, with the line that plays it again, told beside as soon as it is known', async () => {
  const { text, beside, status } = await run({ seed: 'quiet:1', runs: 1 }, { open: forgetful })
  const { totals, failures } = JSON.parse(text) as Document
  assert.equal(status, 1)
  assert.ok(totals['lost']! > 0 && /^quiet:1\/d\d+\/f\/c\/s$/.test(failures[0]?.line ?? ''), text)
  assert.equal(beside, `failed: relink simulate --seed ${failures[0]!.line}\n`)
})

test('a planted bug that is found is no failure; people are told of speed and memory', async () => {
  const { text, status } = await run({ planted: PLANTED_BUGS[0]!.name })
  assert.deepEqual([status, Object.keys((JSON.parse(text) as Document).planted[0]!)], [0, ['name', 'what', 'seeds', 'line', 'shown']])
  assert.match((await run({ seed: '1', runs: 1 }, { json: false })).text, /seeds a second of processor time, the start included\. Memory: \d+ MB at most\./)
})

test('a seed is what chance can take: 32 bits; more is refused, with and without a report', async () => {
  assert.equal((await run({ seed: 'quiet:4294967295', runs: 1 })).status, 0)
  for (const report of [undefined, 'repair'] as const) await assert.rejects(run({ seed: '4294967296', ...(report === undefined ? {} : { report }) }), /whole number up to 4294967295/)
})

test('a life of an account that fails ends with status 1 and its line, which plays it again and tells what was done', async () => {
  const { plant } = PLANTED_BUGS.find(({ name }) => name === 'amount-within-days')!
  const open = async (): Promise<OpenGround> => ({ ...(await memoryGround()), plant })
  const whole = await run({ lives: 'one', seed: '3', runs: 2 }, { json: false, open })
  const line = /failed: relink simulate --lives one --seed (3\/e[\d,]+): \d+ lost/.exec(whole.text)?.[1]
  assert.deepEqual([whole.status, line === undefined], [1, false], whole.text)
  const again = await run({ lives: 'one', seed: line!, runs: 1 }, { json: false, open })
  assert.deepEqual([again.status, /export of program 0: .* added/.test(again.text), /^lost: bought /m.test(again.text)], [1, true, true], again.text)
  const { text, status } = await run({ lives: 'one', seed: '3', runs: 1 })
  assert.deepEqual([status, (JSON.parse(text) as { readonly failures: unknown }).failures], [0, []])
  await assert.rejects(run({ lives: 'one', seed: '3/d5' }), /the line of a life/)
})

/** Plays quiet seeds until a signal comes with the second of them. */
async function stopped(json: boolean): Promise<{ readonly status: number | null; readonly out: string; readonly err: string }> {
  const script = `
    import { memoryGround } from ${JSON.stringify(new URL('../../sim/ground.ts', import.meta.url).href)}
    import { createOutput } from ${JSON.stringify(new URL('output.ts', import.meta.url).href)}
    import { simulateCommand } from ${JSON.stringify(new URL('simulate.ts', import.meta.url).href)}
    const ground = await memoryGround()
    let tenants = 0
    const open = async () => ({ ...ground,
      newTenant() { if (++tenants === 2) process.kill(process.pid, 'SIGINT'); return ground.newTenant() },
      async close() { process.stderr.write('closed after ' + tenants) } })
    await simulateCommand(createOutput(${json}, { out: process.stdout, err: process.stderr, noColour: true }), { seed: 'quiet:1', runs: 30 }, open)
      .catch((error) => process.stdout.write('', () => process.exit(error.status)))`
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  const told = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (told.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (told.err += chunk.toString()))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, ...told }
}

test('a signal ends the run between two seeds: what was opened is closed, the status is that of the signal, and no half a document is printed', async () => {
  const { status, out, err } = await stopped(true)
  assert.deepEqual([status, out], [130, ''])
  assert.match(err, /^closed after [2-9]$/)
})

// Fails when: a run of many hours that is stopped tells nothing of what it played (was so).
test('a run that is stopped tells what the seeds before show', async () => {
  const { status, out } = await stopped(false)
  assert.equal(status, 130)
  assert.match(out, /^Stopped after [1-9] of 30 seeds\. These show:\n/)
  assert.match(out, /^quiet +[1-9] [\s\S]*^[1-9] seeds from quiet:1: \d+ rows, 0 lost, 0 doubled/m)
})

test('memory is told at most, and for the first and the last tenth of many seeds', () => {
  const bytes = [300e6, 500e6, 400e6]
  const few = new Footprint(3, () => bytes.shift()!)
  for (const part of [1, 2, 3]) few.look(part)
  assert.equal(few.tell(), 'Memory: 500 MB at most.')
  const stopped = new Footprint(100, () => 7e6)
  stopped.look(1)
  assert.equal(stopped.tell(), 'Memory: 7 MB at most.')
  let now = 0
  const many = new Footprint(100, () => (now += 1e6))
  for (let part = 1; part <= 100; part++) many.look(part)
  assert.equal(many.tell(), 'Memory: 100 MB at most; 10 MB in the first tenth of the seeds, 100 MB in the last.')
})
