/** One question of a bank, from a link: on a phone, with nothing else on the page. No balances. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ask, type Challenge } from '../api.ts'
import { say } from '../language/language.ts'
import { ChallengeForm } from '../parts/challenge-form.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Loaded, Title } from '../parts/states.tsx'

export function ChallengePage() {
  const { token } = useParams({ from: '/c/$token' })
  // The link is spent by this, so it is asked once and kept.
  const opened = useQuery({ queryKey: ['link', token], queryFn: () => ask<Challenge>('POST', '/challenge-links', { link: token }), staleTime: Number.POSITIVE_INFINITY })
  return (
    <div className="mx-auto max-w-xl">
      <div className="mb-4"><Title>{say('Answer your bank')}</Title></div>
      <Loaded query={opened}>{(challenge) => <><NeedsServer><ChallengeForm challenge={challenge} /></NeedsServer><Link className="link" to="/connections/$id" params={{ id: challenge.connectionId }}>{say('Go to the connection')}</Link></>}</Loaded>
      {opened.error !== null && <p><Link className="link" to="/accounts">{say('See on Accounts whether it still waits')}</Link></p>}
    </div>
  )
}
