/**
 * The way through the page: how far a read is, that one thing is asked for at a time and where it is, and that nothing is
 * offered that the server would refuse.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { settled } from './settled.ts'
import { cannotRun, openWorld, type World } from './world.ts'

describe('the way through the page', { skip: cannotRun ?? false }, () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(async () => {
    await world.close()
  })

  // Fails when: nobody is told before a read has ended (was so: the page said “Sign in…” until it was over).
  test('while a bank is read, every page that is open says how far it is and how many rows have come, without asking', async () => {
    const { page, sandbox, connectionId, url } = world
    const other = await world.openPage({ width: 360 })
    await settled(other, url(`/connections/${connectionId}`))
    await settled(page, url('/accounts'))
    const { feed } = sandbox.opened.instance.store
    const [candidates, held] = [feed.candidates, Promise.withResolvers<void>()]
    Object.assign(feed, { candidates: async (query: Parameters<typeof candidates>[0]) => held.promise.then(() => candidates(query)) })
    await page.getByRole('button', { name: 'Update now' }).click()
    await page.getByText(/^Reading \d+ rows? ✓$/).waitFor()
    for (const where of [page, other]) await where.getByRole('status').getByText('Matching').waitFor({ state: 'attached' })
    Object.assign(feed, { candidates })
    held.resolve()
    await page.getByRole('button', { name: 'Update now' }).waitFor()
    await other.getByRole('button', { name: 'Update now' }).waitFor()
    await other.context().close()
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
