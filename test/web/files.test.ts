/** Accounts that only files feed: what no file told is neither made up nor added up, and no bank is said to have been asked. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { untilEqual, untilHolds } from '../until.ts'
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

  // Fails when: where two kinds of dollar stand on a page the reader's own is only $ (was so).
  test('two kinds of dollar on a page: each says which; where one stands alone it is $', async () => {
    const { page, url, sandbox } = world
    const account = await world.imported('montreal.csv', ['2026-11-27,INTEREST,1234.50'])
    const [own] = (await sandbox.opened.instance.store.accounts.list()).filter(({ currency }) => currency === 'USD')
    await page.evaluate(`fetch('/api/accounts/${account}/currency', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"currency":"CAD"}' })`)
    const dollars = async (): Promise<readonly string[]> => [...new Set((await page.getByRole('main').innerText()).match(/(US|CA)?\$(?=\d)/g))].toSorted()
    for (const path of ['/accounts', '/reconcile', '/transactions', `/accounts/${own?.id}`]) {
      await settled(page, url(path))
      await page.getByText(/US\$\d/).first().waitFor()
      await untilEqual(async () => (await dollars()).includes('$'), false, path)
    }
    await settled(page, url('/transactions'))
    await page.getByText('CA$1,234.50').waitFor()
    await page.emulateMedia({ media: 'print' })
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    const printed = await page.getByRole('region', { name: 'Printed rows' }).innerText()
    assert.ok(/US\$\d/.test(printed) && /CA\$1,234\.50/.test(printed) && !/(?<!US|CA)\$/.test(printed), printed.slice(0, 400))
    await page.emulateMedia({ media: 'screen' })
    await settled(page, url(`/reconcile/${own?.id}`))
    await page.getByLabel('Balance of the statement').fill('US$1.00')
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByText('as the statement says').or(page.getByText('The statement counts')).first().waitFor()
    assert.deepEqual(await dollars(), ['$'])
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

  // Fails when: a wrong file stays for ever for who has no command line (was so: nothing on the page took an import back), it is not told what was taken back, or the account that it made stays, empty (was so).
  test('what a file brought is taken back where files are imported, today or next week, and comes again', async () => {
    const { page, url, sandbox } = world
    const account = await world.imported('wrong.csv', ['2026-09-12,SHOP,-500.25', '2026-09-13,SHOP,-50.50'])
    const rows = async () => (await sandbox.opened.instance.store.accounts.list()).find(({ id }) => id === account)?.rows
    await settled(page, url('/import'))
    const imports = page.getByRole('region', { name: 'Imports so far' })
    const line = imports.getByRole('listitem').filter({ hasText: 'wrong.csv: 2 new rows' })
    assert.deepEqual(await violations(page), [])
    await line.getByRole('button', { name: 'Take back: wrong.csv' }).click()
    await line.getByText('Taken back').waitFor()
    await untilEqual(() => line.getByRole('button').count(), 0)
    await untilEqual(rows, 0)
    // Nothing is left of it, so it is in no list; nobody has to remove what a wrong file made.
    await settled(page, url('/accounts'))
    await page.getByRole('link', { name: /^Business Checking/ }).waitFor()
    assert.equal(await page.getByRole('link', { name: /^wrong\.csv/ }).count(), 0)
    // Who stands on its page still is told why it is empty, and where it comes back.
    await settled(page, url(`/accounts/${account}`))
    await page.getByText('What was imported here is taken back').waitFor()
    assert.deepEqual(await violations(page), [])
    await page.getByRole('main').getByRole('link', { name: 'Import a file' }).last().click()
    await imports.getByRole('listitem').filter({ hasText: 'wrong.csv: An earlier one was taken back.' }).getByRole('button', { name: 'Take back: wrong.csv' }).click()
    await line.getByText('Imported').waitFor()
    await untilEqual(rows, 2)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Accounts' }).click()
    await page.getByRole('link', { name: /^wrong\.csv/ }).waitFor()
  })

  // Fails when: an account keeps the name of a file for ever (was so), the focus is lost on the way, or the log does not tell of it.
  test('an account is renamed by who may, by the keyboard alone, and keeps its name when that is thought better of', async () => {
    const { page, url, sandbox } = world
    const account = await world.imported('export (3).csv', ['2026-09-12,SHOP,-500.25'])
    await settled(page, url(`/accounts/${account}`))
    const rename = page.getByRole('button', { name: /^Rename / })
    await rename.focus()
    await page.keyboard.press('Enter')
    const field = page.getByLabel('Name of this account')
    await untilEqual(() => field.evaluate((one) => one === one.ownerDocument.activeElement), true)
    assert.deepEqual(await violations(page), [])
    await page.keyboard.type('Something else')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'export (3).csv', level: 1 }).waitFor()
    await untilEqual(() => page.evaluate<boolean>('document.activeElement !== document.body'), true)
    await rename.click()
    await field.fill('  Petty cash  ')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Petty cash', level: 1 }).waitFor()
    await page.getByRole('region', { name: 'Accounts' }).getByRole('link', { name: /^Petty cash/ }).waitFor()
    const [line] = await sandbox.opened.instance.store.audit.list({ limit: 1 })
    assert.deepEqual([line?.action, line?.object, line?.codes['name']], ['account.changed', account, 'Petty cash'])
  })

  // Fails when: an account without rows is said to hold 0.00, which nobody knows (was so), or its page leads nowhere.
  test('an account of which nothing came has no balance, and what leads on', async () => {
    const { page, url, sandbox } = world
    const account = await world.imported('gone.csv', ['2026-09-12,SHOP,-500.25'])
    const { store, verbs } = sandbox.opened.instance
    const [run] = await store.runs.list({ connectionId: null, limit: 1 })
    await verbs.undo(run!.id)
    // What a person made for it keeps it in the lists.
    await store.review.saveRule({ id: '01a20549-c591-7da7-8a7f-42942446c7f9', contains: 'SHOP', category: 'Office', accountId: account, createdAt: 1 }, [], 1)
    await settled(page, url('/reconcile'))
    const link = page.getByRole('link', { name: /^gone\.csv/ })
    await link.getByText('no rows yet').waitFor()
    assert.doesNotMatch(await link.innerText(), /0\.00/)
    await link.click()
    await page.getByRole('heading', { name: 'Nothing to compare with yet' }).waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Import a file' }).click()
    await page.getByRole('heading', { name: 'Import statement files', level: 1 }).waitFor()
    await settled(page, url(`/accounts/${account}`))
    await page.getByText('no rows yet').first().waitFor()
    assert.doesNotMatch(await page.getByRole('main').locator('.beside > :last-child').innerText(), /0\.00/)
  })

  // Fails when: a line does not say which file came into which account (was so), a kind of act is under no kind or under two, or a filter is lost by loading the page anew.
  test('the audit log tells which file came into which account, and is searched by kind, person and day', async () => {
    const { page, url, sandbox } = world
    const { store, audit } = sandbox.opened.instance
    const account = await world.imported('audited.csv', ['2026-09-12,SHOP,-500.25'])
    await audit.record({ actor: 'nobody', action: 'sign_in.refused', object: '', codes: { method: 'totp' } })
    const [newest] = await store.audit.list({ kinds: ['file'], limit: 1 })
    assert.deepEqual([newest?.action, newest?.object, newest?.codes['file'], newest?.codes['accounts']], ['file.imported', account, 'audited.csv', null])
    await settled(page, url('/settings/audit'))
    const lines = page.getByRole('list', { name: 'Acts, newest first' }).getByRole('listitem')
    await lines.filter({ hasText: 'File imported' }).first().getByText('File: audited.csv', { exact: true }).waitFor()
    const kind = page.getByRole('combobox', { name: 'Kind of act' })
    assert.deepEqual(await violations(page), [])
    const words = { sign_ins: /^Signed in|^Sign-in refused/, rows: /^File imported|^Account renamed|^Currency of an account said|^Read or import undone/, secrets: /^Bank’s password/ }
    for (const [value, acts] of Object.entries(words)) {
      await kind.selectOption(value)
      await untilEqual(async () => (await lines.locator('p:first-child span.font-medium').allInnerTexts()).filter((act) => !acts.test(act)), [], value)
      assert.ok((await lines.count()) > 0, value)
    }
    // Each act is of one kind: together they are all.
    const kinds = (await kind.locator('option').evaluateAll((options) => options.map((option) => (option as unknown as { value: string }).value))).filter((value) => value !== '')
    const found: number[] = []
    for (const value of kinds) {
      await settled(page, url(`/settings/audit?kind=${value}`))
      // What this very page asked: an answer that is still on its way may be that of the one before.
      const asked = await page.waitForFunction(() => performance.getEntriesByType('resource').findLast(({ name }) => /\/api\/audit\?.*kinds=/.test(name))?.name)
      found.push(((await (await page.request.get((await asked.jsonValue())!)).json()) as { items: unknown[] }).items.length)
    }
    assert.equal(found.reduce((sum, count) => sum + count), (await store.audit.head())?.seq)
    await settled(page, url('/settings/audit?kind=sign_ins'))
    await page.getByRole('combobox', { name: 'By whom' }).selectOption('nobody')
    const refused = (): Promise<void> => untilHolds(async () => assert.deepEqual((await lines.allInnerTexts()).map((text) => /^Sign-in refused[^]*Signed in by: password and app$/.test(text.trim())), [true]))
    await refused()
    await page.reload()
    await refused()
    await page.getByRole('search', { name: 'Filter the log' }).getByLabel('to', { exact: true }).fill('2020-01-31')
    await page.getByText('No line of the log fits all filters.').waitFor()
    await page.getByRole('search', { name: 'Filter the log' }).getByLabel('to', { exact: true }).fill('')
    await lines.first().waitFor()
  })

  // Fails when: one answer that does not come makes everybody a former member, and all that was acted on gone (was so).
  test('where names cannot be read the audit log says of nobody and nothing that they are gone', async () => {
    const { openPage, url } = world
    const page = await openPage()
    await page.route(/\/api\/(members|connections|accounts|keys)$/, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' }))
    await page.goto(url('/settings/audit'))
    const lines = page.getByRole('list', { name: 'Acts, newest first' })
    await lines.getByText(/^by (··\w{4}|a former member)$/).first().waitFor()
    assert.doesNotMatch(await lines.innerText(), /former member|not here any more/)
    await page.context().close()
  })

  // Fails when: what is sealed for a place of alerts is said to be of a connection that is gone (was so).
  test('the audit log does not call a place of alerts a connection that is gone', async () => {
    const { page, url, sandbox } = world
    await sandbox.opened.instance.audit.record({ actor: 'host', action: 'secret.sealed', object: '01a20549-c591-7da7-8a7f-00000000abcd', codes: { version: 1, ciphertext: '0a1b' } })
    await settled(page, url('/settings/audit?kind=secrets'))
    const newest = page.getByRole('list', { name: 'Acts, newest first' }).getByRole('listitem').first()
    await newest.getByText('who runs this server').waitFor()
    assert.doesNotMatch(await newest.innerText(), /not here any more/)
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
