/**
 * One problem, one card, one next action: what happened, how sure we are and why, what Relink does, what
 * the person does. Every sentence is the server's; the page gives it its frame.
 */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Connection, Problem } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay, useOffline } from '../me.ts'
import { AskOwner } from './ask-owner.tsx'
import { Asks } from './asks.tsx'
import { Chip, MOVES } from './chip.tsx'
import { Evidence } from './evidence.tsx'
import { signInNeeds } from './login-form.tsx'
import { cardId, goToStep } from './repair.tsx'
import { Sentence } from './sentence.tsx'
import { Point } from './time.tsx'

/** A second cause less likely than this is not worth a line. */
const WORTH_A_LINE = 0.05

/** `brief`: as one of several, leading to the whole card. */
export function ProblemCard({ problem, connection, brief = false }: { problem: Problem; connection: Connection; brief?: boolean }) {
  const { card } = problem
  const name = cardId(problem)
  const may = useMay()
  const asksOwner = useAsksOwner(card.next, connection)
  const { tone, word } = MOVES[card.chip]
  const { institutionName, loginLabel } = connection
  // Among several it says whose it is, of two logins at one bank and of two accounts of a login.
  const login = brief ? say('{bank}, login {login}', { bank: institutionName, login: loginLabel }) : institutionName
  const account = connection.accounts.find(({ id }) => id === problem.accountId)?.name
  const bank = account === undefined || JSON.stringify(card.what).includes(JSON.stringify(account).slice(1, -1)) ? login : say('{bank}, {account}', { bank: login, account })
  return (
    <section className={`panel mb-4 ${tone === 'need' ? 'border-need' : ''}`} aria-labelledby={`${name} ${name}-what`} data-problem={problem.id}>
      <span id={name} hidden>{say('Problem with {bank}', { bank })}</span>
      <span id={`${name}-whose`} hidden>{bank}</span>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Chip tone={tone}>{say(word)}</Chip>
        <span className="meta name"><Say message="{bank}, since {at}" bank={bank} at={<Point at={problem.openedAt} />} /></span>
      </div>
      <Headings card={card} id={`${name}-what`} />
      {brief ? <p className="mt-1 text-muted">{card.likelihood}</p> : <Likelihood problem={problem} />}
      {!brief && <Evidence problem={problem} />}
      {!brief && problem.closedAt === null && may('review') && <Asks problem={problem} />}
      <p className="mt-3"><Say message="<who>Relink: </who>{what}." who={(inside) => <span className="text-muted">{inside}</span>} what={<Sentence parts={card.relink} />} /></p>
      {!brief && asksOwner && <div className="mt-1"><AskOwner /></div>}
      <p className={`mt-1 text-muted ${brief || asksOwner ? '' : 'min-h-[22px]'} empty:hidden`} aria-live="polite">
        {asksOwner ? '' : card.checking ? say('Checking…') : card.next === null ? say('Nothing for you to do.') : brief ? '' : <Say message="You: {what}." what={<Way to={PAGES[card.next.kind]}><Sentence parts={card.next.label} /></Way>} />}
      </p>
      {brief && <Open connection={connection} card={card} asksOwner={asksOwner} />}
    </section>
  )
}

/** What is looked at on a page of its own, whichever step is now. */
const PAGES: Partial<Record<string, '/settings/server'>> = { fix_network: '/settings/server' }

/** Leads to that page, else to the step that is now. */
function Way({ to, children }: { to: '/settings/server' | undefined; children: ReactNode }) {
  if (to !== undefined) return <Link className="link" to={to}>{children}</Link>
  return <a className="link" href="#now" onClick={(event) => { event.preventDefault(); goToStep() }}>{children}</a>
}

/** What the person is allowed to do who does the next thing, beyond working here; as the steps ask it. */
const NEEDS: Partial<Record<string, 'enter_secret' | 'administer'>> = { unlock_at_bank: 'enter_secret', remove_account: 'administer' }

/** Whether the next thing is for somebody with another role: they are named in its place. */
function useAsksOwner(next: Problem['card']['next'], connection: Connection): boolean {
  const may = useMay()
  const needed = next?.kind === 'fix_credentials' ? signInNeeds(connection) : NEEDS[next?.kind ?? '']
  return next !== null && (!may('sync') || (needed !== undefined && !may(needed, connection.id)))
}

/** Two causes that are about as likely stand side by side; neither is said to be it. */
function Headings({ card, id }: { card: Problem['card']; id: string }) {
  const [first, second] = card.headings
  if (first === undefined || second === undefined) return <h2 id={id} className="mt-2 [overflow-wrap:anywhere]"><Sentence parts={card.what} /></h2>
  return (
    <>
      <h2 id={id} className="mt-2 [overflow-wrap:anywhere]"><Sentence parts={first.what} /></h2>
      <p className="meta">{say('or')}</p>
      <h2 className="[overflow-wrap:anywhere]"><Sentence parts={second.what} /></h2>
    </>
  )
}

/** The next thing as a button, where there is one; what is done at a bank whose address is not verified is only named. */
function Open({ connection, card: { chip, next, checking }, asksOwner }: { connection: Connection; card: Problem['card']; asksOwner: boolean }) {
  const to = { to: '/connections/$id', params: { id: connection.id } } as const
  const offline = useOffline()
  // Offline the steps can be read, and no more.
  const isHere = next !== null && !offline && !(next.atBank && next.href === null)
  if (asksOwner) {
    return <div className="mt-2 flex flex-wrap items-center gap-3"><AskOwner /><Link {...to} className="link alone py-1">{say('See the steps')}</Link></div>
  }
  return (
    <div className="mt-2 flex flex-wrap items-center gap-3">
      {next !== null && !isHere && <p className="font-medium"><Sentence parts={next.label} /></p>}
      <Link {...to} className={isHere ? `button ${chip === 'needs_you' ? 'button-primary' : ''}` : 'link alone py-1'}>
        {isHere ? <Sentence parts={next.label} /> : checking ? say('See the check') : next === null ? say('See what happens') : say('See the steps')}
      </Link>
    </div>
  )
}

/** At most two bars of ten blocks and the rest, each with its words, never a percent sign. */
function Likelihood({ problem: { causes } }: { problem: Problem }) {
  const shown = causes.slice(0, 2).filter(({ p }, index) => index === 0 || p >= WORTH_A_LINE)
  const rest = 1 - shown.reduce((sum, { p }) => sum + p, 0)
  const others = 10 - shown.reduce((sum, { tenths }) => sum + tenths, 0)
  return (
    <ul className="mt-2 grid gap-1.5" aria-label={say('How likely')}>
      {shown.map((cause, index) => (
        <li key={cause.cause} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
          <Bar tenths={cause.tenths} />
          {index === 0 ? <span className="font-medium">{cause.likelihood}</span> : <span><span className="text-muted"><Sentence parts={cause.what} /></span> {cause.share}</span>}
        </li>
      ))}
      {rest >= WORTH_A_LINE && <li className="meta">{rest < 0.1 || others < 1 ? say('Other causes together: less than 1 in 10') : say('Other causes together: about {tenths} in 10', { tenths: others })}</li>}
    </ul>
  )
}

function Bar({ tenths }: { tenths: number }) {
  return (
    <span aria-hidden="true" className="flex gap-0.5 pt-[5px]">
      {Array.from({ length: 10 }, (_, at) => <span key={at} className={`h-3 w-1.5 rounded-[1px] border ${at < tenths ? 'border-accent bg-accent' : 'border-edge'}`} />)}
    </span>
  )
}
