/**
 * A list and what is chosen in it. In a wide window (1024 pixels) they stand beside each other, the detail 420 wide; in
 * a narrower one the detail is a page of its own, at the same address. The longer of both scrolls with the page, the
 * other one stays in sight.
 */
import { Link } from '@tanstack/react-router'
import { useSyncExternalStore, type ReactNode } from 'react'
import { awaitArrival } from '../focus.ts'
import { MoneyOf } from './money.tsx'
import { Title } from './states.tsx'

const wide = matchMedia('(width >= 64rem)')

function watchWidth(changed: () => void): () => void {
  wide.addEventListener('change', changed)
  return () => wide.removeEventListener('change', changed)
}

/** Whether there is room for a detail beside its list. */
export function useWide(): boolean {
  return useSyncExternalStore(watchWidth, () => wide.matches)
}

/** For a link from a list to a detail: who opens it by a key is led to it, also where the list stays. A long list stays where it is, too. */
export function useOpening(longer: SplitProps['longer']) {
  const isWide = useWide()
  return { resetScroll: longer === 'detail' || !isWide, onClick: ({ detail: clicks }: { readonly detail: number }): void => (clicks === 0 && isWide ? awaitArrival() : undefined) }
}

/** Of the shorter of both: it is never longer than the window. */
const IN_SIGHT = 'lg:sticky lg:top-5 lg:-m-1 lg:max-h-[calc(100dvh-2.5rem)] lg:overflow-y-auto lg:p-1'

type SplitProps = {
  /** Names the list. */
  readonly label: string
  readonly list: ReactNode
  /** Null: the list has all the room. */
  readonly detail: ReactNode
  /** Which of both may be as long as it likes. */
  readonly longer: 'list' | 'detail'
  /** Whether the detail is a page of its own in a narrower window; else it stands below the list there. */
  readonly isPage: boolean
}

export function Split({ label, list, detail, longer, isPage }: SplitProps) {
  const isWide = useWide()
  const isOpen = detail !== null
  return (
    <div className={isOpen ? 'beside items-start gap-6 lg:grid lg:grid-cols-[minmax(0,1fr)_420px]' : ''}>
      {(!isPage || isWide) && <section key="list" aria-label={label} className={`@container min-w-0 ${isOpen && longer === 'detail' ? IN_SIGHT : ''} ${isPage ? 'print:hidden' : ''}`}>{list}</section>}
      {/* A part of its own: what had the focus in it, and is gone, is stood for by its heading, not by that of the list. */}
      {isOpen && <section key="detail" className={`@container min-w-0 ${longer === 'list' ? IN_SIGHT : ''}`}>{detail}</section>}
    </div>
  )
}

/** What is of one account shows that one's money alone, where no list of others stands beside it. */
export function Alone({ currency, children }: { currency: string; children: ReactNode }) {
  return <MoneyOf currencies={useWide() ? null : [currency]}>{children}</MoneyOf>
}

/** The heading of a list: of the page, unless the detail beside it is what the page is about. */
export function ListTitle({ children, beside }: { children: string; beside: boolean }) {
  return beside ? <h2 className="text-[22px] leading-7">{children}</h2> : <Title>{children}</Title>
}

/** The way back from a detail: on a phone to the list, in a wide window it closes the detail. What the list is filtered by stays. */
export function ToList({ to, children }: { to: '/accounts' | '/transactions' | '/banks'; children: string }) {
  const isWide = useWide()
  return <p className="-mt-1 mb-2 print:hidden"><Link to={to} search={true} resetScroll={to === '/accounts' || !isWide} className="link alone py-1"><span aria-hidden="true">‹ </span>{children}</Link></p>
}
