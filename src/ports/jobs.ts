/**
 * Work to be done later, by any worker, at least once. Jobs hold ids only, never data or secrets.
 * Two jobs with the same key do not run at the same time; correctness never depends on that: the
 * store's own lock makes one writer for each connection.
 */
export type Job =
  | { readonly kind: 'sync'; readonly tenantId: string; readonly connectionId: string; readonly trigger: 'schedule' | 'person' | 'repair' }
  | { readonly kind: 'repair'; readonly tenantId: string; readonly connectionId: string }

export type Jobs = {
  /** Resolves when the job is durable. A job with the same kind and connection that still waits is not doubled. */
  enqueue(job: Job, options?: { readonly startAt?: number }): Promise<void>
  /** Starts taking jobs, `concurrency` at once. */
  work(concurrency: number, handle: (job: Job) => Promise<void>): Promise<void>
  /** Stops taking jobs and waits for those that run. */
  stop(): Promise<void>
}
