/**
 * Finds the connectors: every folder beside this file whose `index.ts` exports a `connector`. It
 * names none of them, so that a new protocol is a new folder and nothing else. Institutions are the
 * data of those folders, joined with an operator's own file.
 */
import { readdir, readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Connector } from '../connector-kit/connector.ts'
import { fileFault } from '../domain/file-fault.ts'
import type { Institution, JsonObject } from '../domain/institution.ts'
import { jsonFault } from '../domain/json-fault.ts'
import { failed, ok, type Result } from '../domain/result.ts'

export type InstitutionsFailure = { readonly message: string }

const HERE = new URL('./', import.meta.url)

/** All connectors by their id. Throws for a folder that breaks the contract: that is a bug of ours. */
export async function discoverConnectors(): Promise<ReadonlyMap<string, Connector>> {
  const connectors = new Map<string, Connector>()
  for (const folder of await folders()) {
    const { connector } = (await import(new URL(`${folder}/index.ts`, HERE).href)) as { readonly connector?: Connector }
    if (connector === undefined) continue
    if (connector.manifest.id !== folder) throw new Error(`the connector in ${folder}/ calls itself ${connector.manifest.id}`)
    connectors.set(folder, connector)
  }
  return connectors
}

/**
 * The institutions of all connectors and of `extraFile` (JSON, the same shape; null: none). An entry
 * of that file takes the place of ours with the same id: the operator may know a newer address.
 */
export async function loadInstitutions(connectors: ReadonlyMap<string, Connector>, extraFile: string | null): Promise<Result<readonly Institution[], InstitutionsFailure>> {
  const institutions = new Map<string, Institution>()
  const files = [...connectors.keys()].map((id) => ({ name: `${id}/institutions.json`, path: new URL(`${id}/institutions.json`, HERE), optional: true }))
  for (const { name, path, optional } of [...files, ...(extraFile === null ? [] : [{ name: extraFile, path: extraFile, optional: false }])]) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error)
    if (text instanceof Error) {
      if (optional && text.code === 'ENOENT') continue
      return failed({ message: `${name} cannot be read: ${fileFault(text)}.` })
    }
    const read = readInstitutions(text, name, connectors)
    if (!read.ok) return read
    const seen = new Set<string>()
    for (const institution of read.value) {
      if (seen.has(institution.id) || (optional && institutions.has(institution.id))) return failed({ message: `${name}: the id "${institution.id}" is used twice. Give the institution another id.` })
      seen.add(institution.id)
      institutions.set(institution.id, institution)
    }
  }
  return ok([...institutions.values()])
}

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json())

const institutionSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case letters, digits and single hyphens'),
  name: z.string().min(1).max(100),
  aliases: z.array(z.string().min(1).max(100)).max(20).optional(),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters (ISO 3166), for example US'),
  website: z.url({ protocol: /^https$/, error: 'must be an https address, or null' }).nullable().default(null),
  routingNumbers: z.array(z.string().min(1).max(20)).default([]),
  timeZone: z.string().refine(isTimeZone, 'must be a time zone, for example America/New_York'),
  customers: z.enum(['personal', 'business'], 'must be personal or business, or left out').optional(),
  limits: z
    .strictObject({ requestsPerDay: z.int().positive().nullable().default(null), minSecondsBetweenSyncs: z.int().positive().nullable().default(null) })
    .default({ requestsPerDay: null, minSecondsBetweenSyncs: null }),
  routes: z.tuple([z.strictObject({ connector: z.string(), settings: json })], z.strictObject({ connector: z.string(), settings: json })),
})

/** Reads a list of institutions; a failure names the entry, the field and what is expected. */
export function readInstitutions(text: string, name: string, connectors: ReadonlyMap<string, Connector>): Result<readonly Institution[], InstitutionsFailure> {
  let entries: unknown
  try {
    entries = JSON.parse(text)
  } catch (error) {
    return failed({ message: `${name} cannot be read: ${jsonFault(error as SyntaxError)}.` })
  }
  if (!Array.isArray(entries)) return failed({ message: `${name} must hold a list of institutions: [ … ].` })
  const institutions: Institution[] = []
  for (const [index, entry] of entries.entries()) {
    const label = `${name}, entry ${index + 1}${typeof entry?.id === 'string' ? ` ("${entry.id}")` : ''}`
    const read = institutionSchema.safeParse(entry)
    if (!read.success) {
      const issue = read.error.issues[0]
      return failed({ message: `${label}, field ${issue?.path.join('.') || '(itself)'}: ${issue?.message ?? 'not valid'}.` })
    }
    for (const [position, route] of read.data.routes.entries()) {
      const connector = connectors.get(route.connector)
      if (connector === undefined) return failed({ message: `${label}, field routes.${position}.connector: there is no connector "${route.connector}". Known: ${[...connectors.keys()].join(', ')}.` })
      if (connector.originsOf(route.settings).length > 0) continue
      const checked = connector.checkSettings(read.data, route, {})
      return failed({ message: `${label}, field routes.${position}.settings: ${checked.ok ? 'not valid.' : checked.failure.message}` })
    }
    institutions.push(read.data)
  }
  return ok(institutions)
}

async function folders(): Promise<readonly string[]> {
  const entries = await readdir(HERE, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()
}

/** Asked for each bank; there are few zones, and each costs a millisecond. */
const zones = new Map<string, boolean>()

function isTimeZone(zone: string): boolean {
  const known = zones.get(zone)
  if (known !== undefined) return known
  const found = exists(zone)
  zones.set(zone, found)
  return found
}

function exists(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
