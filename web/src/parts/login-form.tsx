/**
 * The fields of a sign-in, as the server describes them. Secrets live only in this form and are sent once; what is none is
 * there again after a reload, as long as it was not sent.
 */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ServerProblem, type Connection } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { keepForTab, keptForTab } from '../kept.ts'
import { Form } from './form.tsx'
import { Trouble } from './states.tsx'

type FormField = Connection['fields'][number]

export type Typed = readonly [values: Record<string, string>, setValues: (values: Record<string, string>) => void]

/** What is typed into the form, for a page that draws the form anew while somebody types. `keptAs`: under which name what is no secret outlives a reload. */
export function useTyped(keptAs: string): Typed {
  return useState(() => typedBefore(keptForTab(keptAs)))
}

/** What whoever types a sign-in for a connection must be allowed: to another address than it was typed for, an owner sends it. */
export function signInNeeds({ isElsewhere }: Connection): 'enter_secret' | 'administer' {
  return isElsewhere ? 'administer' : 'enter_secret'
}

export function LoginForm({ fields, submit, label, busy, keptAs, typed }: { fields: readonly FormField[]; submit: (form: Record<string, string>) => void; label: string; busy: boolean; keptAs: string; typed?: Typed }) {
  const own = useTyped(keptAs)
  const [values, setValues] = typed ?? own
  const send = (): void => {
    if (busy) return
    keepForTab(keptAs, null)
    submit(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')))
  }
  const type = (field: FormField, value: string): void => {
    const now = { ...values, [field.name]: value }
    setValues(now)
    keepForTab(keptAs, JSON.stringify(Object.fromEntries(fields.flatMap(({ name, kind }) => (kind === 'secret' || now[name] === undefined ? [] : [[name, now[name]]])))))
  }
  return (
    <Form className="grid gap-3" autoComplete="off" submit={send}>
      {fields.map((field) => (
        <label key={field.name} className="grid gap-1">
          <span>{field.label}{!field.required && <span className="text-muted"> {say('(optional)')}</span>}</span>
          <input
            className="field sm:max-w-md"
            name={field.name}
            type={field.kind === 'secret' ? 'password' : 'text'}
            autoComplete={field.kind === 'secret' ? 'new-password' : 'off'}
            required={field.required}
            value={values[field.name] ?? ''}
            onChange={(event) => type(field, event.target.value)}
          />
          {field.hint !== null && <span className="meta">{field.hint}</span>}
        </label>
      ))}
      <button className="button button-primary justify-self-start" type="submit" aria-disabled={busy}>{busy ? say('Asking the bank…') : label}</button>
    </Form>
  )
}

function typedBefore(kept: string | null): Record<string, string> {
  try {
    return (JSON.parse(kept ?? '{}') ?? {}) as Record<string, string>
  } catch {
    return {}
  }
}

/** Why a sign-in came to nothing; one that was kept back can be sent on the word of who was warned, beside the sentence that says so. */
export function NotSignedIn({ error, onceMore, busy }: { error: Error; onceMore: () => void; busy: boolean }) {
  if (!(error instanceof ServerProblem) || error.code !== 'secret_withheld') return <Trouble error={error} />
  return <Trouble error={error}><button type="button" className="button mt-3" disabled={busy} onClick={onceMore}>{say('Send it once more')}</button></Trouble>
}

/** In the place of a form for a password that could not help now. */
export function NoSecret({ bank }: { bank: string }) {
  return <p><Say message="{bank} does not answer at the moment, so no password is asked for. Its state is on the page <a>Banks</a>." bank={bank} a={(inside) => <Link className="link" to="/banks">{inside}</Link>} /></p>
}
