/** `relink doctor`: this host's clock, names, certificates, trust store, proxy, way out, disk, database and keys, in sentences with what to do. */
import { checkHost } from '../check-host.ts'
import type { HostFinding } from '../diagnose/host-check.ts'
import type { Output } from './output.ts'
import { configuration } from './with-instance.ts'

export async function doctorCommand(output: Output): Promise<void> {
  output.progress('Looking at this host…')
  const findings = await checkHost(configuration())
  output.data({ findings })
  for (const finding of findings) output.say(`${MARKS[finding.state]} ${finding.check.padEnd(13)} ${finding.sentence}`)
  if (findings.some((f) => f.state === 'broken')) process.exitCode = 1
}

const MARKS: Record<HostFinding['state'], string> = { ok: '✓', warning: '▲', broken: '⬣', not_known: '?' }
