/** The pause of one tenant's reading in memory; see `ScheduleStore`. */
import type { ScheduleStore } from '../../ports/schedule.ts'
import type { TenantState } from './state.ts'

export function memorySchedule(state: TenantState): ScheduleStore {
  return {
    async pause() {
      return state.readingPause
    },
    async setPause(pause) {
      state.readingPause = pause === null ? null : (state.readingPause ?? pause)
    },
  }
}
