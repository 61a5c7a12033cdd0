/**
 * Faults of our own side, as far as a server on the wire can cause them: something between the bank
 * and us answers instead of it, our clock or trust store is off, our request or our reader is at fault.
 */
import { type Element, leaf, node } from '../ofx/element.ts'
import { answer } from '../wire.ts'
import { type FaultDefinition, numberOf } from './fault.ts'

const PROXY_PAGE =
  '<!DOCTYPE html><html><head><title>ERROR: Cache Access Denied</title></head><body><h1>Proxy Authentication Required</h1></body></html>'
const PORTAL_PAGE =
  '<!DOCTYPE html><html><head><title>Guest network sign-in</title></head><body><h1>Welcome to the guest network</h1><form><input name="room"></form></body></html>'

/** Adds a vendor aggregate to each statement, and a transaction type that no list knows to each row. */
function addUnknown(element: Element): Element {
  const children = element.children.map(addUnknown)
  if (element.tag === 'TRNTYPE') return { ...element, text: 'INSTANTPMT' }
  if (element.tag === 'STMTRS' || element.tag === 'CCSTMTRS')
    return node(element.tag, children, node('SANDBOX.INSIGHTS', leaf('SANDBOX.SCORE', '7'), leaf('SANDBOX.HINT', 'Spend less on coffee')))
  if (element.tag === 'STMTTRN') return node(element.tag, children, leaf('SANDBOX.CARBON', '0.4'))
  return { ...element, children }
}

export const OWN_SIDE_FAULTS: readonly FaultDefinition[] = [
  {
    name: 'aggregator-down',
    family: 'own_side',
    cause: 'aggregator_down',
    promise: 'survive',
    sentence: 'A relay between us and the bank answers 502 in its own name; the bank is not blamed, and the feed waits.',
    parameters: {},
    request: () =>
      answer(502, 'application/json', '{"error":"upstream_unavailable","service":"bank-relay"}', {
        server: 'bank-relay/2.4',
        via: '1.1 bank-relay',
      }),
  },
  {
    name: 'clock-skew',
    family: 'own_side',
    cause: 'local_network',
    promise: 'notice',
    sentence:
      'The clock of this host is off: the Date header of the bank differs by hours and the bank refuses DTCLIENT (2020); the person is told about the clock.',
    parameters: { hours: { default: 3, meaning: "how far the bank's time is ahead of ours" } },
    signon: () => ({ code: 2020, message: 'Invalid date: DTCLIENT differs too much from our time' }),
    answer: (fault, given, { now }) => ({
      ...given,
      headers: { ...given.headers, date: new Date(now + numberOf(fault, 'hours') * 3_600_000).toUTCString() },
    }),
  },
  {
    name: 'proxy-broken',
    family: 'own_side',
    cause: 'local_network',
    promise: 'notice',
    sentence: 'A proxy of this host answers 407 instead of the bank; the bank is not blamed, and the person is told about the proxy.',
    parameters: {},
    request: () =>
      answer(407, 'text/html', PROXY_PAGE, {
        server: 'squid/5.7',
        via: '1.1 gateway.lan (squid/5.7)',
        'proxy-authenticate': 'Basic realm="gateway"',
      }),
  },
  {
    name: 'captive-portal',
    family: 'own_side',
    cause: 'local_network',
    promise: 'notice',
    sentence:
      'The network of this host answers with its own sign-in page (200, HTML); unreadable is not empty, and the person is told about the network.',
    parameters: {},
    request: () => answer(200, 'text/html', PORTAL_PAGE, { server: 'GuestPortal/1.0' }),
  },
  {
    name: 'trust-store-stale',
    family: 'own_side',
    cause: 'local_network',
    promise: 'notice',
    sentence:
      "The bank's certificate comes from a new authority that this host does not know (https only); nothing is sent, and the person is told about the trust store.",
    parameters: {},
    door: (_fault, door) => ({ ...door, certificate: 'new_ca' }),
  },
  {
    name: 'request-malformed',
    family: 'own_side',
    cause: 'client_bug',
    promise: 'notice',
    sentence: 'The bank calls our request malformed (400 with a text); the person need not act, the report goes to the makers.',
    parameters: {},
    request: () => answer(400, 'text/plain', 'Bad Request: OFX request is malformed: unexpected element in SONRQ\n'),
  },
  {
    name: 'unknown-field',
    family: 'own_side',
    cause: 'client_bug',
    promise: 'survive',
    sentence: 'The bank adds fields and a transaction type that nobody knew; the reader goes on with what it knows and loses no row.',
    parameters: {},
    tree: (_fault, tree) => addUnknown(tree),
  },
]
