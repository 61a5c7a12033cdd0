/** Where this host stands, as far as it shows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf } from './surroundings.ts'

test('a tunnel by which packets leave, a rented machine, or nothing that shows', () => {
  assert.equal(placeOf(['eth0'], ''), null)
  assert.equal(placeOf(['eth0'], 'Amazon EC2 t3.small'), 'datacentre')
  assert.equal(placeOf(['eth0'], 'QEMU Standard PC'), null)
  assert.equal(placeOf(['wg0'], 'Hetzner vServer'), 'vpn')
})
