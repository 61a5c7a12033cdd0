/** Adding a passkey and setting up an authenticator app, with the recovery codes that are shown once. */
import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { encode } from 'uqr'
import { ask, ServerProblem } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Form } from '../parts/form.tsx'
import { Trouble } from '../parts/states.tsx'
import { makePasskey, whyNoPasskeys } from '../passkey.ts'

export function AddPasskey({ done }: { done: () => void }) {
  const [name, setName] = useState(() => say('This device'))
  const make = useMutation({ mutationFn: () => makePasskey(name), onSuccess: done })
  const why = whyNoPasskeys()
  if (why !== null) return <p className="meta">{why}</p>
  return (
    <Form className="grid gap-3" submit={() => make.mutate()}>
      {make.error !== null && <Trouble error={make.error} />}
      <label className="grid gap-1">{say('What you call it')}<input className="field" required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} /></label>
      <button className="button button-primary justify-self-start" type="submit" disabled={make.isPending}>{say('Add a passkey')}</button>
    </Form>
  )
}

type Totp = { uri: string; secret: string; recoveryCodes: string[] }

export function SetUpTotp({ done }: { done: () => void }) {
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [kept, setKept] = useState(false)
  const begin = useMutation({ mutationFn: () => ask<Totp>('POST', '/account/totp', { password }) })
  const confirm = useMutation({ mutationFn: () => ask('POST', '/account/totp/confirm', { code: code.replaceAll(' ', '') }), onSuccess: done })
  const totp = begin.data
  if (totp === undefined) {
    return (
      <Form className="grid gap-3" submit={() => begin.mutate()}>
        {begin.error !== null && <NotRight error={begin.error} words={say('This password is not right. Nothing has changed.')} />}
        <label className="grid gap-1">{say('Your password')}<input className="field" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} /></label>
        <button className="button justify-self-start" type="submit" disabled={begin.isPending}>{say('Set up an app')}</button>
      </Form>
    )
  }
  return (
    <Form className="grid gap-4" submit={() => confirm.mutate()}>
      <p>{say('1. Scan this with the app, or type the key.')}</p>
      <QrCode text={totp.uri} />
      <p className="meta [overflow-wrap:anywhere]"><Say message="Key: {secret}" secret={<code>{totp.secret}</code>} /></p>
      <p>{say('2. Keep the recovery codes where the phone is not. Each signs you in once when the app is lost.')}</p>
      <RecoveryCodes codes={totp.recoveryCodes} />
      <label className="flex min-h-10 items-center gap-2"><input type="checkbox" required checked={kept} onChange={(event) => setKept(event.target.checked)} /> {say('I have kept the recovery codes')}</label>
      {confirm.error !== null && <NotRight error={confirm.error} words={say('This code is not right. Enter the one that the app shows now; the clock of the phone must be right.')} />}
      <label className="grid gap-1">{say('3. The code that the app shows now')}<input className="field sm:max-w-40" required pattern="[0-9 ]{6,7}" inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} /></label>
      <button className="button button-primary justify-self-start" type="submit" disabled={confirm.isPending}>{say('Turn it on')}</button>
    </Form>
  )
}

/** Somebody who is signed in proves that it is them: what is wrong is what they typed here, not their sign-in. */
export function NotRight({ error, words }: { error: Error; words: string }) {
  return <Trouble error={error instanceof ServerProblem && error.code === 'sign_in_refused' ? new Error(words) : error} />
}

export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return <ul aria-label={say('Recovery codes')} className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md bg-sunken p-3 font-mono">{codes.map((code) => <li key={code}>{code}</li>)}</ul>
}

/** Dark on light in both themes: readers of such codes expect it. */
function QrCode({ text }: { text: string }) {
  const { size, path } = useMemo(() => {
    const { size, data } = encode(text, { border: 2 })
    return { size, path: data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))).join('') }
  }, [text])
  return (
    <svg role="img" aria-label={say('The key as a code to scan')} viewBox={`0 0 ${size} ${size}`} width="200" height="200" className="rounded-md">
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#000000" />
    </svg>
  )
}
