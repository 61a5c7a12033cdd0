/** Becoming a member by a link: the first owner's from the terminal, everybody else's from an owner. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, ServerProblem, type Role } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Form } from '../parts/form.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { Trouble } from '../parts/states.tsx'
import { ROLE_WORDS } from '../parts/role.tsx'
import { currentArrival, startOver } from '../session.ts'
import { EntryFrame } from './frame.tsx'

export function JoinPage() {
  const arrival = currentArrival()
  const offer = useQuery({ queryKey: ['invitation'], enabled: arrival?.kind === 'join', queryFn: () => ask<{ role: Role }>('POST', '/sign-in/invitation', { token: arrival?.token }), staleTime: Number.POSITIVE_INFINITY })
  if (arrival === null) return <EntryFrame title={say('Open the link again')}><p className="panel"><Say message="Its secret is in no address and is gone when the page is loaded anew. <a>Sign in</a> if you are a member already." a={(inside) => <a className="link" href="/">{inside}</a>} /></p></EntryFrame>
  if (offer.error !== null) return <EntryFrame title={say('This invitation does not work')}><Trouble error={offer.error} /></EntryFrame>
  const isSetup = arrival.kind === 'setup'
  return (
    <EntryFrame title={isSetup ? say('Set up Relink') : say('Join Relink')} intro={isSetup ? say('You become the owner: you connect banks and let others in.') : offer.data === undefined ? '' : say('You are invited as {role, select, owner {owner} bookkeeper {bookkeeper} other {reader}}: {words}', { role: offer.data.role, words: say(ROLE_WORDS[offer.data.role]) })}>
      <Joining path={`/sign-in/${arrival.kind}`} token={arrival.token} />
    </EntryFrame>
  )
}

function Joining({ path, token }: { path: string; token: string }) {
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const join = useMutation({ mutationFn: () => ask('POST', path, { token, name, email, password }), onSuccess: () => startOver() })
  const isClosed = join.error instanceof ServerProblem && join.error.code === 'setup_closed'
  return (
    <Form className="panel grid gap-4" submit={() => join.mutate()}>
      {join.error !== null && <Trouble error={join.error}>{isClosed && <a className="button mt-3" href="/">{say('Sign in')}</a>}</Trouble>}
      <label className="grid gap-1">{say('Your name')}<input className="field" autoComplete="name" required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} /></label>
      <label className="grid gap-1">{say('E-mail address')}<input className="field" type="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.target.value)} /><span className="meta">{say('To sign in. Mail goes to it only when you ask for it.')}</span></label>
      <PasswordField label={say('Password')} value={password} set={(typed) => { join.reset(); setPassword(typed) }} about={[...name.split(/\s+/), ...email.split(/[@.]/)]} />
      <button className="button button-primary justify-self-start" type="submit" disabled={join.isPending}>{say('Go on')}</button>
    </Form>
  )
}
