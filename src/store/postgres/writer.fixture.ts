/** A process of outage.test.ts: reads its task from standard input and commits pages under the connection's lock until it is killed. */
import { createInterface } from 'node:readline'
import { day } from '../../domain/day.ts'
import { aPage } from '../fixtures.ts'
import { openPostgresStore } from './store.ts'

for await (const line of createInterface({ input: process.stdin })) {
  const { app, tenantId, connectionId, accountId, sourceId, runId, pageRows } = JSON.parse(line)
  const opened = await openPostgresStore({ owner: null, app })
  if (!opened.ok) throw new Error(opened.failure.message)
  const tenant = opened.value.tenant(tenantId)
  await tenant.connections.exclusively(connectionId, async () => {
    // As many pages as are covered are stored: it goes on where the one before was killed.
    for (let n = (await tenant.feed.coverage(accountId)).length; ; n++) {
      const rows = Array.from({ length: pageRows }, (_, i) => ({ text: `page ${n} row ${i}` }))
      await tenant.feed.commitPage(aPage({ tenant, accountId, sourceId, runId }, rows, { covers: { from: day('2026-03-01'), to: day('2026-03-31') } }))
      console.log(n)
    }
  })
}
