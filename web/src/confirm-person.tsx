/** Asks a person to prove once more that it is them, when the server wants a fresh sign-in; then what they did goes on. */
import { useEffect, useRef, useState } from 'react'
import { askFreshly } from './api.ts'
import { say } from './language/language.ts'
import { SignInForm } from './entry/sign-in-form.tsx'

export function ConfirmPerson({ email }: { email: string }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [waiting, setWaiting] = useState<((isFresh: boolean) => void) | null>(null)
  useEffect(() => askFreshly(() => new Promise((resolve) => setWaiting(() => resolve))), [])
  useEffect(() => {
    if (waiting !== null) dialog.current?.showModal()
  }, [waiting])
  const end = (isFresh: boolean): void => {
    dialog.current?.close()
    waiting?.(isFresh)
    setWaiting(null)
  }
  return (
    <dialog ref={dialog} aria-labelledby="confirm" className="m-auto w-full max-w-md rounded-[10px] border border-line bg-page p-4 text-text backdrop:bg-black/50" onCancel={() => end(false)}>
      {waiting !== null && (
        <div className="grid gap-3">
          <h2 id="confirm">{say('Is it you?')}</h2>
          <p className="text-muted">{say('For this you sign in once more. For ten minutes it is not asked again.')}</p>
          <SignInForm email={email} done={() => end(true)} />
          <button className="link justify-self-start" onClick={() => end(false)}>{say('Not now')}</button>
        </div>
      )}
    </dialog>
  )
}
