/** Several pieces of evidence of one failure as the one record that a diagnosis reads. Pure. */
import type { Evidence } from '../domain/evidence.ts'

/** All evidence of one failure as one record: codes and texts in order, else the first that knows. */
export function mergeEvidence(list: readonly Evidence[]): Evidence {
  const merged: Record<string, unknown> = {}
  for (const one of list) for (const [name, value] of Object.entries(one)) if (value !== undefined && merged[name] === undefined) merged[name] = value
  const codes = [...new Set(list.flatMap((one) => one.codes ?? []))]
  const texts = (pick: (one: Evidence) => string | undefined) => [...new Set(list.flatMap((one) => pick(one) ?? []))].join(' / ')
  const message = texts((one) => one.message)
  const body = texts((one) => one.body)
  return { ...merged, ...(codes.length > 0 ? { codes } : {}), ...(message === '' ? {} : { message }), ...(body === '' ? {} : { body }) } as Evidence
}
