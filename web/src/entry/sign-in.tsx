/** What somebody sees who is not signed in. */
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { currentBrought, startOver } from '../session.ts'
import { EntryFrame } from './frame.tsx'
import { useEntryState } from './new-password.tsx'
import { SignInForm } from './sign-in-form.tsx'

export function SignInPage() {
  const state = useEntryState()
  if (state.data?.isSetUp === false) {
    return (
      <EntryFrame title={say('Relink has no owner yet')}>
        <p className="panel"><Say message="Use the link that <code>relink start</code> shows on its terminal, or that <code>relink token</code> prints: whoever opens it becomes the owner." code={(inside) => <code>{inside}</code>} /></p>
      </EntryFrame>
    )
  }
  const isBack = currentBrought() !== null
  return (
    <EntryFrame title={say('Sign in')} intro={say('For members of this Relink. An owner can invite you; who runs this server can help when you cannot get in.')}>
      {isBack && <p className="panel border-need" role="status">{say('You are back from the bank, and your session here has ended meanwhile. What the bank gave is good in that session alone, so nothing of it was sent. Sign in, and set out once more from the page of the connection.')}</p>}
      <SignInForm done={() => (isBack ? startOver() : location.reload())} />
      <p><a className="link" href="/forgot">{say('Forgot your password?')}</a></p>
    </EntryFrame>
  )
}
