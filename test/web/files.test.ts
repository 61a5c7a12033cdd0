/** Accounts that only files feed: what no file told is neither made up nor added up, and no bank is said to have been asked. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { untilEqual } from '../until.ts'
import { violations } from './axe.ts'
import { settled } from './settled.ts'
import { cannotRun, openWorld, type World } from './world.ts'

describe('accounts that only files feed', { skip: cannotRun ?? false }, () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(async () => {
    await world.close()
  })

  // Fails when: amounts of no known currency are added up (was so: euros and dollars of two files were one total), or a person reads the code for none.
  test('without a currency an account is in no total, and nobody reads a code for none', async () => {
    const { page, url } = world
    await settled(page, url('/accounts'))
    const total = page.getByText('In all', { exact: true }).locator('xpath=..')
    const before = await total.innerText()
    const here = await world.imported('here.csv', ['2026-09-12,SHOP,-500.25'])
    await world.imported('there.csv', ['2026-09-13,SHOP,-50.50'])
    await settled(page, url('/accounts'))
    await page.getByRole('link', { name: /there\.csv/ }).waitFor()
    await untilEqual(() => total.innerText(), before)
    for (const path of [`/transactions?account=${here}`, `/reconcile/${here}?asOf=2026-09-30&balance=1.00`, `/accounts/${here}`]) {
      await settled(page, url(path))
      assert.doesNotMatch(await page.getByRole('main').innerText(), /XXX/, path)
    }
  })

  // Fails when: a read is promised that nobody makes, or a bank is said never to have been asked.
  test('its page tells what files brought, and nothing of a bank', async () => {
    const { page, url } = world
    const account = await world.imported('alone.csv', ['2026-09-12,SHOP,-500.25', '2026-09-13,SHOP,-50.50'])
    await settled(page, url(`/accounts/${account}`))
    await page.getByText('Newest row').waitFor()
    const words = await page.getByRole('main').innerText()
    assert.doesNotMatch(words, /Asked|Answered in full|Bank’s data of|later read/)
    await page.getByText('no balance proves them yet').first().waitFor()
    assert.deepEqual(await violations(page), [])
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
