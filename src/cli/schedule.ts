/** `relink schedule`: when connections are read by themselves, as on the page, with the same limits. */
import { LEAST_MINUTES, MOST_MINUTES, readPlanShape } from '../api/schedule-shapes.ts'
import { scheduledView, scheduleView } from '../api/routes/schedule.ts'
import type { Instance } from '../instance.ts'
import { checked, here, timesFrom } from './alerts.ts'
import { chooseConnection, verbOrFail } from './connections.ts'
import { CommandError, type Output } from './output.ts'
import { withInstance } from './with-instance.ts'

export type PlanOptions = { readonly every?: string; readonly hours?: string; readonly timeZone?: string }

type Scheduled = Awaited<ReturnType<typeof scheduledView>>

export async function show(output: Output): Promise<void> {
  await withInstance(output, async (instance) => {
    const schedule = await scheduleView(instance)
    output.data(schedule)
    if (schedule.pausedSince !== null) output.say(`Nothing is read by itself since ${schedule.pausedSince}; \`relink schedule resume\` goes on.`)
    if (schedule.items.length === 0) return output.say('No bank is connected; `relink connect` connects one.')
    output.table(['Connection', 'Login', 'Every', 'Hours', 'Next read'], schedule.items.map((one) => [one.institutionName, one.loginLabel, everyWords(one), hoursWords(one), nextWords(one, schedule.pausedSince !== null)]))
  })
}

export async function plan(output: Output, wanted: string, options: PlanOptions): Promise<void> {
  if (options.every === undefined && options.hours === undefined && options.timeZone === undefined) throw new CommandError('Say when: --every MINUTES or `usual`, --hours 07:00-19:00 or `any`.', 2)
  const every = options.every === undefined ? undefined : minutesFrom(options.every)
  const times = options.hours === undefined || options.hours === 'any' ? null : timesFrom('--hours', options.hours)
  await withInstance(output, async (instance) => {
    const { id, readPlan } = await chooseConnection(instance, wanted)
    const timeZone = options.timeZone ?? readPlan?.hours?.timeZone ?? here()
    const hours = options.hours === undefined ? (readPlan?.hours == null ? null : { ...readPlan.hours, timeZone }) : times === null ? null : { ...times, timeZone }
    if (hours === null && options.timeZone !== undefined) throw new CommandError('A time zone says by whose clock hours are meant, and this connection is read at any hour. Name them, too: --hours 07:00-19:00.', 2)
    const everyMinutes = every === undefined ? (readPlan?.everyMinutes ?? null) : every
    const planned = await scheduledView(instance, verbOrFail(await instance.verbs.planReads(id, checked(readPlanShape, { everyMinutes, hours }))))
    output.data(planned)
    output.say(`${planned.institutionName}: every ${everyWords(planned)}, ${hoursWords(planned)}. Next read: ${nextWords(planned, (await instance.store.schedule.pause()) !== null)}.`)
  })
}

/** Null: as is usual. */
function minutesFrom(words: string): number | null {
  if (words === 'usual') return null
  const minutes = Number(words)
  if (!/^\d+$/.test(words) || minutes < LEAST_MINUTES || minutes > MOST_MINUTES) throw new CommandError(`--every wants minutes, a whole number from ${LEAST_MINUTES} to ${MOST_MINUTES}, or \`usual\`, not "${words}".`, 2)
  return minutes
}

/** Reading by hand (`relink sync`) is always possible. */
export async function pause(output: Output, isPaused: boolean): Promise<void> {
  await withInstance(output, async (instance: Instance) => {
    await instance.verbs.pauseReads(isPaused)
    output.data(await scheduleView(instance))
    output.say(isPaused ? 'Nothing is read by itself any more; `relink schedule resume` goes on, and what was missed is read then.' : 'Connections are read by themselves again.')
  })
}

function everyWords({ everyMinutes, usualMinutes, leastMinutes }: Scheduled): string {
  return `${Math.max(everyMinutes ?? usualMinutes, leastMinutes)} minutes${everyMinutes === null ? ' (as is usual)' : ''}`
}

function hoursWords({ hours }: Scheduled): string {
  return hours === null ? 'at any hour' : `${hours.from}-${hours.to} (${hours.timeZone})`
}

function nextWords({ state, nextReadAt, awaitsChoice }: Scheduled, isPaused: boolean): string {
  if (state === 'disabled') return 'switched off'
  return isPaused ? 'paused with all others' : (nextReadAt ?? (awaitsChoice ? 'waits for you to choose accounts' : 'needs you first'))
}
