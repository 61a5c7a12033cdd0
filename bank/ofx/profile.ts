/**
 * The profile: what the bank supports, and where (OFX 1.0.2, section 7). Every message set names the
 * real URL, because clients post their next request there.
 */
import { BANK_ID } from '../customers.ts'
import type { BankState } from '../state.ts'
import { writeInstant } from './dates.ts'
import { type Element, leaf, node } from './element.ts'
import { CHANGED_AT } from './envelope.ts'
import { isXml, knowsMfa, knowsPending } from './message.ts'

const REALM = 'SANDBOX'

export function profile(bank: BankState, options: { readonly url: string; readonly version: number; readonly siteUrl: string }): Element {
  const { version } = options
  const core = node(
    'MSGSETCORE',
    leaf('VER', 1),
    leaf('URL', options.url),
    leaf('OFXSEC', 'NONE'),
    leaf('TRANSPSEC', options.url.startsWith('https') ? 'Y' : 'N'),
    leaf('SIGNONREALM', REALM),
    leaf('LANGUAGE', 'ENG'),
    leaf('SYNCMODE', 'LITE'),
    leaf('RESPFILEER', 'Y'),
  )
  const pending = knowsPending(version) ? leaf('PENDINGAVAIL', 'Y') : null
  return node(
    'PROFRS',
    node(
      'MSGSETLIST',
      node('SIGNONMSGSET', node('SIGNONMSGSETV1', core)),
      node(
        'SIGNUPMSGSET',
        node(
          'SIGNUPMSGSETV1',
          core,
          node('WEBENROLL', leaf('URL', options.siteUrl)),
          leaf('CHGUSERINFO', 'N'),
          leaf('AVAILACCTS', 'Y'),
          leaf('CLIENTACTREQ', 'N'),
        ),
      ),
      node(
        'BANKMSGSET',
        node('BANKMSGSETV1', core, leaf('CLOSINGAVAIL', 'N'), pending, node('EMAILPROF', leaf('CANEMAIL', 'N'), leaf('CANNOTIFY', 'N'))),
      ),
      node('CREDITCARDMSGSET', node('CREDITCARDMSGSETV1', core, leaf('CLOSINGAVAIL', 'N'), pending)),
      node('PROFMSGSET', node('PROFMSGSETV1', core)),
    ),
    node('SIGNONINFOLIST', signonInfo(version, knowsMfa(version) ? (bank.credential?.label ?? null) : null)),
    leaf('DTPROFUP', writeInstant(CHANGED_AT)),
    leaf('FINAME', bank.name.slice(0, 32)),
    leaf('ADDR1', '1 Loopback Square'),
    isXml(version) ? leaf('ADDR2', 'Suite 127') : null,
    leaf('CITY', 'Localhost'),
    leaf('STATE', 'NY'),
    leaf('POSTALCODE', BANK_ID.slice(0, 5)),
    leaf('COUNTRY', 'USA'),
    leaf('CSPHONE', '555-0100'),
    leaf('URL', options.siteUrl),
    leaf('EMAIL', 'help@sandbox-bank.invalid'),
  )
}

function signonInfo(version: number, label: string | null): Element {
  const mfa = knowsMfa(version)
    ? [
        // The profile is for all customers, and some of them need one.
        leaf('CLIENTUIDREQ', 'Y'),
        leaf('AUTHTOKENFIRST', 'N'),
        leaf('MFACHALLENGESUPT', 'Y'),
        leaf('MFACHALLENGEFIRST', 'N'),
        isXml(version) ? leaf('ACCESSTOKENREQ', 'N') : null,
      ]
    : []
  return node(
    'SIGNONINFO',
    leaf('SIGNONREALM', REALM),
    leaf('MIN', 4),
    leaf('MAX', 32),
    leaf('CHARTYPE', 'ALPHAORNUMERIC'),
    leaf('CASESEN', 'Y'),
    leaf('SPECIAL', 'Y'),
    leaf('SPACES', 'Y'),
    leaf('PINCH', 'N'),
    leaf('CHGPINFIRST', 'N'),
    leaf('USERCRED1LABEL', label),
    mfa,
  )
}
