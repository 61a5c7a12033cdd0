/** What the bank asks to know that it is you: one form for every kind of prompt. */
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useAct } from '../act.ts'
import type { Challenge, Run } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay } from '../me.ts'
import { AtTheBank } from './at-the-bank.tsx'
import { Form } from './form.tsx'
import { Ticked } from './sign.tsx'
import { Arrival, Trouble } from './states.tsx'
import { untilInstant, useTold } from './time.tsx'

type Prompt = Challenge['prompts'][number]

/** `permits`: the connection for which the person must be allowed to sign in, where it is another than the one that asks. `answered`: told what became of the answer, where nothing else on the page tells it; that page is on the phone already. */
export function ChallengeForm({ challenge, answered, permits }: { challenge: Challenge; answered?: (run: Run) => void; permits?: string }) {
  return challenge.prompts.some(({ kind }) => kind === 'redirect') ? <AtTheBank challenge={challenge} permits={permits ?? challenge.connectionId} /> : <Questions challenge={challenge} {...(answered === undefined ? {} : { answered })} />
}

function Questions({ challenge, answered }: { challenge: Challenge; answered?: (run: Run) => void }) {
  const [answers, setAnswers] = useState<Record<string, string>>({})
  const answer = useAct()
  const again = useAct()
  const phone = useAct()
  const [sent, setSent] = useState<SentTo | null>(null)
  const minutes = useTold(() => minutesLeft(challenge))
  const elsewhere = challenge.prompts.every(({ kind }) => kind === 'approval')
  const busy = answer.isPending || again.isPending
  return (
    <Form className="panel mb-4 grid gap-4 border-need" aria-label={say('Question of the bank')} submit={() => answer.send('POST', `/challenges/${challenge.id}/answer`, { answers }, (run) => answered?.(run as Run))}>
      {challenge.refusedBefore === 0 ? <Arrival>{say('The bank asks to know that it is you')}</Arrival> : <Refused challenge={challenge} />}
      {challenge.prompts.map((prompt) => (
        <Field key={prompt.id} prompt={prompt} value={answers[prompt.id] ?? ''} set={(value) => setAnswers({ ...answers, [prompt.id]: value })} />
      ))}
      {elsewhere && <p className="text-muted">{say('Approve it there first, then press the button: the bank tells Relink only when it is asked, and may count each asking as a try.')}</p>}
      {answer.error !== null && <Trouble error={answer.error} />}
      {again.error !== null && <Trouble error={again.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <button className="button button-primary" type="submit" disabled={busy}>{answer.isPending ? say('Asking the bank…') : elsewhere ? say('Ask the bank whether it is done') : say('Answer')}</button>
        <button className="button" type="button" disabled={busy} onClick={() => again.send('POST', `/connections/${challenge.connectionId}/sync`)}>{challenge.prompts.some(({ kind }) => kind === 'code') ? say('Get a new code') : say('Ask anew')}</button>
        {answered === undefined && <button className="button" type="button" disabled={phone.isPending} onClick={() => phone.send('POST', `/challenges/${challenge.id}/send`, undefined, (answer) => setSent(answer as SentTo))}>{say('Send this question to my phone')}</button>}
      </div>
      {phone.error !== null && <Trouble error={phone.error} />}
      {sent !== null && <Sent result={sent} />}
      <p className="meta">{elsewhere ? say('The bank waits about {minutes, plural, one {a minute} other {# minutes}} more.', { minutes }) : say('The bank waits about {minutes, plural, one {a minute} other {# minutes}} more. An answer is sent once and not kept.', { minutes })}</p>
    </Form>
  )
}

/** Banks that count wrong answers lock a login at this one. */
const LOCKS_AT = 3

/** What became of the answer before: the bank asks anew after it, in another form, so it is said there. */
function Refused({ challenge: { prompts, refusedBefore } }: { challenge: Challenge }) {
  const isCode = prompts.some(({ kind }) => kind === 'code')
  const safe = LOCKS_AT - 1 - refusedBefore
  return (
    <div>
      <Arrival>{say(isCode ? 'The bank did not accept the code. It asks anew.' : 'The bank did not accept the answer. It asks anew.')}</Arrival>
      <p className="mt-2">{isCode ? say('The refused code is not sent again: enter the newest one that you got. The sign-in and all rows are kept.') : say('The refused answer is not sent again by itself. The sign-in and all rows are kept.')}</p>
      <p className="mt-2">{safe > 0 ? say('Many banks lock a login after three wrong answers in a row. This was the first: one more try is safe.') : say('{count} answers in a row were refused, and many banks lock a login after three: compare it letter by letter, or ask the bank first.', { count: refusedBefore })}</p>
    </div>
  )
}

/** `sentTo`, `failures`: for owners; others learn how often it got through. */
type SentTo = { sent: number; notSent: number; sentTo: string[]; failures: string[] }

function Sent({ result: { sent, notSent, sentTo, failures } }: { result: SentTo }) {
  const may = useMay()
  if (sent + notSent === 0) return <p role="status"><Say message="Nobody hears of questions yet: an owner chooses where under <a>Settings, Alerts</a>." a={(inside) => (may('manage') ? <Link className="link" to="/settings/alerts">{inside}</Link> : inside)} /></p>
  const why = failures.length > 0 ? failures.join(' ') : say('It did not get through to {count, plural, one {one place} other {# places}}; an owner sees why under Settings, Alerts.', { count: notSent })
  const went = sentTo.length > 0
    ? say('Sent to {places}: the link there works once, for ten minutes.', { places: sentTo.join(', ') })
    : say('Sent to {count, plural, one {one place} other {# places}}: the link there works once, for ten minutes.', { count: sent })
  return <p role="status">{sent > 0 && <Ticked>{went}</Ticked>} {notSent > 0 && why}</p>
}

function minutesLeft({ expiresAt }: Challenge): number {
  return Math.max(1, Math.round(untilInstant(expiresAt) / 60_000))
}

function Field({ prompt, value, set }: { prompt: Prompt; value: string; set: (value: string) => void }) {
  if (prompt.kind === 'approval') return <p>{prompt.label}</p>
  if (prompt.kind === 'selection') {
    return (
      <fieldset className="grid gap-1">
        <legend className="mb-1">{prompt.label}</legend>
        {prompt.options?.map((option) => (
          <label key={option.id} className="flex min-h-10 items-center gap-2">
            <input type="radio" name={prompt.id} required checked={value === option.id} onChange={() => set(option.id)} /> {option.label}
          </label>
        ))}
      </fieldset>
    )
  }
  // No bank says that its codes are figures alone, so they are typed on all keys, and as they are.
  return (
    <label className="grid gap-1">
      {prompt.label}
      {prompt.picture !== undefined && <Picture data={prompt.picture} />}
      <input className="field sm:max-w-xs" required value={value} onChange={(event) => set(event.target.value)} autoComplete={prompt.kind === 'code' ? 'one-time-code' : 'off'} autoCapitalize="none" autoCorrect="off" spellCheck={false} />
    </label>
  )
}

/** Pictures of banks come as `data:`; the content security policy lets no page load those, but what the page itself made of them. */
function Picture({ data }: { data: string }) {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    const [, type = '', base64 = ''] = /^data:(image\/[\w.+-]+);base64,([A-Za-z0-9+/=]+)$/.exec(data) ?? []
    if (base64 === '') return
    const made = URL.createObjectURL(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [data])
  return url === null ? null : <img src={url} alt={say('The picture that the bank shows')} className="max-w-xs" />
}
