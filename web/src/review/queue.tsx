/**
 * The rows of an account that wait for a decision, for the keyboard: J K or arrows, A accepts, C names a
 * category, X excludes, Space selects, Shift with an arrow extends, Z takes back. After an act the next
 * row has the focus, so that fifty rows are fifty keys.
 */
import { useEffect, useRef, useState, type KeyboardEvent as ReactKeyboardEvent } from 'react'
import { formatInstant } from '../parts/time.tsx'
import { Empty, Trouble } from '../parts/states.tsx'
import type { Account, Transaction } from '../api.ts'
import { Cells, COLUMNS } from '../rows/cells.tsx'
import { useRows } from '../rows/load.ts'
import { useLongList } from '../rows/virtual.ts'
import { Why } from '../rows/why.tsx'
import { useDecisions, type Conflict, type Values } from './decide.ts'
import { useKeys } from './keys.ts'
import { KeysHelp } from './help.tsx'

export function Queue({ account, text }: { account: Account; text: string }) {
  const { rows, items, waiting, showWaiting } = useRows({ account: account.id, review: 'for_review', ...(text === '' ? {} : { text }) }, false)
  const decisions = useDecisions()
  const waitsFor = items.filter(({ id }) => isOpen(decisions.decided.get(id)))
  if (rows.error !== null && items.length === 0) return <Trouble error={rows.error} />
  if (rows.data === undefined) return <p className="appear-late meta" role="status">Loading…</p>
  return (
    <>
      {decisions.error !== null && <Trouble error={decisions.error} />}
      {decisions.conflict !== null && <Told conflict={decisions.conflict} settle={decisions.settle} />}
      <p className="mb-2 min-h-8">{waiting > 0 && <button type="button" className="button !min-h-8" onClick={showWaiting}>{waiting} new</button>}</p>
      <List account={account} rows={waitsFor} decisions={decisions} hasMore={rows.hasNextPage} isLoading={rows.isFetchingNextPage} loadMore={() => void rows.fetchNextPage()} />
      {waitsFor.length === 0 && !rows.hasNextPage && <Empty title="Nothing waits here">{text === '' ? 'New rows of this account appear here after the next read. What you decided is under Recent changes.' : `No row to review contains “${text}”.`}</Empty>}
    </>
  )
}

function isOpen(values: Values | undefined): boolean {
  return values === undefined || (values.review !== 'accepted' && values.excluded !== true)
}

type ListProps = { readonly account: Account; readonly rows: readonly Transaction[]; readonly decisions: ReturnType<typeof useDecisions>; readonly hasMore: boolean; readonly isLoading: boolean; readonly loadMore: () => void }

