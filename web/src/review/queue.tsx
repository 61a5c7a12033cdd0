/**
 * The rows of an account, or of all, that wait for a decision, for the keyboard: J K or arrows, A accepts (with the
 * category that is proposed), C names a category, M pairs what is proposed or finds another row, R makes a rule, X excludes, Space
 * selects, Shift with an arrow extends, Z takes back. After an act the next row has the focus, so that
 * fifty rows are fifty keys.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent as ReactKeyboardEvent, type ReactNode } from 'react'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { formatInstant } from '../parts/time.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { useWide } from '../parts/split.tsx'
import { Empty, RowsToCome, Trouble } from '../parts/states.tsx'
import { useMay, useOffline } from '../me.ts'
import type { Account, Match, Transaction } from '../api.ts'
import { Cells, ROW } from '../rows/cells.tsx'
import { useRows } from '../rows/load.ts'
import { useLongList } from '../rows/virtual.ts'
import { Why } from '../rows/why.tsx'
import { Link } from '@tanstack/react-router'
import { isIn, Proposal, useSuggestions, type Proposals, type View } from './suggestions.tsx'
import { RuleForm, type NewRule } from './rule-form.tsx'
import { useDecisions, type Conflict, type TakenBack, type Values } from './decide.ts'
import { useKeys } from './keys.ts'
import { KeysHelp } from './help.tsx'
import { MatchForm } from './match-form.tsx'

/** `account` null: of all. */
type QueueProps = { account: Account | null; accounts: readonly Account[]; text: string; view: View; look: (id: string | null) => void; children: ReactNode }

/** `look`: told of the row that the keyboard is at, whenever it is another one. `children`: which rows are shown, in the line above them. */
export function Queue({ account, accounts, text, view, look, children }: QueueProps) {
  const { rows, items, waiting, showWaiting } = useRows({ account: account?.id, review: 'for_review', ...(text === '' ? {} : { text }) }, false)
  const decisions = useDecisions()
  const proposals = useSuggestions(account?.id ?? null, view === 'all' ? '' : text)
  const waitsFor = useMemo(() => {
    // What is proposed is proposed for the newest rows that wait, whether the list has loaded them already or not.
    const listed = view === 'all' ? items : [...proposals.of.values()].filter((one) => isIn(view, one)).map(({ transaction }) => transaction)
    return listed.filter(({ id }) => isOpen(decisions.decided.get(id)))
  }, [view, items, proposals.of, decisions.decided])
  const hasMore = view === 'all' && rows.hasNextPage
  // What has come meanwhile waits beside it, where it moves no row.
  const head = <div className="mb-2 flex flex-wrap items-end gap-2">{children}{waiting > 0 && <button type="button" className="button ml-auto !min-h-8" onClick={showWaiting}>{say('{count} new', { count: waiting })}</button>}</div>
  if (rows.error !== null && items.length === 0) return <>{head}<Trouble error={rows.error} /></>
  if (rows.data === undefined) return <>{head}<RowsToCome /></>
  return (
    <>
      {head}
      {decisions.error !== null && <Trouble error={decisions.error} />}
      {decisions.conflicts[0] !== undefined && <Told conflict={decisions.conflicts[0]} more={decisions.conflicts.length - 1} settle={decisions.settle} />}
      <List account={account} accounts={accounts} rows={waitsFor} proposals={proposals.of} decisions={decisions} hasMore={hasMore} isLoading={rows.isFetchingNextPage} loadMore={() => void rows.fetchNextPage()} look={look} />
      {waitsFor.length === 0 && !hasMore && <Empty title={say('Nothing waits here')}>{emptyWords(view, text, account !== null)}</Empty>}
    </>
  )
}

function emptyWords(view: View, text: string, isOfOne: boolean): string {
  if (text !== '') return say(view === 'all' ? 'No row to review contains “{text}”.' : 'No row here contains “{text}”.', { text })
  if (view === 'suggested') return say('Once you chose a category twice for the same payee, or made a rule, it is proposed here for rows that wait.')
  if (view === 'transfers') return say('When a row leaves one of your accounts and comes in another within five days, both are shown here.')
  if (view === 'unusual') return say('An amount far beyond what a payee took before, or the same amount twice, is shown here.')
  return say(isOfOne ? 'New rows of this account appear here after the next read. What you decided is under Recent changes.' : 'New rows appear here after the next read. What you decided is under Recent changes.')
}

/** The words before the first that holds a digit: numbers of invoices and shops are others next time. */
function stayingWords(text: string): string {
  const words = text.split(' ')
  const first = words.findIndex((word) => /\d/.test(word))
  return first < 1 ? text : words.slice(0, first).join(' ')
}

