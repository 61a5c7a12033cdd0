/** How fresh an account is, as the API gives it (`account-freshness.ts` makes it). */
import { z } from 'zod'
import { dayShape } from './shapes.ts'

const instant = z.iso.datetime()

const word = z.enum(['up_to_date', 'bank_is_behind', 'quiet_as_usual', 'unusually_quiet', 'not_answering', 'not_readable', 'needs_you', 'paused', 'no_longer_read', 'from_files', 'not_read'])

export const freshnessShape = z
  .object({
    word,
    askedAt: instant.nullable().meta({ description: 'When Relink last tried, also by a connection that is off or removed now' }),
    answeredAt: instant.nullable().meta({ description: 'When the bank last answered for this account in full' }),
    bankDataOn: dayShape.nullable().meta({ description: 'The day to which the bank\'s own newest balance belongs; null: it told none' }),
    newestRowOn: dayShape.nullable(),
  })
  .meta({ id: 'Freshness' })

export const noticedShape = z
  .object({
    accountId: z.uuid(), word,
    disagrees: z.boolean().meta({ description: 'Balance and rows disagree, for more than the usual delays of a bank explain' }),
  })
  .meta({ id: 'NoticedAccount' })
