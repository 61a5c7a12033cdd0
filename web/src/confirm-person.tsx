/** Asks a person to prove once more that it is them, when the server wants a fresh sign-in; then what they did goes on. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { askFreshly, type WhyAgain } from './api.ts'
import { say } from './language/language.ts'
import { SignInForm } from './entry/sign-in-form.tsx'

export function ConfirmPerson({ email }: { email: string }) {
  const queries = useQueryClient()
  const dialog = useRef<HTMLDialogElement>(null)
  const [waiting, setWaiting] = useState<{ readonly why: WhyAgain; readonly end: (isFresh: boolean) => void } | null>(null)
  useEffect(() => askFreshly((why) => new Promise((end) => setWaiting({ why, end }))), [])
  useEffect(() => {
    if (waiting === null) return
    dialog.current?.showModal()
    // Who it is is known, and cannot be changed here.
    dialog.current?.querySelector<HTMLInputElement>('input:not([readonly])')?.focus()
  }, [waiting])
  const end = (isFresh: boolean): void => {
    dialog.current?.close()
    waiting?.end(isFresh)
    setWaiting(null)
    // Another role may be why the session ended, and somebody else may have signed in: what is shown is asked for anew, and who may do what.
    if (isFresh && waiting?.why === 'ended') void queries.invalidateQueries({}, { cancelRefetch: false })
  }
  // Whose session has ended may be somebody else by now: what is behind waits, and is not seen.
  return (
    <dialog ref={dialog} aria-labelledby="confirm" className={`m-auto w-full max-w-md rounded-[10px] border border-line bg-page p-4 text-text ${waiting?.why === 'ended' ? 'backdrop:bg-page' : 'backdrop:bg-black/50'}`} onCancel={() => end(false)}>
      {waiting !== null && (
        <div className="grid gap-3">
          <h2 id="confirm">{say('Is it you?')}</h2>
          <p className="text-muted">{waiting.why === 'fresh' ? say('For this you sign in once more. For ten minutes it is not asked again.') : say('Your session has ended. Sign in, and what you were doing goes on.')}</p>
          <SignInForm email={email} done={() => end(true)} />
          <button className="link justify-self-start" onClick={() => end(false)}>{say('Not now')}</button>
        </div>
      )}
    </dialog>
  )
}
