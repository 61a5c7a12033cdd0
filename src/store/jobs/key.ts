/** What makes two jobs the same work. */
import type { Job } from '../../ports/jobs.ts'

export function keyOf({ kind, tenantId, connectionId }: Job): string {
  return `${kind}/${tenantId}/${connectionId}`
}
