/**
 * Import with full matching into the embedded store: rows per second the first time, and when the same rows come again in
 * another file, at 10,000 and 100,000 rows; the cost of a row must not grow with the file. Wanted: 8,000 and 20,000 rows/s.
 * Commits wait for the disk. Beside the time by the clock, which a busy machine makes longer, stands the processor time of a
 * row, of Node and of PostgreSQL: the two take turns, so that their sum is what a row takes on a machine that does nothing else.
 *
 *   node bench/import.ts [--json] [rows…]
 */
import { hostClock } from '../src/adapters/clock.ts'
import { hostEntropy } from '../src/adapters/entropy.ts'
import { importFile } from '../src/import-file.ts'
import { openPostgresStore } from '../src/store/postgres/store.ts'
import { startTestDatabase } from '../src/store/testing.ts'
import { ofxFile } from './ofx-file.ts'
import { postmasterOf, secondsOf } from './sync-counts.ts'

const AIM = { first: 8_000, again: 20_000 }

/** `allowed`: rows per second of processor time. */
type Take = { readonly rowsPerSecond: number; readonly microsPerRow: number; readonly nodeMicrosPerRow: number; readonly postgresMicrosPerRow: number | null; readonly allowed: number | null }
type Figure = { readonly rows: number; readonly first: Take; readonly again: Take }

const args = process.argv.slice(2)
const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number)
const figures: Figure[] = []
for (const rows of sizes.length > 0 ? sizes : [10_000, 100_000]) figures.push(await measure(rows))
if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ figures, aim: AIM })}\n`)
else {
  for (const { rows, ...takes } of figures) {
    for (const [name, take] of Object.entries(takes)) {
      const { rowsPerSecond, microsPerRow, nodeMicrosPerRow, postgresMicrosPerRow, allowed } = take
      const aim = AIM[name as keyof typeof AIM]
      const processor = `processor time of a row ${nodeMicrosPerRow} µs of Node, ${postgresMicrosPerRow ?? '?'} µs of PostgreSQL, which allows ${allowed ?? '?'} rows/s`
      process.stdout.write(`${String(rows).padStart(8)} rows ${name}: ${rowsPerSecond} rows/s (${microsPerRow} µs a row; ${processor}); ${rowsPerSecond >= aim ? 'met' : 'MISSED'}: at least ${aim}\n`)
    }
  }
}

/** In a database of its own, so that no size profits from another. */
async function measure(rows: number): Promise<Figure> {
  const database = await startTestDatabase({ isKilled: true })
  try {
    const opened = await openPostgresStore(database)
    if (!opened.ok) throw new Error(`${opened.failure.message} ${opened.failure.remedy}`)
    const store = opened.value.tenant(await opened.value.defaultTenant())
    const postmaster = await postmasterOf(database.app)
    const serverSeconds = (): number | null => (postmaster === null ? null : secondsOf(postmaster))
    const take = async (fileName: string, bytes: Uint8Array, added: number): Promise<Take> => {
      const [server, processor, began] = [serverSeconds(), process.cpuUsage(), performance.now()]
      const report = await importFile({ store, clock: hostClock, entropy: hostEntropy }, { fileName, open: () => chunks(bytes), accountId: null, onProgress: null, dryRun: false })
      const wallMs = performance.now() - began
      const { user, system } = process.cpuUsage(processor)
      const serverNow = serverSeconds()
      if (report.failure !== null || report.added !== added || report.added + report.matched !== rows) throw new Error(`the import is wrong: ${JSON.stringify({ ...report, statements: [] })}`)
      const nodeMs = (user + system) / 1_000
      const postgresMs = server === null || serverNow === null ? null : (serverNow - server) * 1_000
      return {
        rowsPerSecond: perSecond(rows, wallMs), microsPerRow: micros(rows, wallMs), nodeMicrosPerRow: micros(rows, nodeMs), postgresMicrosPerRow: postgresMs === null ? null : micros(rows, postgresMs),
        allowed: postgresMs === null ? null : perSecond(rows, nodeMs + postgresMs),
      }
    }
    const file = bytesOf(rows)
    const first = await take('statement.ofx', file, rows)
    // Another download of the same days: another date in its head, another name.
    const other = Buffer.from(file.toString('latin1').replace('<DTSERVER>20240101120000', '<DTSERVER>20240105083000'), 'latin1')
    const again = await take('statement (1).ofx', other, 0)
    await opened.value.close()
    return { rows, first, again }
  } finally {
    await database.remove()
  }
}

/** The generator's chunks share one buffer, so each is copied before the next is asked for. */
function bytesOf(rows: number): Buffer {
  const copies: Buffer[] = []
  for (const chunk of ofxFile(rows)) copies.push(Buffer.from(chunk))
  return Buffer.concat(copies)
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

function perSecond(rows: number, ms: number): number {
  return Math.round(rows / (ms / 1_000))
}

function micros(rows: number, ms: number): number {
  return Math.round((ms * 10_000) / rows) / 10
}
