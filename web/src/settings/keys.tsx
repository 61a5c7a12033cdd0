/** Keys of programs: made with a scope, shown once, ended at once. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type ApiKey, type Member } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Chip } from '../parts/chip.tsx'
import { Form } from '../parts/form.tsx'
import { Once } from '../parts/once.tsx'
import { Loaded, Title, Trouble } from '../parts/states.tsx'
import { Instant, untilInstant } from '../parts/time.tsx'
import { ToCome } from '../parts/to-come.tsx'

const SCOPES: Record<ApiKey['scope'], { name: string; words: string }> = {
  read: { name: message('Read'), words: message('sees accounts and rows.') },
  work: { name: message('Work'), words: message('reviews, imports and reads banks too. Never adds or removes a bank, enters a password or makes keys.') },
}

export function KeysPage() {
  const act = useAct()
  const making = useAct()
  const keys = useQuery({ queryKey: ['keys'], queryFn: () => get<{ items: ApiKey[] }>('/keys') })
  const members = useQuery({ queryKey: ['members'], queryFn: () => get<{ items: Member[] }>('/members') })
  const [label, setLabel] = useState('')
  const [scope, setScope] = useState<ApiKey['scope']>('read')
  const [made, setMade] = useState<{ label: string; key: string } | null>(null)
  const make = (): void =>
    making.send('POST', '/keys', { label, scope }, (answer) => {
      setMade({ label, key: (answer as { key: string }).key })
      setLabel('')
    })
  return (
    <div className="grid gap-4">
      <Title>{say('Keys')}</Title>
      <section className="panel grid gap-4" aria-labelledby="make">
        <h2 id="make">{say('A key for a program')}</h2>
        {made !== null && <Once title={say('The key for {program}', { program: made.label })} text={made.key} />}
        {making.error !== null && <Trouble error={making.error} />}
        <Form className="grid gap-3" submit={() => make()}>
          <label className="grid gap-1">{say('Which program')}<input className="field sm:max-w-md" required maxLength={100} value={label} onChange={(event) => setLabel(event.target.value)} /></label>
          <fieldset className="grid gap-1">
            <legend className="mb-1">{say('What it may do')}</legend>
            {(Object.keys(SCOPES) as ApiKey['scope'][]).map((one) => (
              <label key={one} className="flex min-h-10 items-baseline gap-2 py-2"><input type="radio" name="scope" checked={scope === one} onChange={() => setScope(one)} /> <span><span className="font-medium">{say(SCOPES[one].name)}</span> <span className="text-muted">{say(SCOPES[one].words)}</span></span></label>
            ))}
          </fieldset>
          <button className="button button-primary justify-self-start" type="submit" disabled={making.isPending}>{say('Make the key')}</button>
        </Form>
        <p className="meta"><Say message="It is good for a year, and never does more than you may at that moment. Programs send it as <code>Authorization: Bearer KEY</code>." code={(inside) => <code>{inside}</code>} /></p>
      </section>
      {act.error !== null && <Trouble error={act.error} />}
      <Loaded query={keys} toCome={<ToCome heights={[46]} />}>
        {({ items }) => items.length === 0 ? <p className="text-muted">{say('No program has a key.')}</p> : (
          <ul className="grid gap-2">
            {items.map((key) => {
              const isOver = key.revokedAt !== null || untilInstant(key.expiresAt) <= 0
              const facts = { scope: say(SCOPES[key.scope].name), prefix: `rl_${key.id}_…`, maker: members.data?.items.find(({ userId }) => userId === key.maker)?.name ?? say('a former member'), at: <Instant at={key.createdAt} /> }
              return (
                <li key={key.id} className="panel flex flex-wrap items-center justify-between gap-3">
                  <span className="min-w-0"><span className="name font-medium">{key.label}</span><span className="meta block [overflow-wrap:anywhere]">{key.lastUsedAt === null ? <Say message="{scope}, {prefix}, made by {maker} {at}; never used" {...facts} /> : <Say message="{scope}, {prefix}, made by {maker} {at}; last used {used}" {...facts} used={<Instant at={key.lastUsedAt} />} />}</span></span>
                  {isOver ? <Chip tone="off">{say('Ended')}</Chip> : <button className="button" disabled={act.isPending} aria-label={say('End the key {program}', { program: key.label })} onClick={() => act.send('DELETE', `/keys/${key.id}`)}>{say('End')}</button>}
                </li>
              )
            })}
          </ul>
        )}
      </Loaded>
    </div>
  )
}
