/**
 * How fast and in how much memory OFX is read: a generated SGML file of 1,000,000 transactions (about 185 MB), ten times
 * as much without a file, three peers at 100,000 rows, and the floor: a loop that looks at every byte and does nothing.
 * Every measurement runs in a fresh process, on one core where `taskset` is there to hold it.
 *
 *   node bench/ofx.ts [--json] [--quick]        --quick: a tenth of the rows, to see that it works
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { readOfx } from '../src/formats/ofx/read.ts'
import { ofxFile } from './ofx-file.ts'

type Measured = { readonly seconds: number; readonly cpuSeconds: number; readonly rows: number; readonly bytes: number; readonly peakRssMb: number }
type Line = Measured & { readonly what: string; readonly mbPerSecond: number }
type Report = { readonly cpu: string; readonly lines: readonly Line[]; readonly ratios: Readonly<Record<string, number | null>> }

const BLOCK = 131_072
/** V8 lets the space for young objects grow to three times 32 MB for no gain here; this bounds it for a program of any length. */
const RELINK_FLAGS = ['--max-semi-space-size=16']
const PEERS = ['ofx-js', 'node-ofx-parser', 'ofx-data-extractor'] as const

/** What a child process does; it prints one `Measured`. */
const TASKS: Readonly<Record<string, (argument: string) => Promise<{ rows: number; bytes: number }>>> = {
  read: (path) => count(createReadStream(path, { highWaterMark: BLOCK }), statSync(path).size),
  async pipe() {
    let bytes = 0
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
        bytes += chunk.length
        yield chunk
      }
    }
    return { ...(await count(chunks(), 0)), bytes }
  },
  async scan(path) {
    let tags = 0
    for await (const chunk of createReadStream(path, { highWaterMark: BLOCK }) as AsyncIterable<Uint8Array>) {
      for (let at = 0; at < chunk.length; at++) if (chunk[at] === 60) tags++
    }
    return { rows: tags, bytes: statSync(path).size }
  },
  async 'ofx-js'(path) {
    const { parse } = await import('ofx-js')
    const data = (await parse(readFileSync(path, 'utf8'))) as unknown as Nested
    return { rows: rowsIn(data), bytes: statSync(path).size }
  },
  async 'node-ofx-parser'(path) {
    // @ts-expect-error: the package has no types
    const parser = (await import('node-ofx-parser')) as { default: { parse(text: string): Nested } }
    return { rows: rowsIn(parser.default.parse(readFileSync(path, 'utf8'))), bytes: statSync(path).size }
  },
  async 'ofx-data-extractor'(path) {
    const { Ofx } = await import('ofx-data-extractor')
    return { rows: new Ofx(readFileSync(path, 'utf8')).getBankTransferList().length, bytes: statSync(path).size }
  },
}

type Nested = { readonly [key: string]: Nested }

function rowsIn(data: Nested): number {
  const list = data['OFX']?.['BANKMSGSRSV1']?.['STMTTRNRS']?.['STMTRS']?.['BANKTRANLIST']?.['STMTTRN'] as unknown
  return Array.isArray(list) ? list.length : 0
}

async function count(chunks: AsyncIterable<Uint8Array>, bytes: number): Promise<{ rows: number; bytes: number }> {
  let rows = 0
  for await (const item of readOfx(chunks)) {
    if (!item.ok) throw new Error(item.failure.message)
    if (item.value.part === 'rows') rows += item.value.rows.length
  }
  return { rows, bytes }
}

async function child(task: string, argument: string): Promise<void> {
  if (task === 'generate') return pipeline(Readable.from(copies(Number(argument))), process.stdout)
  const work = TASKS[task]
  if (work === undefined) throw new Error(`no task ${task}`)
  const began = performance.now()
  const before = process.cpuUsage()
  const { rows, bytes } = await work(argument)
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - began) / 1000
  const measured: Measured = { seconds, cpuSeconds: (user + system) / 1e6, rows, bytes, peakRssMb: process.resourceUsage().maxRSS / 1024 }
  process.stdout.write(JSON.stringify(measured))
}

