/** Questions that only a person can answer: are these the same, was this one removed? Y and N answer the one that has the focus. */
import { useEffect, useRef } from 'react'
import { useAct } from '../act.ts'
import { useMay } from '../me.ts'
import type { Account, Question, Transaction } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Amount } from '../parts/money.tsx'
import { Trouble } from '../parts/states.tsx'
import { Day } from '../parts/time.tsx'
import { useKeys } from './keys.ts'

type Kind = { title: string; choices: readonly { answer: string; label: string; key: 'y' | 'n'; effect: string }[] }

const KINDS: Record<Question['kind'], Kind> = {
  same_transaction: {
    title: message('Are these the same?'),
    choices: [
      { answer: 'same', label: message('Same'), key: 'y', effect: message('Same: one row stays, with what both reports say; of two amounts the later one.') },
      { answer: 'different', label: message('Different'), key: 'n', effect: message('Different: both rows stay.') },
    ],
  },
  removed_at_bank: {
    title: message('The bank does not show this row. Was it removed?'),
    choices: [
      { answer: 'removed', label: message('Removed'), key: 'y', effect: message('Removed: the row is withdrawn and no longer counts.') },
      { answer: 'kept', label: message('Keep it'), key: 'n', effect: message('Keep it: the row stays.') },
    ],
  },
  still_pending: {
    title: message('Pending for long, and the bank gives no answer for its day. Is it gone?'),
    choices: [
      { answer: 'removed', label: message('Gone'), key: 'y', effect: message('Gone: the row is withdrawn; should the bank show it again, it is back.') },
      { answer: 'kept', label: message('Still pending'), key: 'n', effect: message('Still pending: the row stays, and is not asked about again.') },
    ],
  },
}

export function Questions({ questions, accounts }: { questions: readonly Question[]; accounts: readonly Account[] }) {
  const list = useRef<HTMLDivElement>(null)
  const may = useMay()
  const act = useAct()
  const answer = (question: Question, key: 'y' | 'n'): void => {
    const choice = KINDS[question.kind].choices.find((one) => one.key === key)
    if (choice !== undefined && !act.isPending && may('review')) act.send('POST', `/questions/${question.id}/answer`, { answer: choice.answer })
  }
  // Of the question that has the focus, else of the first.
  const focused = (): Question | undefined => questions.find(({ id }) => document.activeElement?.closest(`[data-question="${id}"]`) !== null) ?? questions[0]
  const byKey = (key: 'y' | 'n') => () => {
    const question = focused()
    if (question !== undefined) answer(question, key)
  }
  useKeys({ y: byKey('y'), n: byKey('n') })
  // The question that had the focus is gone: the next one has it.
  const count = useRef(questions.length)
  useEffect(() => {
    if (questions.length < count.current && (document.activeElement === document.body || document.activeElement === null)) list.current?.querySelector<HTMLElement>('[data-question]')?.focus()
    count.current = questions.length
  }, [questions.length])
  return (
    <div ref={list} className="grid gap-3">
      {act.error !== null && <Trouble error={act.error} />}
      {questions.map((question) => <Card key={question.id} question={question} account={accounts.find(({ id }) => id === question.accountId)?.name ?? ''} isBusy={act.isPending} answer={(key) => answer(question, key)} />)}
    </div>
  )
}

function Card({ question, account, isBusy, answer }: { question: Question; account: string; isBusy: boolean; answer: (key: 'y' | 'n') => void }) {
  const { title, choices } = KINDS[question.kind]
  const may = useMay()
  return (
    <section className="panel" aria-labelledby={`q-${question.id} q-${question.id}-row`} data-question={question.id} tabIndex={-1}>
      <h2 id={`q-${question.id}`}>{say(title)}</h2>
      <p className="meta name">{account}</p>
      <div className="my-3 grid gap-2 @lg:grid-cols-2">
        <div id={`q-${question.id}-row`} className="min-w-0"><Side row={question.transaction} /></div>
        {question.other !== null && <Side row={question.other} />}
      </div>
      <div className="flex flex-wrap gap-2">
        {may('review') && choices.map(({ label, key }) => <button key={key} className="button" disabled={isBusy} aria-keyshortcuts={key} onClick={() => answer(key)}>{say(label)}</button>)}
      </div>
      <p className="meta mt-2">{choices.map(({ effect }) => say(effect)).join(' ')}</p>
    </section>
  )
}

const STATES: Record<Transaction['state'], string> = { posted: message('posted'), pending: message('pending'), withdrawn: message('withdrawn') }

function Side({ row }: { row: Transaction }) {
  return (
    <div className="min-w-0 rounded-md bg-sunken p-3">
      <div className="flex flex-wrap justify-between gap-x-3"><Day day={row.postedOn} /><Amount amount={row.amount} currency={row.currency} signed /></div>
      <p className="name"><bdi>{row.description === '' ? say('no text') : row.description}</bdi></p>
      <p className="meta">{say(STATES[row.state])}</p>
    </div>
  )
}
