/** A test of the page that fails says why, as these tests are run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser } from './browser.ts'
import { cannotRun } from './world.ts'

// Fails when: Playwright cannot tell why a wait failed (seen): nothing was told, and the wait never ended.
test('a wait for what never comes ends, and tells what was waited for', { skip: cannotRun ?? false, timeout: 120_000 }, async (context) => {
  const browser = await openBrowser()
  context.after(() => browser.close())
  const page = await browser.newPage()
  await assert.rejects(page.getByText('no such words').waitFor({ timeout: 50 }), /Timeout 50ms exceeded[\s\S]*waiting for getByText\('no such words'\) to be visible/)
})
