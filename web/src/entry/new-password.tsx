/** A password that was forgotten: a link by mail where this Relink sends mail, else whom to ask; and the page that the link opens. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, get } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Form } from '../parts/form.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { Arrival, Trouble } from '../parts/states.tsx'
import { currentArrival } from '../session.ts'
import { EntryFrame } from './frame.tsx'

export type EntryState = { readonly isSetUp: boolean; readonly resetsByMail: boolean }

export const useEntryState = () => useQuery({ queryKey: ['sign-in'], queryFn: () => get<EntryState>('/sign-in') })

/** At `/forgot`. */
export function ForgotPage() {
  const state = useEntryState()
  const [email, setEmail] = useState('')
  const send = useMutation({ mutationFn: () => ask('POST', '/sign-in/reset', { email }) })
  const back = <p><a className="link" href="/">{say('Back to the sign-in')}</a></p>
  if (state.error !== null) return <EntryFrame title={say('A new password')}><Trouble error={state.error} />{back}</EntryFrame>
  if (state.data?.resetsByMail === false) {
    return (
      <EntryFrame title={say('A new password')}>
        <p className="panel"><Say message="This Relink sends no mail: no mail server is entered under Settings, Alerts. Who runs it can set a new password on its host, by <code>relink user reset</code>." code={(inside) => <code>{inside}</code>} /></p>
        {back}
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={say('A new password')} intro={say('By a link that is mailed to you. Your second factor stays, and is asked for as before.')}>
      {send.isSuccess ? (
        <section className="panel grid gap-2">
          <Arrival>{say('Look into your mail')}</Arrival>
          <p className="[overflow-wrap:anywhere]">{say('If {email} is a member’s address, a link is on its way there. It works once, for half an hour.', { email })}</p>
          <p className="text-muted"><Say message="Nothing arrives? Who runs this server can set a new password on its host, by <code>relink user reset</code>." code={(inside) => <code>{inside}</code>} /></p>
        </section>
      ) : (
        <Form className="panel grid gap-4" submit={() => send.mutate()}>
          {send.error !== null && <Trouble error={send.error} />}
          <label className="grid gap-1">{say('E-mail address')}<input className="field" type="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.target.value)} /></label>
          <button className="button button-primary justify-self-start" type="submit" disabled={send.isPending || state.data === undefined}>{say('Mail me a link')}</button>
        </Form>
      )}
      {back}
    </EntryFrame>
  )
}

/** At `/reset`, by the link of the mail. */
export function ResetPage() {
  const arrival = currentArrival()
  const [password, setPassword] = useState('')
  const set = useMutation({ mutationFn: () => ask('POST', '/sign-in/reset/password', { token: arrival?.token, password }) })
  if (arrival?.kind !== 'reset') return <EntryFrame title={say('Open the link again')}><p className="panel"><Say message="Its secret is in no address and is gone when the page is loaded anew. <a>Sign in</a> if you are a member already." a={(inside) => <a className="link" href="/">{inside}</a>} /></p></EntryFrame>
  if (set.isSuccess) return <EntryFrame title={say('The new password is set')} intro={say('All sessions of before have ended.')}><p><a className="button button-primary" href="/">{say('Sign in with it')}</a></p></EntryFrame>
  return (
    <EntryFrame title={say('A new password')} intro={say('It takes the place of the one before, and ends all your sessions.')}>
      <Form className="panel grid gap-4" submit={() => set.mutate()}>
        {set.error !== null && <Trouble error={set.error}><p className="mt-3"><a className="link" href="/forgot">{say('Have another link mailed')}</a></p></Trouble>}
        <PasswordField label={say('New password')} value={password} set={(typed) => { set.reset(); setPassword(typed) }} about={[]} />
        <button className="button button-primary justify-self-start" type="submit" disabled={set.isPending}>{say('Set it')}</button>
      </Form>
    </EntryFrame>
  )
}
