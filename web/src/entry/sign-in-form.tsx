/** Signing in: password and then a code, or a passkey. The same form asks a signed-in person to prove it again. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../api.ts'
import { say } from '../language/language.ts'
import { Form } from '../parts/form.tsx'
import { Trouble } from '../parts/states.tsx'
import { signInByPasskey, whyNoPasskeys } from '../passkey.ts'

type Step = 'password' | 'code' | 'recovery'

/** `email`: of the person who is known already. */
export function SignInForm({ email: known, done }: { email?: string; done: () => void }) {
  const [step, setStep] = useState<Step>('password')
  const [email, setEmail] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const next = useMutation({
    mutationFn: async () => {
      if (step === 'password') return ask<{ next: 'done' | 'second_factor' }>('POST', '/sign-in/password', { email, password })
      return ask<{ next: 'done' | 'second_factor' }>('POST', '/sign-in/second-factor', step === 'code' ? { code: code.replaceAll(' ', '') } : { recoveryCode: code.trim() })
    },
    onSuccess: ({ next }) => {
      if (next === 'done') return done()
      setPassword('')
      setStep('code')
    },
  })
  const passkey = useMutation({ mutationFn: () => signInByPasskey(known), onSuccess: done })
  const noPasskeys = whyNoPasskeys()
  const error = next.error ?? passkey.error
  return (
    <div className="panel grid gap-4">
      {error !== null && <Trouble error={error} />}
      <Form className="grid gap-3" submit={() => { passkey.reset(); next.mutate() }}>
        {step === 'password' ? (
          <>
            <label className="grid gap-1">{say('E-mail address')}<input className="field" type="email" autoComplete="username" required readOnly={known !== undefined} value={email} onChange={(event) => setEmail(event.target.value)} /></label>
            <label className="grid gap-1">{say('Password')}<input className="field" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} /></label>
          </>
        ) : (
          <label className="grid gap-1">
            {step === 'code' ? say('Code of your authenticator app') : say('One of your recovery codes')}
            <input key={step} className="field" autoFocus required autoComplete="one-time-code" inputMode={step === 'code' ? 'numeric' : 'text'} value={code} onChange={(event) => setCode(event.target.value)} />
          </label>
        )}
        <button className="button button-primary justify-self-start" type="submit" disabled={next.isPending}>{step === 'password' ? say('Sign in') : say('Go on')}</button>
      </Form>
      {step === 'password' ? (
        <div className="border-t border-line pt-4">
          <button className="button" type="button" disabled={noPasskeys !== null || passkey.isPending} onClick={() => { next.reset(); passkey.mutate() }}>{say('Sign in with a passkey')}</button>
          {noPasskeys !== null && <p className="meta mt-2">{noPasskeys}</p>}
        </div>
      ) : (
        <button className="link justify-self-start" type="button" onClick={() => { setCode(''); next.reset(); setStep(step === 'code' ? 'recovery' : 'code') }}>{step === 'code' ? say('The app is not at hand: use a recovery code') : say('Use the authenticator app')}</button>
      )}
    </div>
  )
}
