/** What Relink proposes for a row that waits, in a line under it; the person decides. */
import { useQuery } from '@tanstack/react-query'
import { get, type Account, type Suggested } from '../api.ts'
import { Amount } from '../parts/money.tsx'
import { Day } from '../parts/time.tsx'

export type Proposals = ReadonlyMap<string, Suggested>

export function useSuggestions(accountId: string): { readonly of: Proposals; readonly looked: number } {
  const query = useQuery({ queryKey: ['suggestions', accountId], queryFn: () => get<{ looked: number; items: Suggested[] }>(`/accounts/${accountId}/suggestions`), placeholderData: (before) => before })
  return { of: new Map((query.data?.items ?? []).map((one) => [one.transaction.id, one])), looked: query.data?.looked ?? 0 }
}

export const VIEWS = ['all', 'suggested', 'transfers', 'unusual'] as const
export type View = (typeof VIEWS)[number]

export function isIn(view: View, { category, transfer, unusual }: Suggested): boolean {
  return view === 'suggested' ? category !== null : view === 'transfers' ? transfer !== null : view === 'unusual' ? unusual !== null : true
}

export function Proposal({ proposal: { transaction, category, transfer, unusual }, accounts }: { proposal: Suggested; accounts: readonly Account[] }) {
  return (
    <>
      {category !== null && <span className="meta block"><span className="font-medium text-text"><bdi>{category.category}</bdi>?</span> {becauseOf(category)}</span>}
      {transfer !== null && (
        <span className="meta block">
          <span className="font-medium text-text">Transfer?</span> with <bdi>{accounts.find(({ id }) => id === transfer.other.accountId)?.name ?? 'another account'}</bdi> <Amount amount={transfer.other.amount} currency={transfer.other.currency} signed />, {transfer.days === 0 ? 'the same day' : transfer.days === 1 ? 'a day apart' : `${transfer.days} days apart`}
        </span>
      )}
      {unusual?.kind === 'amount' && <span className="meta block"><span className="font-medium text-text">Unusual:</span> the largest of {unusual.times} before was <Amount amount={unusual.largest} currency={transaction.currency} /></span>}
      {unusual?.kind === 'twice' && <span className="meta block"><span className="font-medium text-text">Twice?</span> the same amount here on <Day day={unusual.other.postedOn} /></span>}
    </>
  )
}

function becauseOf({ because, times }: NonNullable<Suggested['category']>): string {
  const before = times === 0 ? null : times === 1 ? 'chosen once before' : `chosen ${times} times before`
  return because === 'rule' ? ['by your rule', before].filter((part) => part !== null).join(', ') : (before ?? '')
}
