/** One problem, one card, one next action: what happened, how sure we are and why, what Relink does, what the person does. */
import { Link } from '@tanstack/react-router'
import type { Connection, Problem } from '../api.ts'
import { Chip, type Tone } from './chip.tsx'
import { Sentence } from './sentence.tsx'
import { Instant } from './time.tsx'

const CHIPS: Record<Problem['card']['chip'], { tone: Tone; word: string }> = {
  needs_you: { tone: 'need', word: 'Needs you' },
  waiting_for_bank: { tone: 'wait', word: 'Waiting for the bank' },
  our_side: { tone: 'wait', word: 'Our side' },
  this_server: { tone: 'stop', word: 'This server' },
}

export function ProblemCard({ problem, connection, brief = false }: { problem: Problem; connection: Connection; brief?: boolean }) {
  const chip = CHIPS[problem.card.chip]
  return (
    <section className={`panel mb-4 ${chip.tone === 'need' ? 'border-need' : ''}`} aria-label={`Problem with ${connection.institutionName}`}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Chip tone={chip.tone}>{chip.word}</Chip>
        <span className="meta">{connection.institutionName}, since <Instant at={problem.openedAt} /></span>
      </div>
      <h2 className="mt-2"><Sentence parts={problem.card.what} /></h2>
      <Likelihood problem={problem} brief={brief} />
      {!brief && <Evidence problem={problem} />}
      <p className="mt-3"><span className="text-muted">Relink: </span><Sentence parts={problem.card.relink} /></p>
      <div className="mt-3">{brief ? <Open connection={connection} problem={problem} /> : problem.card.next === null && <p className="text-muted">Nothing for you to do.</p>}</div>
    </section>
  )
}

function Open({ connection, problem }: { connection: Connection; problem: Problem }) {
  const { next } = problem.card
  return (
    <Link to="/connections/$id" params={{ id: connection.id }} className={`button ${next === null ? '' : 'button-primary'}`}>
      {next === null ? 'See what happens' : next.label}
    </Link>
  )
}

/** At most two bars of ten blocks, each with its words, never a percent sign. */
function Likelihood({ problem, brief }: { problem: Problem; brief: boolean }) {
  const shown = problem.causes.slice(0, brief ? 1 : 2).filter((c, index) => index === 0 || c.p >= 0.05)
  return (
    <ul className="mt-2 grid gap-1">
      {shown.map((cause) => (
        <li key={cause.cause} className="flex flex-wrap items-center gap-x-3">
          <span aria-hidden="true" className="font-mono text-[11px] tracking-tighter">
            {'█'.repeat(Math.round(cause.p * 10))}
            <span className="text-line">{'█'.repeat(10 - Math.round(cause.p * 10))}</span>
          </span>
          <span>{cause.likelihood}: {cause.name}</span>
        </li>
      ))}
    </ul>
  )
}

function Evidence({ problem }: { problem: Problem }) {
  const first = problem.causes[0]
  if (first === undefined) return null
  return (
    <div className="mt-3 grid gap-3 sm:grid-cols-2">
      <Facts title="Speaks for it" facts={first.for.slice(0, 3)} />
      <Facts title="Speaks against it" facts={first.against.slice(0, 2)} />
      {problem.bankSays !== null && (
        <div className="sm:col-span-2">
          <p className="meta">The bank’s words</p>
          <blockquote className="border-l-2 border-line pl-3"><bdi>{problem.bankSays.text}</bdi>{problem.bankSays.codes.length > 0 && <span className="meta"> (code {problem.bankSays.codes.join(', ')})</span>}</blockquote>
        </div>
      )}
    </div>
  )
}

function Facts({ title, facts }: { title: string; facts: readonly string[] }) {
  if (facts.length === 0) return null
  return (
    <div>
      <p className="meta">{title}</p>
      <ul className="list-disc pl-5">{facts.map((fact) => <li key={fact}>{fact}</li>)}</ul>
    </div>
  )
}
