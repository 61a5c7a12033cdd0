/** When connections are read by themselves, as resources. */
import { z } from 'zod'
import { hoursShape } from './shapes.ts'

const instant = z.iso.datetime()

/** Oftener than hourly no bank is asked by itself; more rarely than daily, days of a short history could be missed. */
export const [LEAST_MINUTES, MOST_MINUTES] = [60, 1_440]

export const readPlanShape = z.strictObject({ everyMinutes: z.int().min(LEAST_MINUTES).max(MOST_MINUTES).nullable().meta({ description: 'null: as is usual' }), hours: hoursShape.nullable().meta({ description: 'null: at any hour' }) })

export const scheduledShape = z
  .object({
    connectionId: z.uuid(), institutionName: z.string(), loginLabel: z.string(), state: z.enum(['connecting', 'active', 'disabled', 'removed', 'preview', 'replaced']),
    everyMinutes: z.int().nullable().meta({ description: 'What a person chose; null: as is usual' }), hours: hoursShape.nullable(),
    usualMinutes: z.int(), leastMinutes: z.int().meta({ description: 'The bank allows no shorter; 0: it names no limit' }), requestsPerDay: z.int().nullable(),
    nextReadAt: instant.nullable().meta({ description: 'null: a person must act first' }), awaitsChoice: z.boolean().meta({ description: 'Which accounts are read has to be chosen first' }), isRetrying: z.boolean(),
  })
  .meta({ id: 'ScheduledConnection' })

export const scheduleShape = z.object({ pausedSince: instant.nullable(), items: z.array(scheduledShape) }).meta({ id: 'Schedule' })
