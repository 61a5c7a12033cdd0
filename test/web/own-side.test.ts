/** Trouble on our own side, through the page: the card leads to where the fault is looked at, and a corrected entry of the bank mends it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { untilEqual, untilHolds } from '../until.ts'
import { violations } from './axe.ts'
import { settled } from './settled.ts'
import { cannotRun, openWorld, type World } from './world.ts'

describe('our own side', { skip: cannotRun ?? false }, () => {
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(async () => {
    await world.close()
  })

  // Fails when: “See the network check” leads nowhere (was so: to a step with nothing but “Check now”).
  test('where this host does not get through, the card and its step lead to the check of this server, which says what was looked at', async () => {
    const { page, url, sandbox, connectionId } = world
    sandbox.bank.inject({ name: 'proxy-broken' })
    await sandbox.listening.settle()
    await sandbox.opened.instance.verbs.sync(connectionId, 'person')
    await settled(page, url(`/connections/${connectionId}`))
    const card = page.getByRole('region', { name: 'Problem with Sandbox Bank' })
    await card.getByRole('link', { name: 'See the network check' }).click()
    await page.getByRole('heading', { name: 'This server', level: 1 }).waitFor()
    const found = page.getByRole('list', { name: 'What was found' })
    await found.getByRole('listitem').filter({ hasText: 'Master key' }).filter({ hasText: 'In order' }).waitFor()
    await untilEqual(() => found.getByRole('listitem').count(), 11)
    assert.deepEqual(await violations(page), [])
    await page.goBack()
    await page.getByRole('region', { name: 'Steps' }).getByRole('link', { name: 'See the check of this server' }).click()
    await page.getByRole('heading', { name: 'This server', level: 1 }).waitFor()
    sandbox.bank.clear('proxy-broken')
    await sandbox.listening.settle()
  })

  // Fails when: what happens elsewhere looks at this host anew (was so: each read, repair or row had the sites of all banks called once more while the page was open).
  test('this host is looked at when the page is opened and when somebody asks, not with everything that happens', async () => {
    const { page, url, sandbox } = world
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    const looks = (): number => asked.filter((path) => path === '/api/server/check').length
    await settled(page, url('/settings/server'))
    await page.getByRole('list', { name: 'What was found' }).waitFor()
    const others = (): number => asked.filter((path) => path.startsWith('/api/') && path !== '/api/server/check' && path !== '/api/events').length
    const [before, told] = [looks(), others()]
    sandbox.opened.instance.events.publish({ kind: 'connection', id: world.connectionId })
    await untilHolds(() => assert.ok(others() > told))
    assert.deepEqual([before, looks()], [1, 1])
    await page.getByRole('button', { name: 'Check again' }).click()
    await untilEqual(async () => looks(), 2)
  })

  // Fails when: the card looks for a place that Relink knows, or what was corrected in the bank's entry is not taken over (was so: only connecting anew did it).
  test('a setting that does not fit is named, and once the bank’s entry is right “Check now” reads by it', async () => {
    const { page, url, sandbox, connectionId } = world
    const { store, verbs } = sandbox.opened.instance
    const { settings } = (await store.connections.get(connectionId))!
    await store.connections.update(connectionId, { settings: { ...settings, version: '999' } })
    await verbs.sync(connectionId, 'person')
    await settled(page, url(`/connections/${connectionId}`))
    const card = page.getByRole('region', { name: 'Problem with Sandbox Bank' })
    await card.getByRole('heading', { name: 'The setting version does not fit Sandbox Bank.' }).waitFor()
    await card.getByText('found the place: version').waitFor()
    const steps = page.getByRole('region', { name: 'Steps' })
    await steps.getByRole('link', { name: 'Another entry or way of the bank' }).click()
    await page.getByRole('heading', { name: 'Reconnect', level: 1 }).waitFor()
    await page.goBack()
    await steps.getByRole('button', { name: 'Check now' }).click()
    await untilHolds(async () => assert.deepEqual((await store.connections.get(connectionId))?.settings, settings))
    await page.getByRole('region', { name: 'Proof' }).waitFor()
  })

  test('no browser complained of anything', () => assert.deepEqual(world.complaints, []))
})
