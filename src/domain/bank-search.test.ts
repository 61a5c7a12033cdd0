import assert from 'node:assert/strict'
import { test } from 'node:test'
import { searchInstitutions } from './bank-search.ts'
import type { Institution } from './institution.ts'

function bank(id: string, name: string, website: string | null, routingNumbers: string[] = [], country = 'US'): Institution {
  return { id, name, country, website, routingNumbers, timeZone: 'America/New_York', limits: { requestsPerDay: null, minSecondsBetweenSyncs: null }, routes: [{ connector: 'x', settings: {} }] }
}

const BANKS = [
  bank('river', 'Riverbank', 'https://www.riverbank.example/', ['021000021']),
  bank('river-biz', 'Riverbank Business', 'https://biz.riverbank.example/'),
  bank('credit', 'Crédit Alpin', 'https://alpin.example/'),
]

const found = (text: string): string[] => searchInstitutions(BANKS, text).map(({ id }) => id)

test('an empty search lists every institution by name', () => assert.deepEqual(found(''), ['credit', 'river', 'river-biz']))
test('the exact name comes before names that only begin with it', () => assert.deepEqual(found('riverbank'), ['river', 'river-biz']))
test('accents and case do not matter', () => assert.deepEqual(found('CREDIT alp'), ['credit']))
test('a web address finds its bank', () => assert.deepEqual(found('alpin.example'), ['credit']))
test('a whole pasted address finds its bank', () => assert.deepEqual(found('https://alpin.example/login'), ['credit']))
test('of two entries of one site the one at the very host comes first', () => assert.deepEqual(searchInstitutions([bank('home', 'Moor', 'https://www.moor.example/'), bank('work', 'Moor', 'https://biz.moor.example/')], 'https://biz.moor.example/login').map(({ id }) => id), ['work', 'home']))
test('a routing number finds its bank, with spaces too', () => assert.deepEqual(found('021 000 021'), ['river']))
test('words in any order find the bank', () => assert.deepEqual(found('business river'), ['river-biz']))
test('what fits nothing finds nothing', () => assert.deepEqual(found('zzz'), []))

// Fails when: every word has to be in the name, as it is written there (was so: "wells fargo bank" found nothing).
test('what people write beside, and how, does not matter', () => {
  const banks = [
    ...BANKS, bank('wells', 'Wells Fargo', 'https://www.wellsfargo.com/', ['121042882', '121-000-248']), bank('schwab', 'Charles Schwab Bank', 'https://www.schwab.com/'), bank('chase', 'Chase', 'https://www.chase.com/'), bank('usb', 'U.S. Bank', 'https://www.usbank.example/'),
    bank('lloyds', "Lloyd's & Sons Bank", 'https://lloyds.example/'), bank('muc', 'Stadtsparkasse München', 'https://www.sskm.example/', ['70150000', 'SSKMDEMMXXX'], 'DE'), bank('voba', 'Volksbank Weiße Elster eG', 'https://voba.example/', ['83065408'], 'DE'), bank('coop', 'River Credit Union', null),
  ]
  const first = (text: string) => searchInstitutions(banks, text).map(({ id }) => id)
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['wells fargo bank', ['wells']], ['Fargo Wells', ['wells']], ['the Wells Fargo Bank, N.A.', ['wells']], ['wellsfargo', ['wells']], ['wells-fargo', ['wells']], ['well fargo', ['wells']],
    ['wels fargo', ['wells']], ['wells fagro', ['wells']], ['welks f', ['wells']], ['wellz', ['wells']], ['welsfargo', ['wells']],
    ['wellsfargo.com', ['wells']], ['https://connect.secure.wellsfargo.com/auth/login/present?origin=cob&LOB=CONS', ['wells']], ['WWW.WELLSFARGO.COM', ['wells']], ['welsfargo.com', ['wells']], ['wellsfargo.net', ['wells']], ['help@wellsfargo.com', ['wells']],
    ['121 042 882', ['wells']], ['121-042-882', ['wells']], ['121000248', ['wells']], ['12104', ['wells']], ['121042883', []], ['1210', ['wells']],
    ['chase', ['chase']], ['chase bank', ['chase']], ['chase credit card', ['chase']], ['us bank', ['usb']], ['U.S. Bank', ['usb']], ['lloyds', ['lloyds']], ['lloyds and sons', ['lloyds']],
    ['münchen', ['muc']], ['MUENCHEN', ['muc']], ['sparkasse munchen', ['muc']], ['Sparkasse München AG', ['muc']], ['weisse elster', ['voba']], ['volksbank weiße elster', ['voba']],
    ['DE89 7015 0000 0532 0130 00', ['muc']], ['SSKMDEMM', ['muc']], ['sskmdemmxxx', ['muc']], ['AT89 7015 0000 0532 0130', []],
    ['charles shwab', ['schwab']], ['schwab bank charles', ['schwab']], ['charl', ['schwab']], ['river credit union', ['coop', 'river', 'river-biz']], ['credit union', ['coop']], ['first national bank', []], ['riverbank business bank', ['river-biz']], ['zzz bank', []], ['...', []],
  ]
  for (const [text, ids] of cases) assert.deepEqual(first(text), ids, text)
})

