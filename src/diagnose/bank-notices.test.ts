/** Announcements on public pages of banks, told from what such pages always say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticeIn, noticeLinks } from './bank-notices.ts'

test('an announcement is found with the sentence that makes it, of the weightiest kind', () => {
  const said: readonly (readonly [string, string])[] = [
    ['<p>Online Banking will be unavailable due to scheduled maintenance from Sat 11 pm until Sun 5 am.</p>', 'maintenance'],
    ['<div>Wir führen am Sonntag Wartungsarbeiten durch. Der Zugang ist bis 6 Uhr geschlossen.</div>', 'maintenance'],
    ['<li>We are currently experiencing technical difficulties with sign-in.</li><li>Scheduled maintenance on Sunday from 02:00</li>', 'trouble'],
    ['<p>Störung: Online-Banking derzeit nicht erreichbar</p>', 'trouble'],
    ['<li class="note">Our OFX service has a new address: /ofx2</li>', 'migration'],
    ['<p>Direct Connect will no longer be available after March 1.</p>', 'migration'],
    ['<p>Przerwa techniczna w serwisie od 22:00</p>', 'maintenance'],
  ]
  for (const [page, kind] of said) assert.equal(noticeIn(page)?.kind, kind, page)
  assert.match(noticeIn(said[0]![0])?.words ?? '', /^Online Banking will be unavailable .* 5 am\.$/)
})

test('what pages of banks always say is none', () => {
  const usual = ['<p>No monthly maintenance fee with direct deposit.</p>', '<a href="/new">Discover our new credit card</a>', '<script>var maintenance = "scheduled maintenance from 1:00"</script><p>Welcome</p>', '<h1>Sign in</h1><p>Forgot your password?</p>', '']
  for (const page of usual) assert.equal(noticeIn(page), null, page)
})

test('links to pages of announcements stay on the site', () => {
  const page = '<a href="/status">Status</a> <a href="https://elsewhere.example/status">Status</a> <a href="/loans">Loans</a> <a href="/x">Important notices</a> <a href="javascript:alert(1)">news</a> <a href="/y"><b>Maintenance</b></a>'
  assert.deepEqual(noticeLinks(page, 'https://riverbank.example/'), ['https://riverbank.example/status', 'https://riverbank.example/x', 'https://riverbank.example/y'])
  assert.equal(noticeLinks('<a href="'.repeat(20_000), 'https://riverbank.example/').length, 0)
})

test('a hostile page is read in one pass: none of these ends in the life of a test otherwise', () => {
  for (const piece of ['<a/href=', '<style', '<script>', '<a href="', '<', 'migrat', '&a', '</', '<a href=x>', 'experiencing technical ', ' .  ']) {
    const page = piece.repeat(Math.ceil(400_000 / piece.length))
    assert.equal(noticeIn(page), null, piece)
    assert.deepEqual(noticeLinks(page, 'https://riverbank.example/'), [], piece)
  }
})
