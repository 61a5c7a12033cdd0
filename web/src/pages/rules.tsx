/** Rules that propose categories: make one with a dry run over all rows, remove one with or without what it changed. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../me.ts'
import { ask, get, type Account, type CategoryRule } from '../api.ts'
import { Empty, Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'
import { RuleForm } from '../review/rule-form.tsx'

export function RulesPage() {
  const may = useMay()
  const queries = useQueryClient()
  const rules = useQuery({ queryKey: ['rules'], queryFn: () => get<{ items: CategoryRule[] }>('/rules') })
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const [round, setRound] = useState(0)
  const [said, setSaid] = useState<string | null>(null)
  const [removed, setRemoved] = useState<CategoryRule | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const act = (work: Promise<void>): void => {
    setError(null)
    void work.catch(setError).then(() => queries.invalidateQueries())
  }
  const remove = (rule: CategoryRule, restore: boolean): void =>
    act(ask<{ restored: number }>('DELETE', `/rules/${rule.id}?restore=${restore}`).then(({ restored }) => {
      setSaid(`The rule “${rule.contains}” is removed${restore ? `; ${rowsOf(restored)} got back what they had` : '; rows keep their category'}.`)
      setRemoved(rule)
    }))
  const bringBack = ({ contains, category, accountId }: CategoryRule): void =>
    act(ask('POST', '/rules', { contains, category, accountId, apply: 'none' }).then(() => {
      setSaid(`The rule “${contains}” is there again. It proposes; rows stay as they are.`)
      setRemoved(null)
    }))
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3"><Title>Rules</Title><Link className="link" to="/review">Back to Review</Link></div>
      {may('review') && <RuleForm key={round} start={{ contains: '', category: '' }} done={(changed, rule) => { setSaid(`Saved. ${rowsOf(changed)} became ${rule.category}.`); setRemoved(null); setRound(round + 1) }} />}
      {error !== null && <Trouble error={error} />}
      <p role="status" className="mb-3 min-h-6">{said}{removed !== null && <> <button type="button" className="link" onClick={() => bringBack(removed)}>Undo</button></>}</p>
      <Loaded query={rules}>
        {({ items }) => items.length === 0 ? <Empty title="No rules yet">A rule says which category rows get that contain a text, such as “FUEL” is Fuel. Press R on a row in Review, or fill in the form above.</Empty> : (
          <ul className="grid gap-2" aria-label="Rules">
            {items.map((rule) => (
              <li key={rule.id} className="panel flex flex-wrap items-center justify-between gap-3">
                <span className="min-w-0"><span className="name font-medium">“<bdi>{rule.contains}</bdi>” is <bdi>{rule.category}</bdi></span><span className="meta block">{rule.accountId === null ? 'all accounts' : <bdi>{accounts.data?.items.find(({ id }) => id === rule.accountId)?.name ?? 'one account'}</bdi>}, made <Instant at={rule.createdAt} /></span></span>
                {may('review') && <span className="flex flex-wrap gap-2">
                  <button type="button" className="button" aria-label={`Remove the rule ${rule.contains}; rows keep their category`} onClick={() => remove(rule, false)}>Remove</button>
                  <button type="button" className="button" aria-label={`Remove the rule ${rule.contains} and give its rows back what they had`} onClick={() => remove(rule, true)}>Remove and undo its changes</button>
                </span>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  )
}

function rowsOf(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`
}
