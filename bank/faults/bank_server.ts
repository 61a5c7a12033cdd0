/** Faults of the bank's own machines: it cannot be reached, or what it says is not the protocol. */
import { answer, type HttpAnswer } from '../wire.ts'
import { type FaultDefinition, numberOf, textParameter } from './fault.ts'

const page = (title: string, text: string): string =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`

function statusFault(status: number, title: string, cause: 'institution_down' | 'institution_error', sentence: string): FaultDefinition {
  return {
    name: `http-${status}`,
    family: 'bank_server',
    cause,
    promise: 'survive',
    sentence,
    parameters: {},
    request: () => answer(status, 'text/html', page(`${status} ${title}`, 'The server could not complete the request.')),
  }
}

/** A changed body with its headers kept. */
function withBody(given: HttpAnswer, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { ...given, body, headers: { ...given.headers, ...headers } }
}

export const BANK_SERVER_FAULTS: readonly FaultDefinition[] = [
  {
    name: 'connection-refused',
    family: 'bank_server',
    cause: 'institution_down',
    promise: 'survive',
    sentence: 'Nobody listens at the address; the feed waits and catches up without loss.',
    parameters: {},
    door: (_fault, door) => ({ ...door, listening: false }),
  },
  {
    name: 'dns-gone',
    family: 'bank_server',
    cause: 'institution_down',
    promise: 'survive',
    sentence:
      'The name of the bank does not resolve (on loopback: the profile names a host that does not exist, and nothing else is answered); the feed waits.',
    parameters: { host: { default: 'ofx.sandbox-bank.invalid', meaning: 'host that the profile names' } },
    door: (_fault, door) => ({ ...door, resolves: false }),
    request: (_fault, { anonymous }) => (anonymous ? null : { kind: 'reset' }),
    profileUrl: (fault, url) => {
      const moved = new URL(url)
      moved.host = textParameter(fault, 'host')
      moved.port = ''
      return moved.href
    },
  },
  {
    name: 'connection-reset',
    family: 'bank_server',
    cause: 'institution_down',
    promise: 'survive',
    sentence:
      'The bank closes the connection without an answer; whether it took the sign-on is unknown, so no secret is sent again in haste.',
    parameters: {},
    answer: () => ({ kind: 'reset' }),
  },
  {
    name: 'slow-drip',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'survive',
    sentence: 'The answer drips in a few bytes at a time; the read ends at its time limit and nothing half is stored.',
    parameters: { bytesPerSecond: { default: 20, meaning: 'speed of the body' } },
    answer: (fault, given) => ({ ...given, pace: { ...given.pace, bytesPerSecond: numberOf(fault, 'bytesPerSecond') } }),
  },
  {
    name: 'half-open',
    family: 'bank_server',
    cause: 'institution_down',
    promise: 'survive',
    sentence: 'The connection opens and nothing ever comes; the read ends at its time limit.',
    parameters: {},
    request: () => ({ kind: 'hang' }),
  },
  statusFault(500, 'Internal Server Error', 'institution_error', 'The bank fails inside (500); the feed waits and tries later.'),
  statusFault(
    502,
    'Bad Gateway',
    'institution_down',
    "The bank's gateway reaches nothing behind it (502); the feed waits and tries later.",
  ),
  statusFault(
    503,
    'Service Unavailable',
    'institution_down',
    'The bank says that it is unavailable (503) without saying for how long; the feed waits.',
  ),
  statusFault(504, 'Gateway Timeout', 'institution_down', "The bank's gateway waited in vain (504); the feed waits and tries later."),
  {
    name: 'html-instead',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'survive',
    sentence: 'A web page with status 200 comes instead of OFX; unreadable is not empty, so nothing is stored or withdrawn.',
    parameters: {},
    request: () => answer(200, 'text/html; charset=utf-8', page('Welcome to Online Banking', 'Please use our new web site.')),
  },
  {
    name: 'truncated-body',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'survive',
    sentence: 'The answer breaks off in the middle; nothing of it is stored.',
    parameters: {
      keep: { default: 0.6, meaning: 'share of the body that arrives' },
      announced: { default: true, meaning: 'Content-Length announces the whole body' },
    },
    answer: (fault, given) => {
      const bytes = Math.floor(given.body.length * numberOf(fault, 'keep'))
      return fault.parameters['announced'] === true
        ? { ...given, pace: { ...given.pace, cutAfterBytes: bytes } }
        : withBody(given, given.body.slice(0, bytes))
    },
  },
  {
    name: 'wrong-charset',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'survive',
    sentence: 'The body is in another encoding than its header says; amounts and days are still right, and no row is lost or doubled.',
    parameters: {},
    answer: (_fault, given) => {
      const text = new TextDecoder('windows-1252').decode(given.body)
      if (text.includes('encoding="UTF-8"'))
        return withBody(
          given,
          Uint8Array.from(new TextDecoder().decode(given.body), (c) => Math.min(255, c.charCodeAt(0))),
        )
      return withBody(given, new TextEncoder().encode(text))
    },
  },
  {
    name: 'empty-200',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'survive',
    sentence: 'Status 200 with an empty body; unreadable is not empty.',
    parameters: { cookie: { default: false, meaning: 'sets a cookie and answers as soon as it comes back' } },
    request: (fault, moment) => {
      if (fault.parameters['cookie'] !== true) return answer(200, 'application/x-ofx', '')
      return moment.request.headers['cookie']?.includes('lb=') === true
        ? null
        : answer(200, 'application/x-ofx', '', { 'set-cookie': 'lb=n1; Path=/' })
    },
  },
  {
    name: 'endless-blanks',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'survive',
    sentence: 'The answer is followed by blanks without end; the reader stops at its limit and the process lives.',
    parameters: { bytes: { default: 100_000_000, meaning: 'number of blanks' } },
    answer: (fault, given) => ({ ...given, pace: { ...given.pace, padBlanks: numberOf(fault, 'bytes') } }),
  },
  {
    name: 'garbage-body',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'survive',
    sentence: 'Random bytes come as OFX; nothing is stored and the process lives.',
    parameters: { bytes: { default: 4_000, meaning: 'length of the garbage' } },
    answer: (fault, given) =>
      withBody(
        given,
        Uint8Array.from({ length: numberOf(fault, 'bytes') }, () => fault.random.between(0, 255)),
      ),
  },
  {
    name: 'general-error',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'survive',
    sentence: 'The sign-on works but every statement ends with a general error (2000); the feed waits and tries later.',
    parameters: {},
    refuse: () => ({ code: 2000, message: 'General error' }),
  },
  {
    name: 'wrong-certificate',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'notice',
    sentence: 'The certificate is for another name (https only); nothing is sent and the person is told.',
    parameters: {},
    door: (_fault, door) => ({ ...door, certificate: 'wrong_name' }),
  },
  {
    name: 'expired-certificate',
    family: 'bank_server',
    cause: 'institution_error',
    promise: 'notice',
    sentence: 'The certificate has expired (https only); nothing is sent and the person is told.',
    parameters: {},
    door: (_fault, door) => ({ ...door, certificate: 'expired' }),
  },
]
