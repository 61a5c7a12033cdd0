/** A rule: what its rows contain and which category they get, with what it would change before it is made. */
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useId, useRef, useState } from 'react'
import { useAct } from '../act.ts'
import { get, look, type Account, type DryRun, type Transaction } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Form } from '../parts/form.tsx'
import { Amount } from '../parts/money.tsx'
import { Trouble } from '../parts/states.tsx'
import { Day } from '../parts/time.tsx'

export type NewRule = { readonly contains: string; readonly category: string }

export function RuleForm({ start, done, cancel }: { start: NewRule; done: (changed: number, rule: NewRule) => void; cancel?: () => void }) {
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  const [contains, setContains] = useState(start.contains)
  const [category, setCategory] = useState(start.category)
  const [accountId, setAccountId] = useState<string | null>(null)
  const [alsoAgainst, setAlsoAgainst] = useState(false)
  const act = useAct()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const rule = { contains: contains.trim(), category: category.trim(), accountId }
  const isWhole = rule.contains.length >= 2 && rule.category !== ''
  // What is not whole yet would be refused; it is looked at once what is typed has come to rest.
  const asked = useDeferredValue(isWhole ? JSON.stringify(rule) : '')
  const dry = useQuery({ queryKey: ['rule preview', asked], queryFn: () => look<DryRun>('/rules/preview', JSON.parse(asked) as unknown), enabled: asked !== '', placeholderData: (before) => before })
  // What is saved is what was shown that it would change.
  const isCurrent = asked === JSON.stringify(rule) && dry.data !== undefined && !dry.isPlaceholderData
  const save = (): void => act.send('POST', '/rules', { ...rule, apply: alsoAgainst ? 'all' : 'fresh' }, (answer) => done((answer as { changed: number }).changed, rule))
  return (
    <Form className="panel mb-3 grid gap-3" aria-label={say('New rule')} submit={() => { if (isWhole && isCurrent) save() }} onKeyDown={(event) => event.key === 'Escape' && cancel?.()}>
      {act.error !== null && <Trouble error={act.error} />}
      <div className="grid gap-3 @xl:grid-cols-3">
        <label className="grid gap-1">{say('Rows that contain')}<input ref={field} className="field" required minLength={2} maxLength={200} value={contains} onChange={(event) => setContains(event.target.value)} /></label>
        <label className="grid gap-1">{say('are')}<input className="field" required maxLength={200} placeholder={say('Category')} value={category} onChange={(event) => setCategory(event.target.value)} /></label>
        <label className="grid gap-1">{say('in')}
          <select className="field" value={accountId ?? ''} onChange={(event) => setAccountId(event.target.value === '' ? null : event.target.value)}>
            <option value="">{say('all accounts')}</option>
            {(accounts.data?.items ?? []).map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
          </select>
        </label>
      </div>
      <div className="min-h-6" aria-live="polite">
        {!isWhole ? <p className="meta">{say('Give at least two characters of what the bank says, and a category. What it would change is shown here first.')}</p> : dry.error !== null ? <Trouble error={dry.error} /> : dry.data !== undefined && <Would dry={dry.data} category={rule.category} alsoAgainst={alsoAgainst} setAlsoAgainst={setAlsoAgainst} />}
      </div>
      <div className="flex flex-wrap gap-2">
        <button className="button button-primary" type="submit" disabled={act.isPending || (isWhole && !isCurrent)}>{say('Save the rule')}</button>
        {cancel !== undefined && <button className="button" type="button" onClick={cancel}>{say('Cancel')}</button>}
      </div>
      <p className="meta">{say('It proposes the category for rows to come; accepting is still yours. Removing the rule can give rows back what they had.')}</p>
    </Form>
  )
}

function Would({ dry: { fresh, against, same, isWhole }, category, alsoAgainst, setAlsoAgainst }: { dry: DryRun; category: string; alsoAgainst: boolean; setAlsoAgainst: (also: boolean) => void }) {
  const changes = fresh.count + (alsoAgainst ? against.count : 0)
  return (
    <div className="grid gap-2">
      <p>
        <Say
          message={same > 0 ? 'Would change <b>{changes, plural, one {# row} other {# rows}}</b>; {same, plural, one {# row has} other {# rows have}} it already.' : 'Would change <b>{changes, plural, one {# row} other {# rows}}</b>.'}
          changes={changes} same={same} b={(inside) => <strong>{inside}</strong>}
        />
        {!isWhole && <> {say('These are the newest; there are more.')}</>}
      </p>
      {against.count > 0 && (
        <label className="flex min-h-6 items-center gap-2"><input type="checkbox" checked={alsoAgainst} onChange={(event) => setAlsoAgainst(event.target.checked)} /> <span>{say('Also {count, plural, one {# row} other {# rows}} for which you chose another category than {category}', { count: against.count, category })}</span></label>
      )}
      <Sample title={say('Without a category')} count={fresh.count} newest={fresh.newest} />
      <Sample title={say('Against your choice')} count={against.count} newest={against.newest} />
    </div>
  )
}

function Sample({ title, count, newest }: { title: string; count: number; newest: readonly Transaction[] }) {
  const id = useId()
  if (count === 0) return null
  return (
    <details>
      <summary id={id} className="link w-fit cursor-pointer">{say(count > newest.length ? '{title}: see the newest {shown} of {count, number}' : '{title}: see {count, plural, one {# row} other {# rows}}', { title, count, shown: newest.length })}</summary>
      <ul aria-labelledby={id} className="mt-2 grid gap-1 text-[14px]">
        {newest.map((row) => (
          <li key={row.id} className="flex flex-wrap justify-between gap-x-3 border-t border-line pt-1"><Day day={row.postedOn} /><span className="name min-w-0 grow"><bdi>{row.description}</bdi>{row.category !== null && <span className="meta"> {row.category}</span>}</span><Amount amount={row.amount} currency={row.currency} signed /></li>
        ))}
      </ul>
    </details>
  )
}
