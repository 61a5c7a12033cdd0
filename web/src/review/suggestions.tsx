/** What Relink proposes for a row that waits, in a line under it; the person decides. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, type ReactNode } from 'react'
import { get, type Account, type Suggested } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Amount } from '../parts/money.tsx'
import { Day } from '../parts/time.tsx'

export type Proposals = ReadonlyMap<string, Suggested>

/** Of one account or, with null, of all; of rows that the text finds, where there is one. */
export function useSuggestions(accountId: string | null, text = ''): { readonly of: Proposals; readonly looked: number } {
  const query = useQuery({ queryKey: ['suggestions', accountId, text], queryFn: () => get<{ looked: number; items: Suggested[] }>(`${accountId === null ? '' : `/accounts/${accountId}`}/suggestions${text === '' ? '' : `?${new URLSearchParams({ text })}`}`), placeholderData: (before) => before })
  const of = useMemo(() => new Map((query.data?.items ?? []).map((one) => [one.transaction.id, one])), [query.data])
  return { of, looked: query.data?.looked ?? 0 }
}

export const VIEWS = ['all', 'suggested', 'transfers', 'unusual'] as const
export type View = (typeof VIEWS)[number]

export function isIn(view: View, { category, transfer, unusual }: Suggested): boolean {
  return view === 'suggested' ? category !== null : view === 'transfers' ? transfer !== null : view === 'unusual' ? unusual !== null : true
}

function strong(inside: ReactNode): ReactNode {
  return <span className="font-medium text-text">{inside}</span>
}

export function Proposal({ proposal: { transaction, category, transfer, unusual }, accounts }: { proposal: Suggested; accounts: readonly Account[] }) {
  return (
    <>
      {category !== null && <span className="meta block">{strong(<><bdi>{category.category}</bdi>?</>)} {becauseOf(category)}</span>}
      {transfer !== null && (
        <span className="meta block">
          <Say
            message="<b>Transfer?</b> with {account} {amount}, {days, plural, =0 {the same day} =1 {a day apart} other {# days apart}}" b={strong} days={transfer.days}
            account={<bdi>{accounts.find(({ id }) => id === transfer.other.accountId)?.name ?? say('another account')}</bdi>} amount={<Amount amount={transfer.other.amount} currency={transfer.other.currency} signed />}
          />
        </span>
      )}
      {unusual?.kind === 'amount' && <span className="meta block"><Say message="<b>Unusual:</b> the largest of {count} before was {amount}" b={strong} count={unusual.times} amount={<Amount amount={unusual.largest} currency={transaction.currency} />} /></span>}
      {unusual?.kind === 'twice' && <span className="meta block"><Say message="<b>Twice?</b> the same amount here on {day}" b={strong} day={<Day day={unusual.other.postedOn} />} /></span>}
    </>
  )
}

function becauseOf({ because, times }: NonNullable<Suggested['category']>): string {
  if (times === 0) return because === 'rule' ? say('by your rule') : ''
  return say(because === 'rule' ? 'by your rule, chosen {times, plural, =1 {once} other {# times}} before' : 'chosen {times, plural, =1 {once} other {# times}} before', { times })
}
