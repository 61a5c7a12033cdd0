/**
 * Harmless questions that separate causes: does the server answer in its protocol, and in which version of it. Both are
 * the anonymous profile request; neither carries a secret. Our clock is compared beside them.
 */
import type { ConnectorContext, ConnectorProbe, ProbeResult } from '../../connector-kit/connector.ts'
import type { Failure } from '../../domain/evidence.ts'
import { failed, ok, type Result } from '../../domain/result.ts'
import { OFX_VERSIONS, type OfxVersion } from '../../formats/ofx/markup.ts'
import { anonymousRefused, isRefusal, ofBank } from './failures.ts'
import { exchangeMessage, type Reply } from './message.ts'
import { readSettings } from './settings.ts'

export const PROBES: readonly ConnectorProbe[] = ['profile', 'other_version']

/** Nothing came that a server could have said. */
const SILENT: ReadonlySet<Failure['code']> = new Set(['bank_unreachable', 'address_forbidden', 'answer_too_slow'])

/** One of each generation of the protocol: who serves none of these serves none. */
const TRIED: readonly OfxVersion[] = ['102', '203', '211']

/** Runs one probe. */
export async function probe(context: ConnectorContext, kind: ConnectorProbe): Promise<ProbeResult> {
  return kind === 'profile' ? await askProfile(context) : await askInOtherVersions(context)
}

async function askProfile(context: ConnectorContext): Promise<ProbeResult> {
  const { reply, clockSkewSeconds } = await ask(context, null)
  const facts = clockSkewSeconds === null ? {} : { clockSkewSeconds }
  if (reply.ok) return { probe: 'profile', outcome: 'answers', sentence: 'The bank\'s server answers in its protocol, without a sign-in.', evidence: null, facts }
  const { message, code, evidence } = reply.failure
  // Any answer, also one that refuses or is no OFX, shows that a server is there.
  const began = evidence.some(({ httpStatus }) => httpStatus !== undefined)
  const outcome = code === 'quota_reached' ? 'not_asked' : code === 'tls_refused' ? 'tls_refused' : !began && SILENT.has(code) ? 'silent' : 'answers_wrongly'
  return { probe: 'profile', outcome, sentence: message, evidence, facts }
}

async function askInOtherVersions(context: ConnectorContext): Promise<ProbeResult> {
  const used = usedVersion(context)
  for (const version of TRIED.filter((other) => other !== used)) {
    const { reply } = await ask(context, version)
    if (reply.ok) return { probe: 'other_version', outcome: 'answers', sentence: `The bank's server answers when it is asked in version ${version} of the protocol.`, evidence: null, facts: {} }
  }
  return { probe: 'other_version', outcome: 'same', sentence: 'Another version of the protocol makes no difference.', evidence: null, facts: {} }
}

function usedVersion(context: ConnectorContext): OfxVersion {
  const settings = readSettings(context.settings)
  return (settings.ok ? settings.value.version : undefined) ?? OFX_VERSIONS.find((known) => known === context.state['version']) ?? '102'
}

/** One anonymous profile request; a refusal in the protocol is a failure. */
async function ask(context: ConnectorContext, version: OfxVersion | null): Promise<{ readonly reply: Result<true, Failure>; readonly clockSkewSeconds: number | null }> {
  const settings = readSettings(context.settings)
  if (!settings.ok) return { clockSkewSeconds: null, reply: failed({ code: 'configuration_invalid', stage: 'signon', retry: { kind: 'afterPerson' }, message: settings.failure.message, evidence: [{ protocol: 'ofx', message: settings.failure.message }] }) }
  const { url, org, fid, appId, appVersion } = settings.value
  const [newFileUid, trnuid, clientTimeMs] = [context.newId(), context.newId(), context.now()]
  const institution = org === undefined ? {} : { institution: { org, fid: fid ?? null } }
  const write = () => ({ version: version ?? usedVersion(context), newFileUid, clientTimeMs, signOn: { login: 'anonymous' as const, appId, appVersion, ...institution }, messages: [{ type: 'profile' as const, trnuid }] })
  const replied = await exchangeMessage(context.transport, settings.value, { purpose: 'probe', stage: 'signon', url, write, secrets: [] })
  if (!replied.ok) return { reply: failed(ofBank(replied.failure, context.institution.id)), clockSkewSeconds: null }
  const refused = refusalIn(replied.value, context)
  return { reply: refused === null ? ok(true) : failed(refused), clockSkewSeconds: replied.value.clockSkewSeconds }
}

function refusalIn({ signOn, response }: Reply, context: ConnectorContext): Failure | null {
  const status = response.answers.find((answer) => answer.of === 'PROFTRNRS')?.status ?? null
  return isRefusal(signOn.status) || isRefusal(status) ? ofBank(anonymousRefused([signOn.status, status]), context.institution.id) : null
}
