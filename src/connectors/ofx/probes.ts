/**
 * Harmless questions that separate causes: does the server answer at all, does it know itself, is
 * our clock right. All are the anonymous profile request of the protocol; none carries a secret.
 */
import type { ConnectorContext, Probe, ProbeResult } from '../../connector-kit/connector.ts'
import type { Failure } from '../../domain/evidence.ts'
import { failed, type Result } from '../../domain/result.ts'
import { OFX_VERSIONS, type OfxVersion } from '../../formats/ofx/markup.ts'
import { isRefusal, ofBank, refusal } from './failures.ts'
import { exchangeMessage, type Reply } from './message.ts'
import { readSettings } from './settings.ts'

export const PROBES: readonly Probe[] = [
  { id: 'reach', title: 'Does the bank\'s server answer?', seconds: 2 },
  { id: 'profile', title: 'Does the server answer in its protocol, without a sign-in?', seconds: 2 },
  { id: 'clock', title: 'Is the clock of this computer right?', seconds: 2 },
]

const MUCH_SKEW_SECONDS = 300

/** Runs one probe. */
export async function probe(context: ConnectorContext, id: string): Promise<ProbeResult> {
  const asked = await askProfile(context)
  const facts = asked.ok && asked.value.clockSkewSeconds !== null ? { clockSkewSeconds: asked.value.clockSkewSeconds } : {}
  const result = (ok: boolean, sentence: string, failure: Failure | null): ProbeResult => ({ id, ok, sentence, evidence: failure?.evidence ?? null, facts })
  if (id === 'reach') {
    // Any answer, also one that refuses or is no OFX, shows that the server is there.
    const unreachable = !asked.ok && (asked.failure.code === 'bank_unreachable' || asked.failure.code === 'tls_refused' || asked.failure.code === 'address_forbidden' || asked.failure.code === 'answer_too_slow')
    return unreachable ? result(false, asked.failure.message, asked.failure) : result(true, 'The bank\'s server answers.', null)
  }
  if (id === 'clock') {
    const skew = facts.clockSkewSeconds
    if (skew === undefined) return result(true, 'The bank\'s server does not tell its time.', null)
    if (Math.abs(skew) < MUCH_SKEW_SECONDS) return result(true, `The clock agrees with the bank's within ${Math.abs(skew)} s.`, null)
    return result(false, `The clock of this computer is ${Math.abs(skew)} s ${skew > 0 ? 'behind' : 'ahead of'} the bank's.`, null)
  }
  if (id !== 'profile') return result(false, `There is no probe "${id}".`, null)
  if (!asked.ok) return result(false, asked.failure.message, asked.failure)
  const { signOn, response } = asked.value
  const status = response.answers.find((answer) => answer.of === 'PROFTRNRS')?.status ?? null
  if (!isRefusal(signOn.status) && !isRefusal(status)) return result(true, 'The server answers in its protocol.', null)
  const refused = ofBank(refusal('signon', [signOn.status, status]), context.institution.id)
  return result(false, refused.message, refused)
}

async function askProfile(context: ConnectorContext): Promise<Result<Reply, Failure>> {
  const settings = readSettings(context.settings)
  if (!settings.ok) return failed({ code: 'configuration_invalid', stage: 'signon', retry: { kind: 'afterPerson' }, message: settings.failure.message, evidence: [{ protocol: 'ofx', message: settings.failure.message }] })
  const { url, org, fid, appId, appVersion } = settings.value
  const version: OfxVersion = settings.value.version ?? OFX_VERSIONS.find((known) => known === context.state['version']) ?? '102'
  const [newFileUid, trnuid, clientTimeMs] = [context.newId(), context.newId(), context.now()]
  const institution = org === undefined ? {} : { institution: { org, fid: fid ?? null } }
  const write = () => ({ version, newFileUid, clientTimeMs, signOn: { login: 'anonymous' as const, appId, appVersion, ...institution }, messages: [{ type: 'profile' as const, trnuid }] })
  const replied = await exchangeMessage(context.transport, settings.value, { purpose: 'probe', stage: 'signon', url, write, secrets: [] })
  return replied.ok ? replied : failed(ofBank(replied.failure, context.institution.id))
}