/** A pipe keeps chunks for a while, and the generator's share one buffer. */
function* copies(rows: number): Generator<Uint8Array> {
  for (const chunk of ofxFile(rows)) yield Buffer.from(chunk)
}

function start(task: string, argument: string, input: 'ignore' | 'pipe') {
  const flags = (PEERS as readonly string[]).includes(task) ? [] : RELINK_FLAGS
  return spawn(process.execPath, [...flags, fileURLToPath(import.meta.url), '--child', task, argument], { stdio: [input, 'pipe', 'pipe'] })
}

/** Null when the task fails: a peer may run out of memory. `generatedRows` come through a pipe from another process. */
async function measure(what: string, task: string, argument: string, generatedRows = 0): Promise<Line | null> {
  const run = start(task, argument, generatedRows > 0 ? 'pipe' : 'ignore')
  if (generatedRows > 0 && run.stdin !== null) start('generate', String(generatedRows), 'ignore').stdout?.pipe(run.stdin)
  const output = Promise.all([text(run.stdout as Readable), text(run.stderr as Readable)])
  const [status] = (await once(run, 'close')) as [number | null]
  const [out, errors] = await output
  if (status !== 0) {
    process.stderr.write(`${what} failed: ${errors.trim().split('\n').at(-1) ?? ''}\n`)
    return null
  }
  const measured = JSON.parse(out) as Measured
  return { what, ...measured, mbPerSecond: measured.bytes / 1e6 / measured.cpuSeconds }
}

function writeFile(path: string, rows: number): void {
  const file = openSync(path, 'w')
  for (const chunk of ofxFile(rows)) writeSync(file, chunk)
  closeSync(file)
}

async function report(rows: number): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'relink-bench-'))
  try {
    const [large, small] = [join(directory, 'large.ofx'), join(directory, 'small.ofx')]
    writeFile(large, rows)
    writeFile(small, rows / 10)
    const floor = await measure('floor: a scan of every byte', 'scan', large)
    const own = await measure('Relink', 'read', large)
    const ten = await measure('Relink, 10 times the size', 'pipe', '', rows * 10)
    const ownSmall = await measure('Relink, at the size of the peers', 'read', small)
    const peers: (Line | null)[] = []
    for (const name of PEERS) peers.push(await measure(name, name, small))
    const ratio = (one: Line | null, other: Line | null): number | null =>
      one === null || other === null ? null : one.mbPerSecond / other.mbPerSecond
    return {
      cpu: cpus()[0]?.model ?? 'unknown',
      lines: [floor, own, ten, ownSmall, ...peers].filter((line) => line !== null),
      ratios: {
        floorToRelink: ratio(floor, own),
        ...Object.fromEntries(PEERS.map((name, at) => [`relinkTo ${name}`, ratio(ownSmall, peers[at] ?? null)])),
      },
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function print({ cpu, lines, ratios }: Report): void {
  console.log(`OFX on ${cpu}, Relink with ${RELINK_FLAGS.join(' ')}\n`)
  console.log(
    `${''.padEnd(34)}${'rows'.padStart(12)}${'MB'.padStart(9)}${'seconds'.padStart(10)}${'processor'.padStart(11)}${'MB/s'.padStart(9)}${'peak MB'.padStart(10)}`,
  )
  for (const { what, rows, bytes, seconds, cpuSeconds, mbPerSecond, peakRssMb } of lines) {
    const shown = what.startsWith('floor') ? '' : String(rows)
    console.log(
      `${what.padEnd(34)}${shown.padStart(12)}${(bytes / 1e6).toFixed(1).padStart(9)}${seconds.toFixed(2).padStart(10)}${cpuSeconds.toFixed(2).padStart(11)}${mbPerSecond.toFixed(1).padStart(9)}${peakRssMb.toFixed(0).padStart(10)}`,
    )
  }
  console.log('')
  for (const [name, value] of Object.entries(ratios)) console.log(`${name.padEnd(34)}${value === null ? 'failed' : `${value.toFixed(1)} times`}`)
}

const [first, task = '', argument = ''] = process.argv.slice(2)
if (first === '--child') await child(task, argument)
else {
  const result = await report(process.argv.includes('--quick') ? 100_000 : 1_000_000)
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(result)}\n`)
  else print(result)
}
