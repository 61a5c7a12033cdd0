/** Other programs call the ways to a bank by other names; a record that means one of ours is read as ours. */
import type { Protocol } from '../domain/evidence.ts'

/** Names without anything but letters and digits, each with its protocol. */
const NAMES: Readonly<Record<Protocol, string>> = {
  ofx: 'ofx ofxdc ofxdirectconnect directconnect ofxserver qfxdirectconnect',
  'web-connect': 'webconnect qfx qbo ofxfile webconnectfile',
  quicken: 'quicken expresswebconnect ewc quickenconnect',
  quickbooks: 'quickbooks quickbooksbankfeeds quickbooksdesktop quickbooksonline qb',
  'qbo-api': 'qboapi quickbooksapi quickbooksonlineapi intuitapi',
  simplefin: 'simplefin simplefinbridge',
  plaid: 'plaid',
  mx: 'mx mxplatform atrium',
  finicity: 'finicity mastercardopenfinance mastercardopenbanking',
  teller: 'teller',
  pluggy: 'pluggy',
  lunchflow: 'lunchflow',
  fints: 'fints hbci fintshbci pintan',
  ebics: 'ebics',
  'berlin-group': 'berlingroup nextgenpsd2 xs2a psd2 stet',
  obie: 'obie openbankinguk ukopenbanking openbanking',
  gocardless: 'gocardless nordigen gocardlessbankaccountdata bankaccountdata',
  'enable-banking': 'enablebanking',
  'salt-edge': 'saltedge saltedgespectre spectre',
  truelayer: 'truelayer',
  scraper: 'scraper scraping screenscraper screenscraping webscraper weboob woob browser',
  file: 'file fileimport csv qif mt940 camt camt053',
  other: 'other',
}
const BY_NAME = new Map(Object.entries(NAMES).flatMap(([protocol, names]) => names.split(' ').map((name) => [name, protocol as Protocol] as const)))

/** The protocol of that name, however it is written; `other` where none is known, whose numbers mean nothing by themselves. */
export function protocolNamed(name: string): Protocol {
  return BY_NAME.get(name.toLowerCase().replace(/[^a-z0-9]/g, '')) ?? 'other'
}
