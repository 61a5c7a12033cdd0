/** How fresh an account is: one word, and the four facts behind it, never merged into one. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { get, type Account, type Freshness, type Noticed } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Chip, type Tone } from './chip.tsx'
import { Day, Instant } from './time.tsx'

const WORDS: Record<Freshness['word'], { tone: Tone; word: string }> = {
  up_to_date: { tone: 'ok', word: message('Up to date') },
  quiet_as_usual: { tone: 'ok', word: message('Quiet as usual') },
  bank_is_behind: { tone: 'wait', word: message('Bank is behind') },
  unusually_quiet: { tone: 'need', word: message('Unusually quiet') },
  not_answering: { tone: 'stop', word: message('Not answering') },
  not_readable: { tone: 'wait', word: message('Cannot be read now') },
  needs_you: { tone: 'need', word: message('Needs you') },
  paused: { tone: 'off', word: message('Paused') },
  no_longer_read: { tone: 'off', word: message('No longer read') },
  from_files: { tone: 'off', word: message('From files') },
  not_read: { tone: 'off', word: message('Not read yet') },
}

export function useFreshness(accountId: string) {
  return useQuery({ queryKey: ['freshness', accountId], queryFn: () => get<Freshness>(`/accounts/${accountId}/freshness`) })
}

/** What an account is in a word, where it is not simply read. */
export const STATE_WORDS: Record<Account['state'], string | null> = { open: null, paused: message('Paused'), closed: message('Closed'), missing: message('No longer listed') }

/** Nothing came from anywhere yet. */
export function isUnread({ rows, balanceIsStated }: Account): boolean {
  return rows === 0 && !balanceIsStated
}

/** What the account is, where it is not simply read; else how fresh it is. The same among the others and on its own page. */
export function AccountChip({ account, freshness }: { account: Account; freshness: Freshness | undefined }) {
  const state = isUnread(account) && account.state === 'paused' ? message('Not read yet') : STATE_WORDS[account.state]
  return state === null ? freshness === undefined ? <span className="inline-block h-6" /> : <FreshnessChip word={freshness.word} /> : <Chip tone={account.state === 'missing' ? 'need' : 'off'}>{say(state)}</Chip>
}

function FreshnessChip({ word: of }: Pick<Freshness, 'word'>) {
  const { tone, word } = WORDS[of]
  return <Chip tone={tone}>{say(word)}</Chip>
}

/** What should be seen of accounts whose own tiles are not: each state once. */
export function NoticedChips({ noticed }: { noticed: readonly Noticed[] }) {
  const count = noticed.filter(({ disagrees }) => disagrees).length
  const words = new Set(noticed.map(({ word }) => word).filter((word) => WORDS[word].tone !== 'ok' && WORDS[word].tone !== 'off'))
  return (
    <>
      {count > 0 && <Chip tone="need">{say('{count, plural, one {Balance disagrees} other {# balances disagree}}', { count })}</Chip>}
      {[...words].map((word) => <FreshnessChip key={word} word={word} />)}
    </>
  )
}

/** Four facts; what is not known says so. Of an account that only files feed no bank was ever asked. */
export function FreshnessFacts({ account, freshness }: { account: Account; freshness: Freshness }) {
  const { word, askedAt, answeredAt, bankDataOn, newestRowOn } = freshness
  const isOver = word === 'paused' || word === 'no_longer_read'
  const isAsked = account.connectionIds.length > 0
  return (
    <dl className="mb-4 grid w-full grid-cols-2 gap-x-6 gap-y-2 text-[13px] leading-5 @xl:flex @xl:w-auto @xl:flex-wrap">
      {isAsked && <Fact term={say(isOver ? 'Last asked' : 'Asked')}>{askedAt === null ? say('never') : <Instant at={askedAt} />}</Fact>}
      {isAsked && <Fact term={say('Answered in full')}>{answeredAt === null ? say(isOver ? 'never' : 'not yet') : <Instant at={answeredAt} />}</Fact>}
      {isAsked && <Fact term={say('Bank’s data of')}>{bankDataOn === null ? say('not told') : <Day day={bankDataOn} />}</Fact>}
      <Fact term={say('Newest row')}>{newestRowOn === null ? say('none') : <Day day={newestRowOn} />}</Fact>
    </dl>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return <div><dt className="text-muted">{term}</dt><dd>{children}</dd></div>
}
