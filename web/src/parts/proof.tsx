/** That it works again, by what was seen: the steps, the read that closed the problem, what it brought, and the balances. */
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { get, type Account, type Connection, type Plan, type Problem, type RunDetail } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Chip } from './chip.tsx'
import { Amount } from './money.tsx'
import { printAlone, PrintedAt } from './paper.tsx'
import { Steps } from './repair.tsx'
import { Sentence } from './sentence.tsx'
import { Ticked } from './sign.tsx'
import { Arrival } from './states.tsx'
import type { Coverage } from './strip.tsx'
import { Day, Instant, Point } from './time.tsx'

/** `problems`: those that one read ended, the newest first. */
export function Proof({ problems, connection }: { problems: readonly Problem[]; connection: Connection }) {
  const sheet = useRef<HTMLElement>(null)
  const problem = problems[0]!
  const run = useQuery({ queryKey: ['run', problem.proofRunId], queryFn: () => get<RunDetail>(`/runs/${problem.proofRunId}`), enabled: problem.proofRunId !== null })
  if (problem.closedAt === null || run.data === undefined) return null
  const isUnread = run.data.accounts.length === 0
  const sum = (of: 'added' | 'matched' | 'withdrawn'): number => run.data.accounts.reduce((all, account) => all + account[of], 0)
  return (
    <section ref={sheet} className="panel mb-4" aria-label={say('Proof')}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Chip tone="ok">{isUnread ? say('Sign-in works again') : say('Working again')}</Chip>
        <span className="meta"><Say message="since {at}" at={<Point at={problem.closedAt} />} /></span>
      </div>
      <Arrival className="mt-2">{isUnread ? say('{bank} let Relink sign in again.', { bank: connection.institutionName }) : say('{bank} was read again.', { bank: connection.institutionName })}</Arrival>
      {problems.toReversed().map((one) => <Mended key={one.id} problem={one} isAlone={problems.length === 1} />)}
      {isUnread ? <p className="mt-4">{connection.awaitsChoice ? say('No account is read before you choose which, below.') : say('No account was switched on then, so none was read.')}</p> : <>
      <h3 className="mt-4 font-medium">{say('What that read brought')}</h3>
      <p>{say('{added, plural, one {# new row} other {# new rows}}, {matched} there already, {withdrawn} withdrawn.', { added: sum('added'), matched: sum('matched'), withdrawn: sum('withdrawn') })}</p>
      <ul className="mt-2 grid gap-1">
        {run.data.accounts.map(({ accountId, days }) => {
          const account = connection.accounts.find(({ id }) => id === accountId)
          return account === undefined ? null : <Balance key={accountId} account={account} days={days} />
        })}
      </ul>
      </>}
      <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
        <p className="meta">{!isUnread && connection.nextSyncAt !== null && <Say message="Next read {at}." at={<Instant at={connection.nextSyncAt} />} />}</p>
        <button type="button" className="button" onClick={() => sheet.current !== null && printAlone(sheet.current)}>{say('Print')}</button>
      </div>
      <PrintedAt>{say('Login {login}', { login: connection.loginLabel })}.</PrintedAt>
    </section>
  )
}

function Mended({ problem, isAlone }: { problem: Problem; isAlone: boolean }) {
  const plan = useQuery({ queryKey: ['plan', problem.id], queryFn: () => get<Plan>(`/problems/${problem.id}/repair`) })
  // What a person was asked for and what was not needed then is told; what was never asked is not.
  const steps = plan.data?.state === 'proved' ? plan.data.steps.filter(({ state, who, startedAt }) => state !== 'skipped' || (who === 'person' && startedAt !== null)) : []
  return (
    <>
      {/* Where several things were done one after the other, the steps name them all. */}
      {(!isAlone || steps.filter(({ who, state }) => who === 'person' && state !== 'skipped').length < 2) && <p className="mt-1 text-muted"><Say message="Mended: {what}" what={<Sentence parts={problem.card.what} />} /></p>}
      {steps.length > 0 && <div className="mt-2"><Steps steps={steps} /></div>}
    </>
  )
}

/** Which days were read, and what the bank's balance says of the rows; only agreement is called proof. */
function Balance({ account, days }: { account: Account; days: RunDetail['accounts'][number]['days'] }) {
  const coverage = useQuery({ queryKey: ['coverage', account.id], queryFn: () => get<Coverage>(`/accounts/${account.id}/coverage`) })
  const last = coverage.data?.days.findLast(({ state }) => state !== 'before')
  if (last === undefined) return null
  return (
    <li className="grid gap-x-4 border-t border-line pt-1 @xl:grid-cols-[minmax(0,1fr)_auto_auto]">
      <span className="name font-medium">{account.name}</span>
      {days.length > 0 && <span><Say message="{days} read" days={days.map(({ from, to }, index) => <span key={from}>{index > 0 && ', '}{to === from ? <Day day={from} /> : <Say message="{from} to {to}" from={<Day day={from} />} to={<Day day={to} />} />}</span>)} /></span>}
      <span className="text-muted">
        {last.state === 'proved' && account.balanceIsStated ? <Ticked><Say message="bank’s balance {amount} = ours, {day}" amount={<Amount amount={account.balance} currency={account.currency} />} day={<Day day={last.day} />} /></Ticked> : null}
        {last.state === 'broken' ? say('balance and rows disagree') : null}
        {last.state === 'covered' ? say('not proved by a balance yet') : null}
      </span>
    </li>
  )
}
