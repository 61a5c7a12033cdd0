/** What somebody sees who is not signed in. */
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
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
  return (
    <EntryFrame title={say('Sign in')} intro={say('For members of this Relink. An owner can invite you; who runs this server can help when you cannot get in.')}>
      <SignInForm done={() => location.reload()} />
      <p><a className="link" href="/forgot">{say('Forgot your password?')}</a></p>
    </EntryFrame>
  )
}
