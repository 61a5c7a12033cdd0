/** Everything at once: taken along as one file, or deleted for good by an owner. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, proveAgain, type Me } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { EntryFrame } from '../entry/frame.tsx'
import { useMay, useServer } from '../me.ts'
import { forget } from '../offline/keep.ts'
import { Loaded, Trouble } from '../parts/states.tsx'

/** A link cannot ask who somebody is, so that is done before it is followed. */
async function save(): Promise<void> {
  if ((await get<Me>('/account')).freshForSeconds < 1 && !(await proveAgain('fresh'))) return
  const link = document.createElement('a')
  link.href = '/api/export'
  link.download = ''
  link.click()
}

export function WholeExport() {
  const [error, setError] = useState<Error | null>(null)
  return (
    <section className="panel grid gap-3" aria-labelledby="whole">
      <h2 id="whole">{say('Take everything with you')}</h2>
      <p className="text-muted">{say('One JSON file: all accounts and rows with what was decided, the reports that they were made from and their history, questions, rules, runs, and connections without their secrets. It wants a fresh sign-in.')}</p>
      {error !== null && <Trouble error={error} />}
      <button className="button justify-self-start" onClick={() => { setError(null); void save().catch(setError) }}>{say('Save everything')}</button>
    </section>
  )
}

type Holds = { name: string; connections: number; accounts: number; rows: number; members: number; keys: number; consumers: number }

export function DeleteEverything() {
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  // A demo ends by itself, and its server deletes nothing.
  const server = useServer()
  if (!may('manage') || server.data?.demo !== false) return null
  return (
    <section className="panel grid gap-3" aria-labelledby="end">
      <h2 id="end">{say('Delete everything')}</h2>
      <p className="text-muted">{say('The end of this Relink’s data, for all its members. It cannot be taken back.')}</p>
      {isOpen ? <Confirm keep={() => setOpen(false)} /> : <button className="button justify-self-start" onClick={() => setOpen(true)}>{say('Delete everything…')}</button>}
    </section>
  )
}

function Confirm({ keep }: { keep: () => void }) {
  const holds = useQuery({ queryKey: ['tenant'], queryFn: () => get<Holds>('/tenant') })
  const [typed, setTyped] = useState('')
  const [isAsked, setAsked] = useState(false)
  const navigate = useNavigate()
  const [error, setError] = useState<Error | null>(null)
  const remove = (): void => {
    setAsked(true)
    setError(null)
    void ask('DELETE', '/tenant', { name: typed }).then(async () => {
      // Nothing of it is kept in this browser either.
      await forget()
      await navigate({ to: '/gone', state: { isDeleted: true } })
    }).catch((refused: Error) => { setError(refused); setAsked(false) })
  }
  return (
    <Loaded query={holds}>
      {({ name, connections, accounts, rows, members, keys, consumers }) => (
        <form className="grid gap-3" onSubmit={(event) => { event.preventDefault(); remove() }}>
          <ul className="grid list-disc gap-1 pl-5">
            <li>{say('{rows, plural, one {# row} other {# rows}} in {accounts, plural, one {# account} other {# accounts}}, with all that was decided about them.', { rows, accounts })}</li>
            <li>{say('{count, plural, one {# connection to a bank} other {# connections to banks}}, the passwords, and the key that they are sealed under. At the banks themselves nothing is changed.', { count: connections })}</li>
            <li>{say('{members, plural, one {# member} other {# members}} with their sign-ins, {keys, plural, one {# key} other {# keys}}, {consumers, plural, one {# program} other {# programs}} that {consumers, plural, one {reads} other {read}} along, rules, alerts and the audit log.', { members, keys, consumers })}</li>
            <li>{say('Relink stops. Started again it is empty, and its first owner is set up by the link on its terminal. Backups of the database are not touched.')}</li>
          </ul>
          {error !== null && <Trouble error={error} />}
          <label className="grid gap-1"><span><Say message="To confirm, type the name of this Relink: {name}" name={<strong className="font-medium">{name}</strong>} /></span><input className="field sm:max-w-md" autoComplete="off" spellCheck={false} required value={typed} onChange={(event) => setTyped(event.target.value)} /></label>
          <div className="flex flex-wrap items-center gap-3">
            <button className="button" type="submit" disabled={typed !== name || isAsked}>{say('Delete everything for good')}</button>
            <button className="link" type="button" onClick={keep}>{say('Keep everything')}</button>
          </div>
        </form>
      )}
    </Loaded>
  )
}

/** At `/gone`, where nobody is signed in and no server answers. */
export function GonePage() {
  return <EntryFrame title={say('Everything was deleted')}><p>{say('Relink has stopped. Who runs this server can start it again; it is empty then.')}</p></EntryFrame>
}
