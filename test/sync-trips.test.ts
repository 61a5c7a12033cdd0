/** A read stays cheap: trips to the database, waits for the disk and exchanges are counted by the benchmark, where noise cannot move them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

// Fails when: a read stores what did not change (seen: the state of the connector, whose fields came back in another order), one trip and one wait more.
test('a read of one account makes at most eight trips, of which three wait for the disk: two attempts and the page', { timeout: 300_000 }, async () => {
  const bench = fileURLToPath(new URL('../bench/sync.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [bench, '--json', '--connections', '2'])
  const { alone } = JSON.parse(stdout) as { readonly alone: { readonly trips: number; readonly commits: number; readonly exchanges: number } }
  // Sign-in, list, statement; a bank's day may ask for one window more, which is four trips: how far it came, an attempt, what is stored around the rows, and a page.
  const windows = alone.exchanges - 2
  // Beside them, a look at the statistics in every fiftieth read or so.
  assert.ok(alone.trips <= 4.5 + 4 * windows, `${alone.trips} trips in ${alone.exchanges} exchanges`)
  assert.ok(alone.commits <= 1 + 2 * windows, `${alone.commits} waits for the disk in ${alone.exchanges} exchanges`)
})
