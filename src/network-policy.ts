/**
 * What the operator permits beyond the public internet, per institution and for alerts: addresses of the
 * own network, plain http (for mail: without TLS), and a certificate authority of one's own. Kept in one file (RELINK_NETWORK)
 * that no page and no bank data can change; without it nothing private is called but `relink bank`.
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { PrivateHost } from './adapters/address-guard.ts'
import { fileFault } from './domain/file-fault.ts'
import { jsonFault } from './domain/json-fault.ts'
import { failed, ok, type Result } from './domain/result.ts'

export type InstitutionNetwork = { readonly privateHosts: readonly PrivateHost[]; readonly caPem: string | null }

export type NetworkPolicy = { forInstitution(institutionId: string): InstitutionNetwork; /** For mail servers, webhooks and ntfy. */ forAlerts(): InstitutionNetwork }

export const NOTHING_PERMITTED: InstitutionNetwork = { privateHosts: [], caPem: null }

const networkShape = z.strictObject({
  privateHosts: z.array(z.strictObject({ host: z.string().min(1), cidr: z.union([z.cidrv4(), z.cidrv6()]), plainHttp: z.boolean().default(false) })).default([]),
  caFile: z.string().optional(),
})
const fileShape = z.strictObject({ institutions: z.record(z.string(), networkShape).default({}), alerts: networkShape.optional() })

/** `relink bank` on this host, for trying out: the one private address that needs no word of the operator's. */
export const SANDBOX_IDS: ReadonlySet<string> = new Set(['sandbox', 'sandbox-online'])
const SANDBOX: InstitutionNetwork = { privateHosts: [{ host: '127.0.0.1', cidr: '127.0.0.1/32', plainHttp: true }], caPem: null }

/** By the ids of institutions. */
export type Networks = Pick<ReadonlyMap<string, InstitutionNetwork>, 'get'>

/** A policy from values; what is not named is only reached on the public internet. */
export function networkPolicy(institutions: Networks, alerts: InstitutionNetwork = NOTHING_PERMITTED): NetworkPolicy {
  return { forInstitution: (id) => institutions.get(id) ?? (SANDBOX_IDS.has(id) ? SANDBOX : NOTHING_PERMITTED), forAlerts: () => alerts }
}

/** Nothing private but the sandbox bank. */
export const PUBLIC_ONLY: NetworkPolicy = networkPolicy(new Map())

/** Reads the operator's file; a failure names the place in it. `caFile` is relative to the file. */
export async function readNetworkPolicy(path: string): Promise<Result<NetworkPolicy, { readonly message: string }>> {
  let reading = `RELINK_NETWORK (${path})`
  try {
    const parsed = fileShape.safeParse(JSON.parse(await readFile(path, 'utf8')))
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return failed({ message: `RELINK_NETWORK (${path}) is not valid at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.` })
    }
    const networkOf = async ({ privateHosts, caFile }: z.output<typeof networkShape>): Promise<InstitutionNetwork> => {
      if (caFile === undefined) return { privateHosts, caPem: null }
      const caPath = resolve(dirname(path), caFile)
      reading = `The file ${caPath} that RELINK_NETWORK (${path}) names`
      return { privateHosts, caPem: await readFile(caPath, 'utf8') }
    }
    const institutions = new Map<string, InstitutionNetwork>()
    for (const [id, permitted] of Object.entries(parsed.data.institutions)) institutions.set(id, await networkOf(permitted))
    return ok(networkPolicy(institutions, parsed.data.alerts === undefined ? NOTHING_PERMITTED : await networkOf(parsed.data.alerts)))
  } catch (error) {
    const reason = error instanceof SyntaxError ? jsonFault(error) : fileFault(error)
    return failed({ message: `${reading} cannot be read: ${reason}.` })
  }
}
