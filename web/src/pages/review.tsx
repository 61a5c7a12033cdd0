/** Review: what only a person can decide. First the questions that the bank's answers left, then the rows that wait, then what was decided. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { get, type Account, type Question } from '../api.ts'
import { message, say } from '../language/language.ts'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Empty, FirstBank, Loaded, Title } from '../parts/states.tsx'
import { Questions } from '../review/questions.tsx'
import { Queue } from '../review/queue.tsx'
import { Recent } from '../review/recent.tsx'
import { isIn, useSuggestions, VIEWS, type View } from '../review/suggestions.tsx'

export function ReviewPage() {
  const questions = useQuery({ queryKey: ['questions'], queryFn: () => get<{ items: Question[] }>('/questions') })
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3"><Title>{say('Review')}</Title><Link className="link" to="/rules">{say('Rules')}</Link></div>
      <Loaded query={questions}>
        {({ items }) => <Loaded query={accounts}>{({ items: known }) => <Whole questions={items} accounts={known} />}</Loaded>}
      </Loaded>
    </>
  )
}

function Whole({ questions, accounts }: { questions: readonly Question[]; accounts: readonly Account[] }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const [text, setText] = useState('')
  const [view, setView] = useState<View>('all')
  const [round, setRound] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const account = accounts.find(({ id }) => id === chosen) ?? accounts.find(({ forReview }) => forReview > 0) ?? accounts[0]
  const [kept, setKept] = useState(account?.id)
  // The account that was chosen first stays, also when its last row is decided.
  const shown = accounts.find(({ id }) => id === (chosen ?? kept)) ?? account
  if (kept === undefined && account !== undefined) setKept(account.id)
  return (
    <>
      {questions.length > 0 && <section className="mb-8" aria-label={say('Questions')}><NeedsServer><Questions questions={questions} accounts={accounts} /></NeedsServer></section>}
      {questions.length === 0 && <p className="mb-6 text-muted">{say('Nothing to decide between rows. When the bank’s answers leave a doubt, both rows are kept and the question appears here.')}</p>}
      {shown === undefined ? (
        <Empty title={say('Nothing to review yet')}><p className="mb-4">{say('Rows appear here after the first read or import.')}</p><FirstBank /></Empty>
      ) : (
        <section aria-label={say('Rows to review')}>
          <div className="mb-2 grid gap-2 sm:grid-cols-2">
            <select className="field min-w-0" aria-label={say('Account')} value={shown.id} onChange={(event) => setChosen(event.target.value)}>
              {accounts.map(({ id, name, forReview }) => <option key={id} value={id}>{say('{account}: {count} to review', { account: name, count: forReview })}</option>)}
            </select>
            <NeedsServer><input className="field" type="search" aria-label={say('Search rows to review')} placeholder={say('Search name or memo')} value={text} onChange={(event) => setText(event.target.value)} /></NeedsServer>
          </div>
          <Views account={shown} view={view} choose={setView} />
          <Queue key={`${shown.id} ${round}`} account={shown} accounts={accounts} text={text} view={view} />
        </section>
      )}
      <details className="panel mt-6" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="cursor-pointer font-medium">{say('Recent changes')}</summary>
        {isOpen && <div className="mt-3"><NeedsServer><Recent taken={() => setRound((before) => before + 1)} /></NeedsServer></div>}
      </details>
    </>
  )
}

const VIEW_NAMES: Record<View, string> = { all: message('All'), suggested: message('Suggested'), transfers: message('Transfers'), unusual: message('Unusual') }

/** What of the rows is shown; each says how many there are. */
function Views({ account, view, choose }: { account: Account; view: View; choose: (view: View) => void }) {
  const proposals = [...useSuggestions(account.id).of.values()]
  return (
    <div role="group" aria-label={say('Show')} className="mb-2 flex flex-wrap gap-2">
      {VIEWS.map((one) => (
        <button key={one} type="button" aria-pressed={one === view} className={`button !min-h-8 ${one === view ? '!border-accent !text-accent' : ''}`} onClick={() => choose(one)}>
          {one === view && <span aria-hidden="true">{'✓\u00a0'}</span>}{say(VIEW_NAMES[one])} {one === 'all' ? account.forReview : proposals.filter((proposal) => isIn(one, proposal)).length}
        </button>
      ))}
    </div>
  )
}
