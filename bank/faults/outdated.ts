/** Faults of an outdated connection: the bank works, but not in the way that the client knows. */
import { BANK_FID, BANK_ORG } from '../customers.ts'
import type { LoginState } from '../state.ts'
import { answer } from '../wire.ts'
import { type Cause, type FaultDefinition, loginsOf, numberOf, textParameter } from './fault.ts'

function consent(name: string, cause: Cause, value: LoginState['consent'], sentence: string): FaultDefinition {
  return {
    name,
    family: 'outdated',
    cause,
    promise: 'notice',
    sentence,
    parameters: {},
    begin: (fault, { bank }) => loginsOf(fault, bank).forEach((login) => void (login.consent = value)),
    end: (fault, { bank }) => loginsOf(fault, bank).forEach((login) => void (login.consent = 'given')),
    holds: (fault, { bank }) => loginsOf(fault, bank).some((login) => login.consent !== 'given'),
  }
}

const gone = (title: string, text: string): string =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`

export const OUTDATED_FAULTS: readonly FaultDefinition[] = [
  {
    name: 'url-moved',
    family: 'outdated',
    cause: 'endpoint_moved',
    promise: 'notice',
    sentence:
      'The OFX server has another address; the old one answers 404 (or as told), the new one is on the status page and in the bank data.',
    parameters: {
      path: { default: '/ofx/v2', meaning: 'the new path' },
      status: { default: 404, meaning: 'answer at the old path; 301 and 308 name the new one' },
    },
    begin: (fault, { bank }) => {
      bank.ofxPath = textParameter(fault, 'path')
      bank.notices.push({ id: fault.id, text: `Our OFX service has a new address: ${bank.ofxPath}` })
    },
    end: (fault, { bank }) => {
      bank.ofxPath = '/ofx'
      bank.notices.splice(0, bank.notices.length, ...bank.notices.filter((notice) => notice.id !== fault.id))
    },
    request: (fault, { path, bank }) => {
      if (path === bank.ofxPath) return null
      const status = numberOf(fault, 'status')
      return answer(
        status,
        'text/html',
        gone(`${status} Not here`, 'The requested resource is not here.'),
        status === 301 || status === 308 ? { location: bank.ofxPath } : {},
      )
    },
  },
  {
    name: 'fid-changed',
    family: 'outdated',
    cause: 'endpoint_moved',
    promise: 'notice',
    sentence: 'The bank has another FID and ORG and refuses the old ones (13504); the bank data must be updated.',
    parameters: { fid: { default: '99002', meaning: 'new FID' }, org: { default: 'SANDBOXNEW', meaning: 'new ORG' } },
    begin: (fault, { bank }) => {
      bank.fid = textParameter(fault, 'fid')
      bank.org = textParameter(fault, 'org')
    },
    end: (_fault, { bank }) => {
      bank.fid = BANK_FID
      bank.org = BANK_ORG
    },
  },
  {
    name: 'version-refused',
    family: 'outdated',
    cause: 'protocol_outdated',
    promise: 'notice',
    sentence:
      'The bank speaks OFX only from a version on and refuses older ones (2021 or 400); a newer one that both speak is found by the profile.',
    parameters: {
      minimum: { default: 200, meaning: 'the oldest version that is answered' },
      http400: { default: false, meaning: 'refuse by HTTP status 400 instead of OFX status 2021' },
    },
    begin: (fault, { bank }) => void (bank.minimumVersion = numberOf(fault, 'minimum')),
    end: (_fault, { bank }) => void (bank.minimumVersion = 0),
    request: (fault, { version, bank }) =>
      fault.parameters['http400'] === true && version !== null && version < bank.minimumVersion
        ? answer(400, 'text/plain', 'Bad Request: OFX version not supported\n')
        : null,
  },
  {
    name: 'old-tls-only',
    family: 'outdated',
    cause: 'protocol_outdated',
    promise: 'notice',
    sentence: 'The bank speaks no TLS newer than 1.1 (https only); nothing is sent, and there is no switch to send it all the same.',
    parameters: {},
    door: (_fault, door) => ({ ...door, tls: 'old' }),
  },
  {
    name: 'header-demanded',
    family: 'outdated',
    cause: 'protocol_outdated',
    promise: 'notice',
    sentence: 'The bank answers 403 unless the request has a certain User-Agent; this is not a wrong password.',
    parameters: { userAgent: { default: 'InetClntApp/3.0', meaning: 'the User-Agent that is let through' } },
    request: (fault, { request }) =>
      request.headers['user-agent'] === textParameter(fault, 'userAgent')
        ? null
        : answer(403, 'text/html', gone('403 Forbidden', 'Access denied.')),
  },
  consent('consent-expired', 'consent_expired', 'expired', 'The consent for access has run out; the person is led to renew it.'),
  consent(
    'consent-expired-early',
    'consent_expired',
    'expired',
    'The consent has run out before its stored date, which is a hint and not a fact; the person is led to renew it.',
  ),
  consent(
    'consent-revoked',
    'consent_revoked',
    'revoked',
    'The person withdrew the consent at the bank; nothing is asked again until the person gives it anew.',
  ),
  {
    name: 'bank-merged',
    family: 'outdated',
    cause: 'connection_migrated',
    promise: 'notice',
    sentence: 'The bank was merged into another (410 and a page that says so); what is known stays, and the person is led to the new bank.',
    parameters: { into: { default: 'Harbor Bank', meaning: 'name of the new bank' } },
    begin: (fault, { bank }) =>
      void bank.notices.push({
        id: fault.id,
        text: `We are now part of ${textParameter(fault, 'into')}. Please connect your accounts there.`,
      }),
    end: (fault, { bank }) => void bank.notices.splice(0, bank.notices.length, ...bank.notices.filter((notice) => notice.id !== fault.id)),
    request: (fault) =>
      answer(
        410,
        'text/html',
        gone(`We are now part of ${textParameter(fault, 'into')}`, 'This service has moved. Please connect your accounts there.'),
      ),
  },
  {
    name: 'method-retired',
    family: 'outdated',
    cause: 'connection_migrated',
    promise: 'notice',
    sentence:
      'The bank has ended Direct Connect and says so at sign-on (2000 with a text); the person is led to another way, files at least.',
    parameters: {},
    signon: () => ({
      code: 2000,
      message: 'Direct Connect has been discontinued. Please use our new open banking service to connect your software.',
    }),
  },
]
