/** Review: what only a person can decide. First the questions that the bank's answers left, then the rows that wait, then what was decided. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { get, type Account, type Question, type QuestionPage, type TransactionDetail } from '../api.ts'
import { message, say } from '../language/language.ts'
import { useTyped } from '../parts/filter.tsx'
import { Amount } from '../parts/money.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Sign } from '../parts/sign.tsx'
import { Split, useWide } from '../parts/split.tsx'
import { Empty, FirstBank, LoadedPage, Title } from '../parts/states.tsx'
import { ToCome } from '../parts/to-come.tsx'
import { Questions } from '../review/questions.tsx'
import { Queue } from '../review/queue.tsx'
import { Recent } from '../review/recent.tsx'
import { RowFacts } from '../rows/facts.tsx'
import type { ReviewSearch } from '../rows/search.ts'
import { isIn, useSuggestions, VIEWS, type View } from '../review/suggestions.tsx'

const route = getRouteApi('/review')

/** Each is a card: what somebody decides in one sitting. */
const QUESTIONS_A_PAGE = 30
const TO_COME = <ToCome head rows heights={[600]} />

export function ReviewPage() {
  const questions = useInfiniteQuery({ queryKey: ['questions', 'pages'], queryFn: ({ pageParam }) => get<QuestionPage>(`/questions?limit=${QUESTIONS_A_PAGE}${pageParam === '' ? '' : `&cursor=${encodeURIComponent(pageParam)}`}`), initialPageParam: '', getNextPageParam: (page) => page.next })
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  return <LoadedPage query={questions} toCome={TO_COME}>{({ pages }) => <LoadedPage query={accounts} toCome={TO_COME}>{({ items: known }) => <Whole questions={pages.flatMap(({ items }) => items)} waiting={(pages[0]?.counts ?? []).reduce((sum, { open }) => sum + open, 0)} more={() => void questions.fetchNextPage()} accounts={known} />}</LoadedPage>}</LoadedPage>
}

function Whole({ questions, waiting, more, accounts }: { questions: readonly Question[]; waiting: number; more: () => void; accounts: readonly Account[] }) {
  const { account: chosen, text: sought = '', show: view = 'all' } = route.useSearch()
  const navigate = useNavigate({ from: '/review' })
  const set = (change: ReviewSearch): void => void navigate({ search: (before: ReviewSearch) => ({ ...before, ...change }), replace: true, resetScroll: false })
  const [text, setText] = useTyped(sought, (typed) => set({ text: typed }))
  const [round, setRound] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const [looked, setLooked] = useState<string | null>(null)
  const isWide = useWide()
  // Of all, unless one is chosen or is the only one.
  const shown = accounts.find(({ id }) => id === chosen) ?? (accounts.length === 1 ? accounts[0]! : null)
  const forReview = shown === null ? accounts.reduce((sum, account) => sum + account.forReview, 0) : shown.forReview
  const list = (
    <>
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3"><Title>{say('Review')}</Title><Link className="link alone py-1" to="/rules">{say('Rules')}</Link></div>
      {questions.length > 0 && <section className="mb-8" aria-label={say('Questions')}><NeedsServer><Questions questions={questions} accounts={accounts} />{waiting > questions.length && <button type="button" className="button mt-3" onClick={more}>{say('{count, plural, one {One more question} other {# more questions}}', { count: waiting - questions.length })}</button>}</NeedsServer></section>}
      {questions.length === 0 && <p className="mb-6 text-muted">{say('Nothing to decide between rows. When the bank’s answers leave a doubt, both rows are kept and the question appears here.')}</p>}
      {accounts.length === 0 ? (
        <Empty title={say('Nothing to review yet')}><p className="mb-4">{say('Rows appear here after the first read or import.')}</p><FirstBank /></Empty>
      ) : (
        <section aria-label={say('Rows to review')}>
          <div className="mb-2 grid gap-2 @lg:grid-cols-2">
            <select className="field min-w-0" aria-label={say('Account')} value={shown?.id ?? ''} onChange={(event) => set({ account: event.target.value === '' ? undefined : event.target.value })}>
              {accounts.length > 1 && <option value="">{say('{account}: {count} to review', { account: say('All accounts'), count: accounts.reduce((sum, account) => sum + account.forReview, 0) })}</option>}
              {accounts.map(({ id, name, forReview: count }) => <option key={id} value={id}>{say('{account}: {count} to review', { account: name, count })}</option>)}
            </select>
            <NeedsServer><input className="field" type="search" maxLength={200} aria-label={say('Search rows to review')} placeholder={say('Search name, memo or amount')} value={text} onChange={(event) => setText(event.target.value)} /></NeedsServer>
          </div>
          <Queue key={`${shown?.id ?? ''} ${round}`} account={shown} accounts={accounts} text={sought} view={view} look={setLooked}><Views accountId={shown?.id ?? null} forReview={forReview} view={view} choose={(show) => set({ show: show === 'all' ? undefined : show })} /></Queue>
        </section>
      )}
    </>
  )
  const detail = (
    <>
      {isWide && <AtRow id={looked} />}
      <details className="panel mt-6 lg:mt-3" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="cursor-pointer font-medium">{say('Recent changes')}</summary>
        {isOpen && <div className="mt-3"><NeedsServer><Recent taken={() => setRound((before) => before + 1)} /></NeedsServer></div>}
      </details>
    </>
  )
  return <Split label={say('To review')} longer="list" isPage={false} list={list} detail={detail} />
}

