/** The fields of a sign-in, as the server describes them. Values live only in this form and are sent once. */
import { useState } from 'react'
import type { Connection } from '../api.ts'

type FormField = Connection['fields'][number]

export function LoginForm({ fields, submit, label, busy }: { fields: readonly FormField[]; submit: (form: Record<string, string>) => void; label: string; busy: boolean }) {
  const [values, setValues] = useState<Record<string, string>>({})
  return (
    <form className="grid gap-3" autoComplete="off" onSubmit={(event) => { event.preventDefault(); submit(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))) }}>
      {fields.map((field) => (
        <label key={field.name} className="grid gap-1">
          <span>{field.label}{!field.required && <span className="text-muted"> (optional)</span>}</span>
          <input
            className="field sm:max-w-md"
            name={field.name}
            type={field.kind === 'secret' ? 'password' : 'text'}
            autoComplete={field.kind === 'secret' ? 'new-password' : 'off'}
            required={field.required}
            value={values[field.name] ?? ''}
            onChange={(event) => setValues({ ...values, [field.name]: event.target.value })}
          />
          {field.hint !== null && <span className="meta">{field.hint}</span>}
        </label>
      ))}
      <button className="button button-primary justify-self-start" type="submit" disabled={busy}>{busy ? 'Asking the bank…' : label}</button>
    </form>
  )
}
