/** One question of a bank, from a link: on a phone, with nothing else on the page. No balances. What became of the answer is said here, so that the phone can be put away. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, ServerProblem, type Challenge, type Run } from '../api.ts'
import { message, say } from '../language/language.ts'
import { ChallengeForm } from '../parts/challenge-form.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Ticked } from '../parts/sign.tsx'
import { Arrival, Loaded, Title, Trouble } from '../parts/states.tsx'

export function ChallengePage() {
  const { token } = useParams({ from: '/c/$token' })
  const queries = useQueryClient()
  const key = ['link', token]
  // The link is spent by this, so it is asked once and kept, whatever changes.
  const opened = useQuery({ queryKey: key, queryFn: async () => queries.getQueryData<Challenge>(key) ?? ask<Challenge>('POST', '/challenge-links', { link: token }) })
  return (
    <div className="max-w-xl">
      <div className="mb-4"><Title>{say('Answer your bank')}</Title></div>
      {opened.error === null ? <Loaded query={opened}>{(challenge) => <Question challenge={challenge} />}</Loaded> : <Void error={opened.error} />}
    </div>
  )
}

/** A link that leads nowhere any more: why, and where the question is answered instead, if it still waits. */
function Void({ error }: { error: Error }) {
  const connectionId = error instanceof ServerProblem ? error.body['connectionId'] : undefined
  if (typeof connectionId !== 'string') return <><Trouble error={error} /><p><Link className="link" to="/accounts">{say('See on Accounts whether it still waits')}</Link></p></>
  return (
    <section className="panel grid justify-items-start gap-3" role="alert">
      <Arrival>{error.message}</Arrival>
      <p>{say('If the bank still waits, answer on the page of the connection. From there a new link can be sent to this phone; if the bank waits no longer, it can be asked anew there.')}</p>
      <Link className="button button-primary" to="/connections/$id" params={{ id: connectionId }}>{say('Go to the connection')}</Link>
    </section>
  )
}

function Question({ challenge }: { challenge: Challenge }) {
  const [run, setRun] = useState<Run | null>(null)
  const asked = useQuery({ queryKey: ['challenge', challenge.id], queryFn: () => get<Challenge>(`/challenges/${challenge.id}`) })
  const { state } = asked.data ?? challenge
  return (
    <>
      {run === null && state === 'open' ? <NeedsServer><ChallengeForm challenge={challenge} answered={setRun} /></NeedsServer> : (
        <section className="panel mb-4 grid gap-2" role="status">
          <Arrival>{run?.failure?.message ?? (run?.outcome === 'suspended' ? say('The bank asks something more.') : ENDS[state] === undefined ? <Ticked>{say('Answered.')}</Ticked> : say(ENDS[state]))}</Arrival>
          {run?.failure == null && run?.outcome !== 'suspended' && ENDS[state] === undefined && <p className="text-muted">{say('Relink goes on by itself, also on the page that asked. You can close this one.')}</p>}
        </section>
      )}
      <Link className="link" to="/connections/$id" params={{ id: challenge.connectionId }}>{say('Go to the connection')}</Link>
    </>
  )
}

/** How a question ended that nobody answers any more; otherwise it was answered, here or elsewhere. */
const ENDS: Readonly<Record<string, string | undefined>> = { refused: message('The bank did not accept the answer.'), expired: message('The question was not answered in time.'), cancelled: message('The question is not asked any more.') }