/** Who goes on sooner does not look at the row. */
const LOOKING_MS = 150

/** The row that the keyboard is at, once it stays there; until then the one before. */
function AtRow({ id }: { id: string | null }) {
  const [stays, setStays] = useState(id)
  useEffect(() => {
    const soon = setTimeout(() => setStays(id), LOOKING_MS)
    return () => clearTimeout(soon)
  }, [id])
  const row = useQuery({ queryKey: ['transaction', stays], queryFn: () => get<TransactionDetail>(`/transactions/${stays}`), enabled: stays !== null, placeholderData: (previous) => previous })
  if (stays === null || row.data === undefined) return null
  return (
    <section aria-label={say('This row')}>
      <div className="mb-3 flex flex-wrap items-end justify-between gap-x-4 gap-y-1">
        <h2 className="name min-w-0"><bdi>{row.data.description === '' ? say('Row without text') : row.data.description}</bdi></h2>
        <p className="text-[17px] leading-6 font-semibold"><Amount amount={row.data.amount} currency={row.data.currency} signed /></p>
      </div>
      <RowFacts row={row.data} />
      <p className="mt-1"><Link className="link alone py-1" to="/transactions/$id" params={{ id: row.data.id }}>{say('Open this row')}</Link></p>
    </section>
  )
}

const VIEW_NAMES: Record<View, string> = { all: message('All'), suggested: message('Suggested'), transfers: message('Transfers'), unusual: message('Unusual') }

/** What of the rows is shown; each says how many there are. */
function Views({ accountId, forReview, view, choose }: { accountId: string | null; forReview: number; view: View; choose: (view: View) => void }) {
  const proposals = [...useSuggestions(accountId).of.values()]
  return (
    <div role="group" aria-label={say('Show')} className="flex flex-wrap gap-2">
      {VIEWS.map((one) => (
        <button key={one} type="button" aria-pressed={one === view} className={`button !min-h-8 ${one === view ? '!border-accent !text-accent' : ''}`} onClick={() => choose(one)}>
          {one === view && <Sign of="done" className="mr-1.5" />}{say(VIEW_NAMES[one])} {one === 'all' ? forReview : proposals.filter((proposal) => isIn(one, proposal)).length}
        </button>
      ))}
    </div>
  )
}