function List({ account, rows, decisions, hasMore, isLoading, loadMore }: ListProps) {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [open, setOpen] = useState<string | null>(null)
  const [naming, setNaming] = useState(false)
  const [help, setHelp] = useState(false)
  const list = useLongList({ count: rows.length, keyOf: (index) => rows[index]?.id ?? String(index), hasMore, isLoading, loadMore })
  const current = rows[list.active]
  const chosen = (): readonly Transaction[] => (picked.size > 0 ? rows.filter(({ id }) => picked.has(id)) : current === undefined ? [] : [current])
  const decide = (values: Values): void => {
    const acted = chosen()
    if (acted.length === 0) return
    setPicked(new Set())
    setNaming(false)
    decisions.act(acted, values)
    list.go(picked.size > 0 ? 0 : list.active)
  }
  // What comes back has the focus, as soon as it is in the list again.
  const wanted = useRef<string | null>(null)
  const undo = (): void => {
    wanted.current = decisions.undo()?.[0]?.id ?? null
  }
  useEffect(() => {
    const at = rows.findIndex(({ id }) => id === wanted.current)
    if (wanted.current === null || at === -1) return
    wanted.current = null
    list.go(at)
  }, [rows.length])
  const pick = (index: number, only?: boolean): void => {
    const id = rows[index]?.id
    if (id === undefined) return
    setPicked((before) => {
      const after = new Set(before)
      if (only !== true && after.has(id)) after.delete(id)
      else after.add(id)
      return after
    })
  }
  const extend = (by: 1 | -1): void => {
    pick(list.active, true)
    pick(list.active + by, true)
    list.go(list.active + by)
  }
  const keys = useKeys({
    j: () => list.go(list.active + 1),
    k: () => list.go(list.active - 1),
    a: () => decide({ review: 'accepted' }),
    x: () => decide({ excluded: true }),
    c: () => setNaming(true),
    z: undo,
    '/': () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
    '[Shift]+?': () => setHelp((before) => !before),
  })
  const onKey = (event: ReactKeyboardEvent): void => {
    if ((event.target as HTMLElement).role !== 'row') return
    if (event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      extend(event.key === 'ArrowDown' ? 1 : -1)
      event.preventDefault()
    } else if (event.key === ' ') {
      pick(list.active)
      event.preventDefault()
    } else if (!list.onMove(event) && event.key === 'Enter' && current !== undefined) {
      setOpen(open === current.id ? null : current.id)
      event.preventDefault()
    }
  }
  return (
    <>
      <div className="sticky top-0 z-10 mb-2 flex min-h-12 flex-wrap items-center gap-2 bg-page py-1">
        {naming ? (
          <Naming count={chosen().length} before={current?.category ?? ''} save={(category) => decide({ category, review: 'accepted' })} cancel={() => { setNaming(false); list.go(list.active) }} />
        ) : (
          <>
            <button type="button" className="button" disabled={rows.length === 0} onClick={() => decide({ review: 'accepted' })}>Accept{picked.size > 0 && ` ${picked.size}`}</button>
            <button type="button" className="button" disabled={rows.length === 0} onClick={() => setNaming(true)}>Category…</button>
            <button type="button" className="button" disabled={rows.length === 0} onClick={() => decide({ excluded: true })}>Exclude{picked.size > 0 && ` ${picked.size}`}</button>
            <button type="button" className="button" onClick={undo}>Undo</button>
            <button type="button" className="link ml-auto min-h-6" aria-expanded={help} onClick={() => setHelp(!help)}>Keys</button>
          </>
        )}
      </div>
      {help && <KeysHelp isOn={keys.isOn} toggle={keys.toggle} />}
      {rows.length > 0 && (
        <div role="grid" aria-label={`To review in ${account.name}`} aria-rowcount={hasMore ? -1 : rows.length} aria-multiselectable="true" aria-colcount={3} className="rounded-[10px] border border-line bg-surface text-[14px] leading-5" onKeyDown={onKey}>
          <div role="rowgroup" ref={list.frame} className="relative" style={{ height: list.height }}>
            {list.shown.map(({ index, key, start }) => {
              const row = rows[index]
              return row === undefined ? null : (
                <div key={key} role="row" data-index={index} ref={list.measure} aria-rowindex={index + 1} aria-selected={picked.has(row.id)} tabIndex={index === list.active ? 0 : -1} onFocus={() => list.setActive(index)}
                  className={`absolute inset-x-0 top-0 border-t border-line outline-offset-[-2px] ${picked.has(row.id) ? 'border-l-4 border-l-accent bg-sunken' : index === list.active ? 'bg-sunken' : ''}`} style={{ transform: list.offsetOf(start) }}>
                  <div role="presentation" className={`${COLUMNS} cursor-pointer py-2 hover:bg-sunken`} onClick={() => list.go(index)}><Cells row={row} /></div>
                  {open === row.id && <div role="gridcell" className="bg-sunken px-3 py-3"><Why id={row.id} /></div>}
                </div>
              )
            })}
          </div>
        </div>
      )}
    </>
  )
}

/** One field; Enter stores the category and accepts, Escape leaves everything as it was. */
function Naming({ count, before, save, cancel }: { count: number; before: string; save: (category: string) => void; cancel: () => void }) {
  const [category, setCategory] = useState(before)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <form className="flex grow flex-wrap items-center gap-2" onSubmit={(event) => { event.preventDefault(); if (category.trim() !== '') save(category.trim()) }} onKeyDown={(event) => event.key === 'Escape' && cancel()}>
      <label className="flex grow items-center gap-2"><span>Category of {count === 1 ? 'this row' : `${count} rows`}</span><input ref={field} className="field !w-auto min-w-0 grow" maxLength={200} value={category} onChange={(event) => setCategory(event.target.value)} /></label>
      <button className="button button-primary" type="submit">Save</button>
      <button className="button" type="button" onClick={cancel}>Cancel</button>
    </form>
  )
}

/** Somebody else decided about the row meanwhile: both ways are shown, nothing is overwritten unseen. */
function Told({ conflict: { row, current }, settle }: { conflict: Conflict; settle: (use: 'theirs' | 'mine') => void }) {
  const chose = current.excluded ? 'excluded it' : current.category !== null ? `chose ${current.category}` : current.review === 'accepted' ? 'accepted it' : 'changed it'
  return (
    <div role="alert" className="panel mb-3 border-need">
      <p><bdi className="font-medium">{row.description}</bdi>: somebody else {chose}, {formatInstant(current.updatedAt)}.</p>
      <div className="mt-2 flex gap-2">
        <button type="button" className="button" onClick={() => settle('theirs')}>Keep</button>
        <button type="button" className="button" onClick={() => settle('mine')}>Use mine</button>
      </div>
    </div>
  )
}
