/** A permission is given at the bank's own site: the way there, in this tab, so that the bank leads back to it. Where the person was is kept for then. */
import { useAct } from '../act.ts'
import type { Challenge } from '../api.ts'
import { keepForTab, keptForTab } from '../kept.ts'
import { say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { AskOwner } from './ask-owner.tsx'
import { hostOf } from './brand.ts'
import { Arrival, Trouble } from './states.tsx'

const WAY = 'relink-way-to-bank'

/** The address within the page from which this tab set out; asked for once. */
export function takeWayBack(): string | null {
  const place = keptForTab(WAY)
  keepForTab(WAY, null)
  return place
}

export function AtTheBank({ challenge, permits }: { challenge: Challenge; permits: string }) {
  const may = useMay()
  const leave = useAct()
  const url = challenge.prompts.find(({ kind }) => kind === 'redirect')?.url ?? ''
  const go = (answer: unknown): void => {
    // A link to one question is spent by then.
    keepForTab(WAY, location.pathname.startsWith('/c/') ? null : location.pathname)
    location.assign((answer as { url: string }).url)
  }
  if (!may('enter_secret', permits)) return <div className="panel mb-4"><p className="mb-2">{say('The bank wants the permission of somebody who may sign in there.')}</p><AskOwner /></div>
  return (
    <section className="panel mb-4 grid gap-4 border-need" aria-label={say('Permission at the bank')}>
      <Arrival>{say('The bank wants your permission first')}</Arrival>
      <p>{say('You give it at the bank’s own site, {host}: sign in there and allow Relink to read. The password stays between you and the bank. It leads you back here by itself.', { host: hostOf(url) ?? url })}</p>
      {leave.error !== null && <Trouble error={leave.error} />}
      <button className="button button-primary justify-self-start" type="button" disabled={leave.isPending} onClick={() => leave.send('POST', `/challenges/${challenge.id}/leave`, undefined, go)}>{leave.isPending ? say('Opening the bank’s site…') : say('Go to the bank')}</button>
      <p className="meta">{say('Compare the address in the browser with {host} before you sign in there.', { host: hostOf(url) ?? url })}</p>
    </section>
  )
}
