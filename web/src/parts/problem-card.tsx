/** One problem, one card, one next action: what happened, how sure we are and why, what Relink does, what the person does. */
import { Link } from '@tanstack/react-router'
import { useAct } from '../act.ts'
import type { Connection, Problem } from '../api.ts'
import { Chip, type Tone } from './chip.tsx'
import { Sentence } from './sentence.tsx'
import { Trouble } from './states.tsx'
import { Instant } from './time.tsx'

const CHIPS: Record<Problem['card']['chip'], { tone: Tone; word: string }> = {
  needs_you: { tone: 'need', word: 'Needs you' },
  waiting_for_bank: { tone: 'wait', word: 'Waiting for the bank' },
  our_side: { tone: 'wait', word: 'Our side' },
  this_server: { tone: 'stop', word: 'This server' },
}
/** A second cause less likely than this is not worth a line. */
const WORTH_A_LINE = 0.05

/** `brief`: as one of several, leading to the whole card. */
export function ProblemCard({ problem, connection, brief = false }: { problem: Problem; connection: Connection; brief?: boolean }) {
  const { tone, word } = CHIPS[problem.card.chip]
  return (
    <section className={`panel mb-4 ${tone === 'need' ? 'border-need' : ''}`} aria-label={`Problem with ${connection.institutionName}`}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Chip tone={tone}>{word}</Chip>
        <span className="meta">{connection.institutionName}, since <Instant at={problem.openedAt} /></span>
      </div>
      <h2 className="mt-2"><Sentence parts={problem.card.what} /></h2>
      {brief ? <p className="mt-1 text-muted">{problem.card.likelihood}</p> : <Likelihood problem={problem} />}
      {!brief && <Evidence problem={problem} />}
      {!brief && problem.closedAt === null && <AtTheBank problem={problem} />}
      <p className="mt-3"><span className="text-muted">Relink: </span><Sentence parts={problem.card.relink} />.</p>
      {problem.card.next === null && <p className="mt-1 text-muted">Nothing for you to do.</p>}
      {brief && <Open connection={connection} problem={problem} />}
    </section>
  )
}

function Open({ connection, problem: { card } }: { connection: Connection; problem: Problem }) {
  return (
    <Link to="/connections/$id" params={{ id: connection.id }} className={`button mt-3 ${card.chip === 'needs_you' && card.next !== null ? 'button-primary' : ''}`}>
      {card.next === null ? 'See what happens' : card.next.label}
    </Link>
  )
}

/** At most two bars of ten blocks, each with its words, never a percent sign. */
function Likelihood({ problem }: { problem: Problem }) {
  const shown = problem.causes.slice(0, 2).filter((c, index) => index === 0 || c.p >= WORTH_A_LINE)
  return (
    <ul className="mt-2 grid gap-1.5">
      {shown.map((cause, index) => (
        <li key={cause.cause} className="flex flex-wrap items-center gap-x-3">
          <Bar blocks={Math.min(9, Math.round(cause.p * 10))} />
          <span><span className="font-medium">{cause.likelihood}</span>{index > 0 && <span className="text-muted"> {cause.name}</span>}</span>
        </li>
      ))}
    </ul>
  )
}

/** The words beside it say the same. */
function Bar({ blocks }: { blocks: number }) {
  return (
    <span aria-hidden="true" className="flex gap-0.5">
      {Array.from({ length: 10 }, (_, at) => <span key={at} className={`h-3 w-1.5 rounded-[1px] border ${at < blocks ? 'border-accent bg-accent' : 'border-edge'}`} />)}
    </span>
  )
}

function Evidence({ problem }: { problem: Problem }) {
  const first = problem.causes[0]
  if (first === undefined) return null
  return (
    <div className="mt-3 grid gap-x-6 gap-y-3 sm:grid-cols-2">
      <Facts title="Speaks for it" facts={first.for.slice(0, 3)} />
      <Facts title="Speaks against it" facts={first.against.slice(0, 2)} />
      {problem.bankSays !== null && (
        <div className="sm:col-span-2">
          <p className="meta">The bank’s words</p>
          <blockquote className="border-l-2 border-line pl-3 [overflow-wrap:anywhere]">
            <bdi>“{problem.bankSays.text}”</bdi>
            {problem.bankSays.codes.length > 0 && <span className="meta"> (code {problem.bankSays.codes.join(', ')})</span>}
          </blockquote>
        </div>
      )}
    </div>
  )
}

/** The fact that most often decides, and only a person can see it. */
function AtTheBank({ problem: { id, told } }: { problem: Problem }) {
  const act = useAct()
  const say = (bankLoginWorks: boolean) => act.send('POST', `/problems/${id}/told`, { bankLoginWorks })
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2" role="group" aria-label="The bank’s own site">
      <span>Can you sign in at the bank’s own site now?</span>
      <button type="button" className="button" aria-pressed={told.bankLoginWorks === true} disabled={act.isPending} onClick={() => say(true)}>Yes</button>
      <button type="button" className="button" aria-pressed={told.bankLoginWorks === false} disabled={act.isPending} onClick={() => say(false)}>No</button>
      <span className="meta">{told.bankLoginWorks === null ? 'Your answer ranks the causes anew.' : 'The causes are ranked with your answer.'}</span>
      {act.error !== null && <Trouble error={act.error} />}
    </div>
  )
}

function Facts({ title, facts }: { title: string; facts: readonly string[] }) {
  if (facts.length === 0) return null
  return (
    <div>
      <p className="meta">{title}</p>
      <ul className="list-disc pl-5">{facts.map((fact) => <li key={fact} className="[overflow-wrap:anywhere]">{fact}</li>)}</ul>
    </div>
  )
}
