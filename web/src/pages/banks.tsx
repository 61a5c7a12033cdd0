/** The health of each bank, learned from all connections that use it: now, and over the last ninety days. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { get, type Bank } from '../api.ts'
import { message, say } from '../language/language.ts'
import { History } from '../parts/bank-history.tsx'
import { Chip, type Tone } from '../parts/chip.tsx'
import { Sentence } from '../parts/sentence.tsx'
import { ListTitle, Split, useOpening } from '../parts/split.tsx'
import { Empty, FirstBank, Loaded } from '../parts/states.tsx'
import { Instant } from '../parts/time.tsx'
import { ToCome } from '../parts/to-come.tsx'

export const BANK_HEALTH: Record<Bank['health'], { tone: Tone; word: string }> = {
  working: { tone: 'ok', word: message('Working') },
  slow: { tone: 'wait', word: message('Having trouble') },
  down: { tone: 'stop', word: message('Not answering') },
  unknown: { tone: 'off', word: message('Not read lately') },
}

/** In the list; the page of a bank has all of them. */
const MOST_INCIDENTS = 3

export function useBanks(): UseQueryResult<{ items: Bank[] }> {
  return useQuery({ queryKey: ['banks'], queryFn: () => get<{ items: Bank[] }>('/banks') })
}

export function BanksPage() {
  const { id } = useParams({ strict: false })
  return <Split label={say('Banks')} longer="list" isPage={id !== undefined} list={<BankList beside={id !== undefined} />} detail={id === undefined ? null : <Outlet />} />
}

/** What the bank announced, for whoever plans ahead. */
export function Notices({ bank: { notices } }: { bank: Bank }) {
  if (notices.length === 0) return null
  return <ul className="mt-2 grid gap-1" aria-label={say('Announced')}>{notices.map(({ kind, at, says, words }) => (
    <li key={kind} className="flex flex-wrap items-baseline gap-x-3">
      <Chip tone="wait">{say('Announced')}</Chip><span>{says}</span><span className="meta"><Instant at={at} /></span>
      {words !== null && <figure className="w-full"><figcaption className="meta">{say('The bank’s words')}</figcaption><blockquote className="border-l-2 border-line pl-3 [overflow-wrap:anywhere]"><bdi>{say('“{text}”', { text: words })}</bdi></blockquote></figure>}
    </li>
  ))}</ul>
}

function BankList({ beside }: { beside: boolean }) {
  const banks = useBanks()
  const opening = useOpening('list')
  return (
    <>
      <div className="mb-4"><ListTitle beside={beside}>{say('Banks')}</ListTitle></div>
      <Loaded query={banks} toCome={<ToCome heights={[180]} />}>
        {({ items }) => (
          <>
            {items.length === 0 && (
              <Empty title={say('No bank is connected yet')}>
                <p className="mb-4">{say('Once you connect one, each of its days is shown here: whether it answered, and every outage with its start, end and reach.')}</p>
                <FirstBank />
              </Empty>
            )}
            <ul className="grid gap-2">
              {items.map((bank) => (
                <li key={bank.institutionId} className="panel">
                  <div className="flex flex-wrap items-center justify-between gap-3">
                    <div className="min-w-0"><h2 className="name"><Link to="/banks/$id" params={{ id: bank.institutionId }} {...opening} className="py-0.5 underline-offset-4 hover:underline" activeProps={{ className: 'underline decoration-2' }}>{bank.name}</Link></h2><p className="text-muted"><Sentence parts={bank.sentence} /></p></div>
                    <Chip tone={BANK_HEALTH[bank.health].tone}>{say(BANK_HEALTH[bank.health].word)}</Chip>
                  </div>
                  <Notices bank={bank} />
                  <History bank={bank} most={MOST_INCIDENTS} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </>
  )
}
