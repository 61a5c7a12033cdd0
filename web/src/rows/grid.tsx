/** Rows as a grid for the keyboard: arrows, PgUp, PgDn, Home, End go by row, Enter opens one. */
import type { KeyboardEvent, ReactNode } from 'react'
import type { Transaction } from '../api.ts'
import { say } from '../language/language.ts'
import { Cells, COLUMNS, ROW } from './cells.tsx'
import { useLongList } from './virtual.ts'

type GridProps = {
  readonly label: string
  readonly items: readonly Transaction[]
  /** What stands under the text of a row, such as its account where several are shown. */
  readonly under?: (row: Transaction) => ReactNode
  /** How many there are in all, where that is known. */
  readonly total: number | null
  readonly hasMore: boolean
  readonly isLoading: boolean
  readonly loadMore: () => void
  /** The row whose detail is shown. */
  readonly open: string | undefined
  readonly choose: (id: string) => void
}

export function RowGrid({ label, items, under, total, hasMore, isLoading, loadMore, open, choose }: GridProps) {
  const list = useLongList({ rows: items, hasMore, isLoading, loadMore })
  const onKey = (event: KeyboardEvent): void => {
    const row = items[list.active]
    if ((event.target as HTMLElement).role !== 'row' || list.onMove(event) || event.key !== 'Enter' || row === undefined) return
    choose(row.id)
    event.preventDefault()
  }
  return (
    <div role="grid" aria-label={label} aria-rowcount={total === null ? -1 : total + 1} aria-colcount={3} className="rounded-[10px] border border-line bg-surface text-[14px] leading-5" onKeyDown={onKey}>
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={`${COLUMNS} py-2 font-medium text-muted`}>
          <span role="columnheader" className="min-w-0 [overflow-wrap:anywhere]">{say('Booked')}</span><span role="columnheader" className="min-w-0 [overflow-wrap:anywhere]">{say('Description')}</span><span role="columnheader" className="text-right">{say('Amount')}</span>
        </div>
      </div>
      <div role="rowgroup" ref={list.frame} className="relative" style={{ height: list.height }}>
        {list.shown.map(({ index, key, start }) => {
          const row = items[index]
          return row === undefined ? null : (
            <div key={key} role="row" data-index={index} ref={list.measure} aria-rowindex={index + 2} tabIndex={index === list.active ? 0 : -1} onFocus={() => list.setActive(index)}
              className={`absolute inset-x-0 top-0 border-t border-line outline-offset-[-2px] ${row.state === 'withdrawn' ? 'text-muted' : ''} ${open === row.id ? 'bg-sunken before:absolute before:inset-y-0 before:left-0 before:border-l-4 before:border-accent' : ''}`} aria-current={open === row.id ? true : undefined} style={{ transform: list.offsetOf(start) }}>
              <div role="presentation" className={`${ROW} cursor-pointer hover:bg-sunken`} onClick={() => choose(row.id)}><Cells row={row}>{under?.(row)}</Cells></div>
            </div>
          )
        })}
      </div>
    </div>
  )
}
