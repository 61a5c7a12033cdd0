/** What a row of a list shows of a transaction: day, text, amount with its own currency and the other one; under the text what a page says of it. */
import type { ReactNode } from 'react'
import type { Transaction } from '../api.ts'
import { say } from '../language/language.ts'
import { Chip } from '../parts/chip.tsx'
import { Amount, formatForeign, useMoney } from '../parts/money.tsx'
import { Day } from '../parts/time.tsx'

export const COLUMNS = 'grid grid-cols-[6.5rem_minmax(0,1fr)_auto] gap-x-2 px-2 @lg:grid-cols-[7rem_minmax(0,1fr)_auto] @lg:gap-x-4 @lg:px-3'
/** 40 pixels with its line, or room for a finger. */
export const ROW = `${COLUMNS} py-[9.5px] pointer-coarse:py-3`

/** An amount of more characters would leave no room for a word beside it on a phone: the text stands below. */
const LONG = 13
/** The same on the narrowest. */
const LONG_FOR_NARROW = 8

/** Classes of text and amount where the text stands below. */
const BELOW = {
  phone: { text: '@max-lg:col-span-2 @max-lg:col-start-2 @max-lg:row-start-2', amount: '@max-lg:col-span-2 @max-lg:col-start-2 @max-lg:row-start-1' },
  narrow: { text: '@max-xs:col-span-2 @max-xs:col-start-2 @max-xs:row-start-2', amount: '@max-xs:col-span-2 @max-xs:col-start-2 @max-xs:row-start-1' },
  never: { text: '', amount: '' },
} as const

export function Cells({ row, children }: { row: Transaction; children?: ReactNode }) {
  const struck = row.state === 'withdrawn' ? 'line-through' : ''
  const write = useMoney()
  const longest = Math.max(write(row.amount, row.currency).length, row.foreignAmount === null || row.foreignCurrency === null ? 0 : formatForeign(row.foreignAmount, row.foreignCurrency).length)
  const below = BELOW[longest > LONG ? 'phone' : longest > LONG_FOR_NARROW ? 'narrow' : 'never']
  return (
    <>
      <span role="gridcell" className={`min-w-0 [&>time]:whitespace-normal ${struck}`}><Day day={row.postedOn} /></span>
      <span role="gridcell" className={`min-w-0 ${below.text}`}>
        {row.description === '' ? <span className="block text-muted">{say('no text')}</span> : <bdi className={`name ${struck}`}>{row.description}</bdi>}
        {row.state === 'pending' && <Chip tone="wait">{say('Pending')}</Chip>}
        {row.state === 'withdrawn' && <span className="meta">{say('withdrawn')}</span>}
        {row.excluded && <span className="meta block">{say('excluded: in no file for your books')}</span>}
        {row.deleted && <span className="meta block">{say('deleted by a person')}</span>}
        {row.category !== null && <span className="meta block">{row.category}</span>}
        {row.transfer !== null && <span className="meta block">{say('Transfer between own accounts')}</span>}
        {children}
      </span>
      <span role="gridcell" className={`text-right ${struck} ${below.amount}`}>
        <Amount amount={row.amount} currency={row.currency} signed />
        {row.foreignAmount !== null && row.foreignCurrency !== null && <span className="meta amount block">{formatForeign(row.foreignAmount, row.foreignCurrency)}</span>}
      </span>
    </>
  )
}
