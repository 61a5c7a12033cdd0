/** Whether anything is read by itself at all; when one connection is, stands with it (`Connection.readPlan`). */

export type ReadingPause = { readonly since: number; /** As the audit log names who did it. */ readonly by: string }

export type ScheduleStore = {
  pause(): Promise<ReadingPause | null>
  /** A pause that stands keeps its beginning; null ends it. */
  setPause(pause: ReadingPause | null): Promise<void>
}
