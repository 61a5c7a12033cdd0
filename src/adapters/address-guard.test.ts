import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../test/tries.ts'
import { createAddressGuard } from './address-guard.ts'

const guard = createAddressGuard({ ports: [8443], privateHosts: [{ host: 'nas.home', cidr: '192.168.7.0/24', plainHttp: false }, { host: '127.0.0.1', cidr: '127.0.0.0/8', plainHttp: true }] })
const strict = createAddressGuard({ ports: [], privateHosts: [] })

test('addresses that are not public are refused as written, in every spelling', () => {
  const refused = [
    'https://127.0.0.1/', 'https://127.1/', 'https://0x7f.1/', 'https://0x7f000001/', 'https://2130706433/', 'https://017700000001/', 'https://127.0.0.1./',
    'https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/', 'https://[0:0:0:0:0:ffff:7f00:1]/', 'https://[::7f00:1]/',
    'https://0.0.0.0/', 'https://0/', 'https://[::]/', 'https://10.0.0.1/', 'https://172.16.0.1/', 'https://172.31.255.255/', 'https://192.168.0.1/', 'https://100.64.0.1/',
    'https://169.254.169.254/', 'https://[fd00:ec2::254]/', 'https://[fe80::1]/', 'https://[fc00::1]/', 'https://[ff02::1]/', 'https://224.0.0.1/', 'https://255.255.255.255/',
    'https://[64:ff9b::7f00:1]/', 'https://[64:ff9b::a00:1]/', 'https://[2002:7f00:1::]/', 'https://[2001:0:4136:e378::]/', 'https://[2001:db8::1]/', 'https://198.18.0.1/', 'https://192.0.2.1/',
    'https://１２７.０.０.１/', 'https://127。0。0。1/',
  ] // prettier-ignore
  for (const address of refused) assert.notEqual(strict.urlRefusal(new URL(address)), null, address)
})

test('http, other ports, and a user in the address are refused; a port from bank data is not', () => {
  for (const address of ['http://bank.example/', 'ftp://bank.example/', 'https://bank.example:22/', 'https://ana@bank.example/', 'https://ana:pw@bank.example/']) {
    assert.notEqual(guard.urlRefusal(new URL(address)), null, address)
  }
  for (const address of ['https://bank.example/', 'https://bank.example:8443/ofx', 'https://93.184.215.14/', 'https://[2606:2800:220:1::1]/']) assert.equal(guard.urlRefusal(new URL(address)), null, address)
})

test('a private address is called only under the name and range that the operator wrote down', () => {
  assert.equal(guard.addressRefusal('nas.home', '192.168.7.9'), null)
  assert.notEqual(guard.addressRefusal('nas.home', '192.168.8.9'), null)
  assert.notEqual(guard.addressRefusal('bank.example', '192.168.7.9'), null)
  assert.equal(guard.urlRefusal(new URL('http://127.0.0.1:7000/')), null)
  assert.notEqual(guard.urlRefusal(new URL('http://nas.home/')), null, 'not over plain http')
  assert.notEqual(guard.urlRefusal(new URL('http://[::ffff:7f00:1]/')), null, 'not under another spelling')
})

test('a metadata service is never called, whatever the operator wrote', () => {
  const careless = createAddressGuard({ ports: [], privateHosts: [{ host: 'meta', cidr: '0.0.0.0/0', plainHttp: true }, { host: '169.254.169.254', cidr: '0.0.0.0/0', plainHttp: true }, { host: 'meta', cidr: '::/0', plainHttp: true }] })
  for (const address of ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '::ffff:169.254.169.254']) assert.notEqual(careless.addressRefusal('meta', address), null, address)
  assert.notEqual(careless.urlRefusal(new URL('http://169.254.169.254/')), null)
  assert.equal(careless.addressRefusal('meta', '10.1.1.1'), null)
})

test('the guard agrees with a slow reference for every IPv4 address, plain and mapped', () => {
  const ranges: readonly (readonly [number, number])[] = (
    '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4'
      .split(' ')
      .map((cidr) => {
        const [net = '', bits = ''] = cidr.split('/')
        return [toNumber(net), Number(bits)] as const
      })
  ) // prettier-ignore
  const near = fc.constantFrom(...ranges.flatMap(([net, bits]) => [net, net - 1, net + 2 ** (32 - bits) - 1, net + 2 ** (32 - bits)])).map((number) => ((number % 2 ** 32) + 2 ** 32) % 2 ** 32)
  fc.assert(
    fc.property(fc.oneof(near, fc.integer({ min: 0, max: 2 ** 32 - 1 })), (number) => {
      const address = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
      const special = ranges.some(([net, bits]) => Math.floor(number / 2 ** (32 - bits)) === Math.floor(net / 2 ** (32 - bits)))
      assert.equal(strict.addressRefusal('x', address) !== null, special, address)
      assert.notEqual(strict.addressRefusal('x', `::ffff:${address}`), null)
    }),
    { numRuns: 2000 },
  )
})

test('of IPv6 only global unicast is called', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const first = Number.parseInt(address.split(':')[0] || '0', 16)
      if (first < 0x2000 || first > 0x3fff) assert.notEqual(strict.addressRefusal('x', address), null, address)
    }),
  )
})

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}
