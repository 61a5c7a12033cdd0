/** An owner without a second factor gets one before anything else: a passkey, or an authenticator app. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Me } from '../api.ts'
import { AddPasskey, SetUpTotp } from '../settings/factors.tsx'
import { say } from '../language/language.ts'
import { signInByPasskey } from '../passkey.ts'
import { Trouble } from '../parts/states.tsx'
import { startOver } from '../session.ts'
import { EntryFrame } from './frame.tsx'
import { SignInForm } from './sign-in-form.tsx'

export function FirstFactorPage({ me }: { me: Me }) {
  const queries = useQueryClient()
  const [error, setError] = useState<Error | null>(null)
  const has = me.passkeys.length > 0 || me.hasTotp
  const byPasskey = (): void => void signInByPasskey(me.email).then(() => startOver(), setError)
  if (has) {
    return (
      <EntryFrame title={say('Sign in with your second factor')} intro={say('You have one; an owner uses it at each sign-in.')}>
        {error !== null && <Trouble error={error} />}
        {me.passkeys.length > 0 && <button className="button button-primary justify-self-start" onClick={byPasskey}>{say('Use the passkey')}</button>}
        <SignInForm email={me.email} done={() => startOver()} />
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={say('One more step')} intro={say('Owners sign in with more than a password, because they can connect banks. Choose one; you can add the other later.')}>
      <section className="panel grid gap-3" aria-labelledby="passkey"><h2 id="passkey">{say('A passkey')}</h2><p className="text-muted">{say('This device, your phone or a security key; unlocked as you unlock it. The safest and the quickest.')}</p><AddPasskey done={() => void queries.invalidateQueries()} /></section>
      <section className="panel grid gap-3" aria-labelledby="app"><h2 id="app">{say('An authenticator app')}</h2><p className="text-muted">{say('A code of six digits beside the password, and ten recovery codes.')}</p><SetUpTotp done={() => startOver()} /></section>
    </EntryFrame>
  )
}
