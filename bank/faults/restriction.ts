/** Restrictions of the bank: it works, but not for this client, not so often or not so far back. */
import { addDays } from '../../src/domain/day.ts'
import { answer, type HttpAnswer } from '../wire.ts'
import { type Fault, type FaultDefinition, numberOf, type RequestMoment, textParameter } from './fault.ts'

const page = (title: string, text: string): string =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`

/** Counts requests in windows of the bank's clock; null while the quota lasts. */
function overQuota(fault: Fault, { now }: RequestMoment): HttpAnswer | null {
  const windowMs = numberOf(fault, 'windowSeconds') * 1_000
  const window = Math.floor(now / windowMs)
  const used = fault.memory.get('window') === window ? Number(fault.memory.get('used')) : 0
  fault.memory.set('window', window)
  fault.memory.set('used', used + 1)
  if (used < numberOf(fault, 'allowed')) return null
  const retryAfter = String(Math.ceil(((window + 1) * windowMs - now) / 1_000))
  return answer(429, 'text/plain', 'Too Many Requests\n', fault.parameters['retryAfter'] === true ? { 'retry-after': retryAfter } : {})
}

function rateLimit(name: string, retryAfter: boolean, sentence: string): FaultDefinition {
  return {
    name,
    family: 'restriction',
    cause: 'rate_limited',
    promise: 'survive',
    sentence,
    parameters: {
      allowed: { default: 0, meaning: 'requests that are answered in each window' },
      windowSeconds: { default: 3_600, meaning: 'length of a window' },
      retryAfter: { default: retryAfter, meaning: 'the refusal says when the next window begins' },
    },
    request: overQuota,
  }
}

export const RESTRICTION_FAULTS: readonly FaultDefinition[] = [
  {
    name: 'third-party-blocked',
    family: 'restriction',
    cause: 'access_restricted',
    promise: 'notice',
    sentence:
      'The bank lets no software of others in (403 and a page that says so); this is not a wrong password, and files are offered instead.',
    parameters: {},
    request: () =>
      answer(
        403,
        'text/html',
        page('Automated access is not permitted', 'Access by third-party software has been disabled by Sandbox Bank.'),
      ),
  },
  {
    name: 'client-blocked',
    family: 'restriction',
    cause: 'access_restricted',
    promise: 'notice',
    sentence: 'The bank refuses this client by its APPID (2000 with a text); this is not a wrong password.',
    parameters: { allowed: { default: 'BANKAPP', meaning: 'the APPID that is let through' } },
    signon: (fault, { appId }) =>
      appId === textParameter(fault, 'allowed')
        ? null
        : { code: 2000, message: `Client ${appId ?? 'unknown'} is not registered with this institution.` },
  },
  rateLimit('rate-limit', true, 'Too many requests (429 with Retry-After); the feed waits exactly that long and loses nothing.'),
  rateLimit('rate-limit-silent', false, 'Too many requests (429 without Retry-After); the feed waits longer each time and loses nothing.'),
  {
    name: 'login-in-use',
    family: 'restriction',
    cause: 'rate_limited',
    promise: 'survive',
    sentence: 'Another session of the same login is open (15501); the feed tries later.',
    parameters: {},
    signon: () => ({ code: 15501, message: 'Customer account already in use' }),
  },
  {
    name: 'history-cut',
    family: 'restriction',
    cause: 'history_limit',
    promise: 'survive',
    sentence:
      'Only the last days come, with success and the whole asked window named; days that are not covered withdraw nothing and prove nothing.',
    parameters: { days: { default: 90, meaning: 'how far back rows come' } },
    statement: (fault, statement, { bank, now }) => {
      const first = addDays(bank.zone.dayOf(now), -numberOf(fault, 'days'))
      return { ...statement, rows: statement.rows.filter((row) => row.day >= first) }
    },
  },
  {
    name: 'range-refused',
    family: 'restriction',
    cause: 'history_limit',
    promise: 'survive',
    sentence: 'A window that begins too early is refused (2027); the feed asks for a shorter one, down to a day, and remembers what was given.',
    parameters: { days: { default: 90, meaning: 'how far back a window may begin' } },
    refuse: (fault, _account, from, _to, { bank, now }) =>
      from < addDays(bank.zone.dayOf(now), -numberOf(fault, 'days')) ? { code: 2027, message: 'Invalid date range' } : null,
  },
  {
    name: 'geo-block',
    family: 'restriction',
    cause: 'access_restricted',
    promise: 'notice',
    sentence: 'A firewall before the bank refuses the country or network of this host (403 from another server); the person is told.',
    parameters: {},
    request: () =>
      answer(403, 'text/html', page('Access Denied', 'This service is not available in your region. Reference #18.2d351ab8'), {
        server: 'EdgeShield',
      }),
  },
]
