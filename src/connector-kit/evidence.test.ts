import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpRefused, listedHeaders } from './evidence.ts'
import { httpDate } from './http-date.ts'

const AT = Date.UTC(2026, 6, 14, 15)
const SIX = Date.UTC(1994, 10, 6, 8, 49, 37)

/** How many seconds after the answer a bank wants to be left alone; null: it did not say. */
function waitAfter(retryAfter: string, clockSkewSeconds: number | null = null): number | null {
  const { retry } = httpRefused({ status: 503, headers: { 'retry-after': retryAfter }, body: new Uint8Array(), finalUrl: 'https://bank.example/', receivedAt: AT, clockSkewSeconds }, 'http')
  return retry.kind !== 'at' || retry.at === null ? null : (retry.at - AT) / 1000
}

// Fails when: only the values of a query are left out (was so: sessions in paths, names without values, addresses that are none stood in evidence and support files).
test('of an address nothing is kept that may be of one visit or one person', () => {
  const shown = (location: string) => listedHeaders({ location })['location']
  const kept = ['/login', '/login.aspx', 'https://bank.example/maintenance-2026-03-05.html', '/new-login/password', 'https://bank.example/ofx?wsdl', '/OFXDirectConnect2/process.ofx']
  assert.deepEqual(kept.map(shown), kept)
  const hidden = [
    ['/login;jsessionid=0A1B', '/login;jsessionid=…'], ['/login;0A1B?next=/a&next=/b#x', '/login;…?next=…'], ['https://ana:pw@bank.example/x?eyJhbGciOi', 'https://bank.example/x?…'], ['/s/3f9a2b1c-77aa-4b1c-9d2e-a0b1c2d3e4f5/ofx', '/s/…/ofx'],
    ['/customer/100200300', '/customer/…'], ['data:text/html,hello', 'data:…'], ['//other.example/a?b=c', 'https://other.example/a?b=…'], ['login?user=ana', '/login?user=…'], ['http://[', '[no address]'],
  ] // prettier-ignore
  assert.deepEqual(hidden.map(([location = '']) => shown(location)), hidden.map(([, left]) => left))
})

test('the three forms of a date of HTTP are read, and nothing else is one', () => {
  assert.deepEqual(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'].map((text) => httpDate(text, AT)), [SIX, SIX, SIX])
  assert.equal(httpDate('Tuesday, 14-Jul-26 15:00:00 GMT', AT), AT)
  const none = ['', '0', '120.5', '+120', '1994', '1994-11-06T08:49:37Z', 'Sun, 31 Feb 2027 08:49:37 GMT', 'Sun, 06 Nov 1994 25:00:00 GMT', 'Sun, 06 Nov 1994 08:49:37 +0200', 'Nov 6 1994']
  assert.deepEqual(none.map((text) => httpDate(text, AT)), none.map(() => null))
})

// Fails when: Retry-After is read by the lenient reader of dates, or may lie in the past (each was so): the bank was asked again every few seconds.
test('Retry-After is whole seconds or a date ahead; anything else is no word of the bank\'s', () => {
  assert.deepEqual(['120', ' 3600 ', 'Tue, 14 Jul 2026 15:02:00 GMT', 'Tuesday, 14-Jul-26 15:02:00 GMT', 'Tue Jul 14 15:02:00 2026'].map((text) => waitAfter(text)), [120, 3600, 120, 120, 120])
  const nothing = ['', '0', '-5', '+120', '120.5', '2 minutes', 'soon', 'Sun, 12 Jul 2026 10:00:00 GMT', 'Tue, 14 Jul 2026 15:00:00 GMT']
  assert.deepEqual(nothing.map((text) => [text, waitAfter(text)]), nothing.map((text) => [text, null]))
})

// Fails when: the bank's date is held against our clock (as it was): one that ran ahead by an hour found every wait over.
test('a date in Retry-After counts from the date of the same answer, whatever our clock says', () => {
  assert.deepEqual([waitAfter('Tue, 14 Jul 2026 14:10:00 GMT', -3600), waitAfter('Tue, 14 Jul 2026 13:50:00 GMT', -3600)], [600, null])
  assert.equal(waitAfter('120', -3600), 120)
})