function isOpen(values: Values | undefined): boolean {
  return values === undefined || (values.review !== 'accepted' && values.excluded !== true)
}

type ListProps = { readonly account: Account | null; readonly accounts: readonly Account[]; readonly rows: readonly Transaction[]; readonly proposals: Proposals; readonly decisions: ReturnType<typeof useDecisions>; readonly hasMore: boolean; readonly isLoading: boolean; readonly loadMore: () => void; readonly look: (id: string | null) => void }

function List({ account, accounts, rows, proposals, decisions, hasMore, isLoading, loadMore, look }: ListProps) {
  const may = useMay()
  const offline = useOffline()
  const mayDecide = may('review') && !offline
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const isWide = useWide()
  const [open, setOpen] = useState<string | null>(null)
  const [naming, setNaming] = useState(false)
  const [rule, setRule] = useState<NewRule | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const [taken, setTaken] = useState<TakenBack | null>(null)
  const [help, setHelp] = useState(false)
  // The row for which another one is looked for.
  const [lone, setLone] = useState<Transaction | null>(null)
  const list = useLongList({ rows, hasMore, isLoading, loadMore })
  const names = useMemo(() => new Map(accounts.map(({ id, name }) => [id, name])), [accounts])
  const current = rows[list.active]
  useEffect(() => look(current?.id ?? null), [current?.id])
  // What comes back has the focus, as soon as it is in the list again.
  const wanted = useRef<string | null>(null)
  // Where the focus was when it was asked for: who went on meanwhile, into a search perhaps, is not called back.
  const askedAt = useRef<Element | null>(null)
  // The row to which a Z brought the focus: who takes back more in one breath has gone nowhere.
  const brought = useRef<string | null>(null)
  const listed = useRef(rows)
  listed.current = rows
  const focused = (): string | undefined => listed.current[Number((document.activeElement as HTMLElement | null)?.dataset['index'] ?? -1)]?.id
  const chosen = (): readonly Transaction[] => (picked.size > 0 ? rows.filter(({ id }) => picked.has(id)) : current === undefined ? [] : [current])
  const acted = (): void => {
    setPicked(new Set())
    setNaming(false)
    setSaid(null)
    setTaken(null)
    wanted.current = null
    brought.current = null
    list.go(picked.size > 0 ? 0 : list.active)
  }
  const decide = (valuesFor: (row: Transaction) => Values): void => {
    const rowsNow = chosen()
    if (rowsNow.length === 0 || !mayDecide) return
    decisions.act(rowsNow.map((row) => ({ row, values: valuesFor(row) })))
    acted()
  }
  const accept = (): void =>
    decide(({ id }) => {
      const category = proposals.get(id)?.category?.category
      return category === undefined ? { review: 'accepted' } : { review: 'accepted', category }
    })
  const other = current === undefined ? undefined : proposals.get(current.id)?.transfer?.other
  // A pair goes when the server has it: until then its row keeps the focus, and then the next one has it.
  const goes = useRef<string | null>(null)
  const pair = (row: Transaction, mate: Transaction, as: Match['as']): void => {
    decisions.pair(row, mate, as)
    goes.current = row.id
    setLone(null)
    acted()
  }
  const pairProposed = (): void => {
    if (current !== undefined && other !== undefined && mayDecide) pair(current, other, 'transfer')
  }
  const findMate = (): void => {
    if (current !== undefined && mayDecide) setLone(current)
  }
  const teach = (): void => {
    if (current !== undefined && mayDecide) setRule({ contains: stayingWords(current.name ?? current.memo ?? ''), category: current.category ?? proposals.get(current.id)?.category?.category ?? '' })
  }
  const stays = (): boolean => document.activeElement === askedAt.current || document.activeElement === document.body || (brought.current !== null && focused() === brought.current)
  const undo = (): void => {
    if (!mayDecide) return
    askedAt.current = document.activeElement
    const shown = decisions.undo((done) => {
      if (done.rows.every(({ id }) => id !== shown) && stays()) wanted.current = done.rows[0]?.id ?? null
      setTaken(done)
      setSaid(null)
    })
    wanted.current = shown
  }
  useEffect(() => {
    const at = rows.findIndex(({ id }) => id === wanted.current)
    if (wanted.current === null || at === -1) return
    const isThere = stays()
    brought.current = isThere ? wanted.current : null
    wanted.current = null
    if (isThere) list.go(at)
  }, [rows.length, taken])
  useEffect(() => {
    if (goes.current === null || rows.some(({ id }) => id === goes.current)) return
    goes.current = null
    if (document.activeElement === document.body) list.go(list.active)
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
  /** All rows from the one with the focus to that one. */
  const extend = (to: number): void => {
    for (let at = Math.min(list.active, to); at <= Math.max(list.active, to); at++) pick(at, true)
    list.go(to)
  }
  const keys = useKeys({
    j: () => list.go(list.active + 1),
    k: () => list.go(list.active - 1),
    a: accept,
    x: () => decide(() => ({ excluded: true })),
    c: () => setNaming(mayDecide),
    m: other === undefined ? findMate : pairProposed,
    'Shift+m': findMate,
    r: teach,
    z: undo,
    // With Shift on many keyboards.
    '[Shift]+/': () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
    '[Shift]+?': () => setHelp((before) => !before),
  })
  const onKey = (event: ReactKeyboardEvent): void => {
    if ((event.target as HTMLElement).role !== 'row') return
    if (event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      extend(list.active + (event.key === 'ArrowDown' ? 1 : -1))
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
      {may('review') && <div className="sticky top-0 z-10 mb-2 flex min-h-12 flex-wrap items-center gap-2 bg-page py-1">
        {naming ? (
          <NeedsServer><Naming count={chosen().length} before={current?.category ?? ''} save={(category) => decide(() => ({ category, review: 'accepted' }))} cancel={() => { setNaming(false); list.go(list.active) }} /></NeedsServer>
        ) : (
          <>
            <NeedsServer>
              <button type="button" className="button" disabled={rows.length === 0} onClick={accept}>{picked.size > 0 ? say('Accept {count}', { count: picked.size }) : say('Accept')}</button>
              <button type="button" className="button" disabled={rows.length === 0} onClick={() => setNaming(true)}>{say('Category…')}</button>
              <button type="button" className="button" disabled={rows.length === 0} onClick={() => decide(() => ({ excluded: true }))}>{picked.size > 0 ? say('Exclude {count}', { count: picked.size }) : say('Exclude')}</button>
              {other !== undefined && <button type="button" className="button" onClick={pairProposed}>{say('Pair the transfer')}</button>}
              <button type="button" className="button" disabled={current === undefined} onClick={findMate}>{say('Match…')}</button>
              <button type="button" className="button" disabled={current === undefined} onClick={teach}>{say('Rule…')}</button>
              <button type="button" className="button" onClick={undo}>{say('Undo')}</button>
            </NeedsServer>
            {rows.length > 1 && <button type="button" className="link min-h-6" onClick={() => setPicked(picked.size > 0 ? new Set() : new Set(rows.map(({ id }) => id)))}>{picked.size > 0 ? say('Select none') : say(hasMore ? 'Select all {count} loaded' : 'Select all {count}', { count: rows.length })}</button>}
            <button type="button" className="link ml-auto min-h-6" aria-expanded={help} onClick={() => setHelp(!help)}>{say('{of, select, other {Keys}}', { of: 'keyboard' })}</button>
          </>
        )}
      </div>}
      {rule !== null && <NeedsServer><RuleForm key={rule.contains} start={rule} cancel={() => { setRule(null); list.go(list.active) }} done={(changed, made) => { setRule(null); setSaid(say('The rule is saved. {count, plural, one {# row} other {# rows}} became {category}.', { count: changed, category: made.category })); list.go(list.active) }} /></NeedsServer>}
      {lone !== null && <NeedsServer><MatchForm key={lone.id} row={lone} accounts={accounts} choose={({ as, transaction }) => pair(lone, transaction, as)} cancel={() => { setLone(null); list.go(list.active) }} /></NeedsServer>}
      <p role="status" className={said === null ? 'sr-only' : 'mb-2'}>{said}{said !== null && <> <Link className="link" to="/rules">{say('Rules')}</Link></>}</p>
      {taken !== null && <p role="status" className={taken.changedSince === 0 && rows.some(({ id }) => id === taken.rows[0]?.id) ? 'sr-only' : 'mb-2'}>{takenWords(taken)}</p>}
      {help && <KeysHelp isOn={keys.isOn} toggle={keys.toggle} />}
      {rows.length > 0 && (
        <div role="grid" aria-label={say('To review in {account}', { account: account?.name ?? say('all accounts') })} aria-rowcount={hasMore ? -1 : rows.length} aria-multiselectable="true" aria-colcount={3} className="rounded-[10px] border border-line bg-surface text-[14px] leading-5" onKeyDown={onKey}>
          <div role="rowgroup" ref={list.frame} className="relative" style={{ height: list.height }}>
            {list.shown.map(({ index, key, start }) => {
              const row = rows[index]
              return row === undefined ? null : (
                <div key={key} role="row" data-index={index} ref={list.measure} aria-rowindex={index + 1} aria-selected={picked.has(row.id)} tabIndex={index === list.active ? 0 : -1} onFocus={() => list.setActive(index)}
                  className={`absolute inset-x-0 top-0 border-t border-line outline-offset-[-2px] ${picked.has(row.id) ? 'border-l-4 border-l-accent bg-sunken' : index === list.active ? 'bg-sunken' : ''}`} style={{ transform: list.offsetOf(start) }}>
                  <div role="presentation" className={`${ROW} cursor-pointer hover:bg-sunken`} onClick={(event) => (event.shiftKey ? extend(index) : list.go(index))} onMouseDown={(event) => event.shiftKey && event.preventDefault()}><Cells row={row}>{account === null && names.has(row.accountId) && <bdi className="meta name">{names.get(row.accountId)}</bdi>}{proposals.has(row.id) && <Proposal proposal={proposals.get(row.id)!} accounts={accounts} />}</Cells></div>
                  {open === row.id && !isWide && <div role="gridcell" className="bg-sunken px-3 py-3"><Why id={row.id} /></div>}
                </div>
              )
            })}
          </div>
        </div>
      )}
    </>
  )
}

/** What came back, which may be in another list than this one. */
function takenWords({ kind, rows, changedSince }: TakenBack): string {
  const [first] = rows
  if (kind === null || first === undefined) return say('Nothing of yours is left to take back. What others decided is under Recent changes.')
  const row = first.description === '' ? say('no text') : first.description
  if (kind === 'transfer') return say('Taken back: the transfer {row}.', { row })
  if (kind === 'answer') return say('Taken back: your answer about {row}.', { row })
  const words = say('Taken back: what you decided of {count, plural, one {{row}} other {# rows}}.', { count: rows.length, row })
  return changedSince === 0 ? words : `${words} ${say('{count, plural, one {# row stays as it is: something else was decided of it since.} other {# rows stay as they are: something else was decided of them since.}}', { count: changedSince })}`
}

/** One field; Enter stores the category and accepts, Escape leaves everything as it was. */
function Naming({ count, before, save, cancel }: { count: number; before: string; save: (category: string) => void; cancel: () => void }) {
  const [category, setCategory] = useState(before)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <form className="flex grow flex-wrap items-center gap-2" onSubmit={(event) => { event.preventDefault(); if (category.trim() !== '') save(category.trim()) }} onKeyDown={(event) => event.key === 'Escape' && cancel()}>
      <label className="flex grow items-center gap-2"><span>{say('Category of {count, plural, =1 {this row} other {# rows}}', { count })}</span><input ref={field} className="field !w-auto min-w-0 grow" maxLength={200} value={category} onChange={(event) => setCategory(event.target.value)} /></label>
      <button className="button button-primary" type="submit">{say('Save')}</button>
      <button className="button" type="button" onClick={cancel}>{say('Cancel')}</button>
    </form>
  )
}

/** What was done to the row, by whom: the person themselves, elsewhere; somebody by name; somebody. */
const TOLD = {
  excluded: [message('{row}: you excluded it elsewhere, {at}.'), message('{row}: {who} excluded it, {at}.'), message('{row}: somebody excluded it, {at}.')],
  chose: [message('{row}: you chose {category} elsewhere, {at}.'), message('{row}: {who} chose {category}, {at}.'), message('{row}: somebody chose {category}, {at}.')],
  accepted: [message('{row}: you accepted it elsewhere, {at}.'), message('{row}: {who} accepted it, {at}.'), message('{row}: somebody accepted it, {at}.')],
  changed: [message('{row}: you changed it elsewhere, {at}.'), message('{row}: {who} changed it, {at}.'), message('{row}: somebody changed it, {at}.')],
} as const

/** It was decided about the row elsewhere meanwhile: both ways are shown, nothing is overwritten unseen. */
function Told({ conflict: { row, current, decided }, more, settle }: { conflict: Conflict; more: number; settle: (use: 'theirs' | 'mine') => void }) {
  const done = TOLD[current.excluded ? 'excluded' : current.category !== null ? 'chose' : current.review === 'accepted' ? 'accepted' : 'changed']
  return (
    <div role="alert" className="panel mb-3 border-need">
      <p>
        <Say
          message={done[decided?.isCaller === true ? 0 : decided?.by == null ? 2 : 1]}
          row={<bdi className="font-medium">{row.description}</bdi>} who={<bdi>{decided?.by}</bdi>} category={current.category} at={formatInstant(decided?.at ?? current.updatedAt)}
        />
        {more > 0 && <> {say('{count} more like that.', { count: more })}</>}
      </p>
      <div className="mt-2 flex gap-2">
        <button type="button" className="button" onClick={() => settle('theirs')}>{say('Keep')}</button>
        <NeedsServer><button type="button" className="button" onClick={() => settle('mine')}>{say('Use mine')}</button></NeedsServer>
      </div>
    </div>
  )
}