test('what fits better comes first, and one slip is forgiven only where nothing fits without', () => {
  const banks = [bank('moore', 'Moore Bank', null), bank('moor', 'Moor', 'https://www.moor.example/'), bank('moorland', 'Bank of Moorland', null), bank('biz', 'Moor', 'https://biz.moor.example/')]
  assert.deepEqual(searchInstitutions(banks, 'moor').map(({ id }) => id), ['moor', 'biz', 'moore', 'moorland'])
  assert.deepEqual(searchInstitutions(banks, 'moore').map(({ id }) => id), ['moore'])
  assert.deepEqual(searchInstitutions(banks, 'biz.moor.example').map(({ id }) => id), ['biz', 'moor'])
})

// Fails when: who types what everybody calls the bank is told that it is not known (was so: "amex" found no American Express).
test('a short form finds its bank where nothing else fits, and so does what else the bank calls itself', () => {
  const banks = [{ ...bank('citi', 'Citi (cards)', null), aliases: ['Citibank', 'Citigroup'] }, bank('amex', 'American Express (cards)', null), bank('bofa', 'Bank of America', null), bank('wells', 'Wells Fargo', null), bank('cap', 'Capital One', null), bank('navy', 'Navy Federal Credit Union', null), bank('jpm', 'J.P. Morgan', null), bank('wf', 'WF Savings', null)]
  const cases = { amex: ['amex'], 'amex card': ['amex'], bofa: ['bofa'], BoA: ['bofa'], 'b of a': ['bofa'], capone: ['cap'], navyfed: ['navy'], nfcu: ['navy'], jpm: ['jpm'], wf: ['wf'], wefa: ['wells'], citibank: ['citi'], citigroup: ['citi'], citi: ['citi'], wfx: [], xamex: [] }
  for (const [text, ids] of Object.entries(cases)) assert.deepEqual(searchInstitutions(banks, text).map(({ id }) => id), ids, text)
})

test('ten thousand banks are searched at once', () => {
  const many = Array.from({ length: 10_000 }, (_, at) => bank(`b${at}`, `Community Bank of Place ${at}`, `https://www.place-${at}.example/`, [String(100_000_000 + at)]))
  searchInstitutions(many, 'first')
  // Fails when: every word of a pasted text is compared with every bank (was so: two seconds in which nobody else was answered).
  for (const [text, ids] of [['bank plase 9041', ['b9041']], ['abcd '.repeat(40), []]] as const) {
    const before = process.cpuUsage()
    assert.deepEqual(searchInstitutions(many, text).map(({ id }) => id), ids)
    const { user } = process.cpuUsage(before)
    assert.ok(user < 400_000, `${user} microseconds`)
  }
})
