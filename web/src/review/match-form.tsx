/**
 * Another row that a person makes one with the row that waits: the same once more, or the other side of a transfer. The
 * nearest are listed; words find what is further away. By the keyboard: type, arrows, Enter; Escape leaves all as it was.
 */
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { get, type Account, type Match, type Transaction } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Amount, useMoney } from '../parts/money.tsx'
import { Trouble } from '../parts/states.tsx'
import { Day, formatDay } from '../parts/time.tsx'
import { ToCome } from '../parts/to-come.tsx'

const AS: Record<Match['as'], { button: string; title: string }> = {
  same: { button: message('The same'), title: message('In this account: the same row once more') },
  transfer: { button: message('Transfer'), title: message('In other accounts: the other side of a transfer') },
}

type Props = { row: Transaction; accounts: readonly Account[]; choose: (match: Match) => void; cancel: () => void }

export function MatchForm({ row, accounts, choose, cancel }: Props) {
  const [text, setText] = useState('')
  const asked = useDeferredValue(text.trim())
  const frame = useRef<HTMLElement>(null)
  useEffect(() => frame.current?.querySelector('input')?.focus(), [])
  const found = useQuery({ queryKey: ['matches', row.id, asked], queryFn: ({ signal }) => get<{ items: Match[] }>(`/transactions/${row.id}/matches?text=${encodeURIComponent(asked)}`, signal), placeholderData: (before) => before })
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') return cancel()
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by === undefined) return
    const stops = [...(frame.current?.querySelectorAll<HTMLElement>('input, li button') ?? [])]
    stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(event.target as HTMLElement) + by))]?.focus()
    event.preventDefault()
  }
  const items = found.data?.items ?? []
  return (
    <section ref={frame} className="panel mb-3 grid gap-3" aria-label={say('Match')} data-keys="own" onKeyDown={onKey}>
      <p className="flex flex-wrap items-baseline gap-x-3"><span>{say('Which row belongs to this one?')}</span><Day day={row.postedOn} /><bdi className="name font-medium">{row.description === '' ? say('no text') : row.description}</bdi><Amount amount={row.amount} currency={row.currency} signed /></p>
      <input type="search" className="field" aria-label={say('Search rows to match')} placeholder={say('Search name, memo or amount')} maxLength={200} value={text} onChange={(event) => setText(event.target.value)} />
      {found.error !== null && <Trouble error={found.error} />}
      <p className="meta" role="status">{found.data === undefined ? '' : items.length === 0 ? say(asked === '' ? 'No row near this day and amount. Search for what the bank says of it.' : 'No row contains “{text}”.', { text: asked }) : say('{count, plural, one {# row} other {# rows}}', { count: items.length })}</p>
      {found.data === undefined && found.error === null && <ToCome rows heights={[160]} />}
      {(['same', 'transfer'] as const).map((as) => <Found key={as} title={say(AS[as].title)} button={say(AS[as].button)} items={items.filter((one) => one.as === as)} accounts={as === 'same' ? [] : accounts} choose={choose} />)}
      <div className="flex flex-wrap items-center gap-3"><button type="button" className="button" onClick={cancel}>{say('Cancel')}</button>{items.some(({ as }) => as === 'same') && <span className="meta">{say('The same: the row that was here first stays, with what both reports say; of two amounts the later one. Either is taken back by Undo.')}</span>}</div>
    </section>
  )
}

type FoundProps = { title: string; button: string; items: readonly Match[]; accounts: readonly Account[]; choose: (match: Match) => void }

function Found({ title, button, items, accounts, choose }: FoundProps) {
  const write = useMoney()
  if (items.length === 0) return null
  return (
    <div>
      <p className="meta mb-1 font-medium" aria-hidden="true">{title}</p>
      <ul aria-label={title} className="grid max-h-80 gap-1 overflow-y-auto">
        {items.map((match) => {
          const { id, postedOn, description, amount, currency, accountId } = match.transaction
          const row = description === '' ? say('no text') : description
          // Where there is little room the amount stands beside the day, above text and button.
          return (
            <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 border-t border-line pt-1 @lg:grid-cols-[7rem_minmax(0,1fr)_auto_auto]">
              <Day day={postedOn} />
              <span className="order-1 min-w-0 @lg:order-none"><bdi className="name">{row}</bdi>{accounts.length > 0 && <span className="meta block"><bdi>{accounts.find((account) => account.id === accountId)?.name ?? say('another account')}</bdi></span>}</span>
              <span className="text-right"><Amount amount={amount} currency={currency} signed /></span>
              <button type="button" className="button order-1 !min-h-8 @lg:order-none" aria-label={say('{as}: {row}, {day}, {amount}', { as: button, row, day: formatDay(postedOn), amount: write(amount, currency) })} onClick={() => choose(match)}>{button}</button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
