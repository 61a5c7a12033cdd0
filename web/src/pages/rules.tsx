/** Rules that propose categories: make one with a dry run over all rows, remove one with or without what it changed, bring a removed one back, today or next week. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { useMay } from '../me.ts'
import { get, type Account, type CategoryRule } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Empty, Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'
import { RuleForm } from '../review/rule-form.tsx'

export function RulesPage() {
  const may = useMay()
  const act = useAct()
  const rules = useQuery({ queryKey: ['rules'], queryFn: () => get<{ items: CategoryRule[] }>('/rules') })
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const gone = useQuery({ queryKey: ['removed-rules'], queryFn: () => get<{ items: CategoryRule[] }>('/rules/removed') })
  const [round, setRound] = useState(0)
  const [said, setSaid] = useState<string | null>(null)
  const remove = (rule: CategoryRule, restore: boolean): void =>
    act.send('DELETE', `/rules/${rule.id}?restore=${restore}`, undefined, (answer) => {
      setSaid(say(restore ? 'The rule “{rule}” is removed; {count, plural, one {# row} other {# rows}} got back what they had.' : 'The rule “{rule}” is removed; rows keep their category.', { rule: rule.contains, count: (answer as { restored: number }).restored }))
    })
  const bringBack = ({ id, contains, category }: CategoryRule): void =>
    act.send('POST', `/rules/${id}/restore`, undefined, (answer) => {
      setSaid(say('The rule “{rule}” is there again; {count, plural, =0 {rows stay as they are} one {# row is {category} again} other {# rows are {category} again}}.', { rule: contains, category, count: (answer as { changed: number }).changed }))
    })
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3"><Title>{say('Rules')}</Title><Link className="link alone py-1" to="/review">{say('Back to Review')}</Link></div>
      <NeedsServer>
        {may('review') && <RuleForm key={round} start={{ contains: '', category: '' }} done={(changed, rule) => { setSaid(say('Saved. {count, plural, one {# row} other {# rows}} became {category}.', { count: changed, category: rule.category })); setRound(round + 1) }} />}
        {act.error !== null && <Trouble error={act.error} />}
        <p role="status" className="mb-3 min-h-6">{said}</p>
        <Loaded query={rules}>
          {({ items }) => items.length === 0 ? <Empty title={say('No rules yet')}>{say('A rule says which category rows get that contain a text, such as “FUEL” is Fuel.')} {may('review') && say('Press R or Rule… on a row in Review, or fill in the form above.')}</Empty> : (
            <ul className="grid gap-2" aria-label={say('Rules')}>
              {items.map((rule) => (
                <li key={rule.id} className="panel flex flex-wrap items-center justify-between gap-3">
                  <span className="min-w-0"><span className="name font-medium"><Say message="“{rule}” is {category}" rule={<bdi>{rule.contains}</bdi>} category={<bdi>{rule.category}</bdi>} /></span><span className="meta block"><Say message="{account}, made {at}" account={rule.accountId === null ? say('all accounts') : <bdi>{accounts.data?.items.find(({ id }) => id === rule.accountId)?.name ?? say('one account')}</bdi>} at={<Instant at={rule.createdAt} />} /></span></span>
                  {may('review') && <span className="flex flex-wrap gap-2">
                    <button type="button" className="button" disabled={act.isPending} aria-label={say('Remove the rule {rule}; rows keep their category', { rule: rule.contains })} onClick={() => remove(rule, false)}>{say('Remove')}</button>
                    <button type="button" className="button" disabled={act.isPending} aria-label={say('Remove the rule {rule} and give its rows back what they had', { rule: rule.contains })} onClick={() => remove(rule, true)}>{say('Remove and undo its changes')}</button>
                  </span>}
                </li>
              ))}
            </ul>
          )}
        </Loaded>
        <Removed rules={gone.data?.items ?? []} bringBack={may('review') ? bringBack : null} isBusy={act.isPending} />
      </NeedsServer>
    </>
  )
}

function Removed({ rules, bringBack, isBusy }: { rules: readonly CategoryRule[]; bringBack: ((rule: CategoryRule) => void) | null; isBusy: boolean }) {
  if (rules.length === 0) return null
  return (
    <section className="mt-6" aria-labelledby="removed">
      <h2 id="removed" className="mb-2">{say('Removed rules')}</h2>
      <ul className="panel grid gap-2">
        {rules.map((rule) => (
          <li key={rule.id} className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-2 first:border-0 first:pt-0">
            <span className="name min-w-0"><Say message="“{rule}” is {category}" rule={<bdi>{rule.contains}</bdi>} category={<bdi>{rule.category}</bdi>} /></span>
            {bringBack !== null && <button type="button" className="button !min-h-8" disabled={isBusy} aria-label={say('Bring the rule {rule} back', { rule: rule.contains })} onClick={() => bringBack(rule)}>{say('Bring back')}</button>}
          </li>
        ))}
      </ul>
    </section>
  )
}
