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
    assert.doesNotMatch(before, /without/)
    const here = await world.imported('here.csv', ['2026-09-12,SHOP,-500.25'])
    await world.imported('there.csv', ['2026-09-13,SHOP,-50.50'])
    await settled(page, url('/accounts'))
    await page.getByRole('link', { name: /there\.csv/ }).waitFor()
    await total.getByText('without 2 accounts whose currency is not known').waitFor()
    await untilEqual(async () => (await total.innerText()).replace(/\s*without 2 accounts whose currency is not known$/, ''), before)
    for (const path of [`/transactions?account=${here}`, `/reconcile/${here}?asOf=2026-09-30&balance=1.00`, `/accounts/${here}`]) {
      await settled(page, url(path))
      assert.doesNotMatch(await page.getByRole('main').innerText(), /XXX/, path)
    }
  })

  // Fails when: whoever did not say it right after the import can never say it (was so), or cannot take back what was wrong.
  test('the currency is said on the account’s page, said otherwise and taken back; its rows and the totals follow', async () => {
    const { page, url, sandbox } = world
    const account = await world.imported('savings.csv', ['2026-09-12,INTEREST,1234.50'])
    await settled(page, url('/accounts'))
    const unknown = page.getByText(/whose currency is not known/)
    const left = Number(/\d+/.exec(await unknown.innerText())![0])
    await settled(page, url(`/accounts/${account}`))
    const told = page.getByRole('region', { name: /currency/i })
    await told.getByText('this account is in no total').waitFor()
    assert.deepEqual(await violations(page), [])
    const rows = async () => (await sandbox.opened.instance.store.feed.transactions({ accountId: account, limit: 9 })).rows.map(({ amount, currency }) => `${amount} ${currency}`)
    const choose = async (code: string): Promise<void> => {
      await told.getByLabel('Which is it?').selectOption(code)
      await told.getByRole('button', { name: 'This is its currency' }).click()
      // Or why not.
      await told.getByText(`Somebody said that the currency is ${code}`).or(told.getByRole('alert')).first().waitFor()
      assert.match(await told.innerText(), new RegExp(`the currency is ${code};`))
    }
    await choose('GBP')
    assert.deepEqual(await rows(), ['123450 GBP'])
    await page.getByText('£1,234.50').first().waitFor()
    // What had the focus is gone; it is in the section still.
    await untilEqual(() => page.evaluate<boolean>('document.activeElement.closest("[aria-labelledby=currency]") !== null'), true)
    await told.getByRole('button', { name: 'Change the currency' }).click()
    await choose('CHF')
    assert.deepEqual(await rows(), ['123450 CHF'])
    await settled(page, url('/accounts'))
    await page.getByText('In all', { exact: true }).locator('xpath=..').getByText('CHF').waitFor()
    assert.equal(Number(/\d+/.exec(await unknown.innerText())![0]), left - 1)
    await settled(page, url(`/accounts/${account}`))
    await told.getByRole('button', { name: 'Change the currency' }).click()
    assert.deepEqual(await violations(page), [])
    await told.getByRole('button', { name: 'It is not known' }).click()
    await told.getByText('this account is in no total').waitFor()
    assert.deepEqual(await rows(), ['123450 XXX'])
    const lines = await sandbox.opened.instance.store.audit.list({ limit: 3 })
    assert.deepEqual(lines.map(({ action, object, codes }) => [action, object === account, codes['currency']]), [['account.currency_said', true, null], ['account.currency_said', true, 'CHF'], ['account.currency_said', true, 'GBP']])
    // What it cannot be is refused with the reason.
    await told.getByLabel('Which is it?').selectOption('JPY')
    await told.getByRole('button', { name: 'This is its currency' }).click()
    await told.getByRole('alert').getByText('JPY has 0').waitFor()
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
    // Closed it is so wherever it stands, and still no bank was asked (its own page called it paused, and a bank never asked).
    const closed = await world.imported('over.csv', ['2026-09-12,SHOP,-500.25'])
    await world.sandbox.opened.instance.store.accounts.update(closed, { state: 'closed' })
    await settled(page, url('/accounts'))
    await page.getByRole('link', { name: /over\.csv/ }).getByText('Closed').waitFor()
    await settled(page, url(`/accounts/${closed}`))
    await page.getByText('Newest row').waitFor()
    assert.match(await page.getByRole('main').innerText(), /\bClosed\b/)
    assert.doesNotMatch(await page.getByRole('main').innerText(), /Paused|Asked|Answered in full|Bank’s data of/)
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
