/**
 * Reconcile: a statement against the rows. What differs, what would explain it to the cent, and what to do
 * about it: ask the bank again, look at the row, or set the statement aside with a note. Prints whole.
 */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act.ts'
import { get, type Account, type Reconciled, type Reconciliation } from '../api.ts'
import { locale, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { Chip } from '../parts/chip.tsx'
import { Form } from '../parts/form.tsx'
import { isUnread } from '../parts/freshness.tsx'
import { Amount, MoneyOf, NO_CURRENCY } from '../parts/money.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { PrintedAt } from '../parts/paper.tsx'
import { Sentence } from '../parts/sentence.tsx'
import { Ticked } from '../parts/sign.tsx'
import { Empty, FirstBank, Loaded, LoadedPage, Title, Trouble, Waiting } from '../parts/states.tsx'
import { Day, formatDay, Instant } from '../parts/time.tsx'
import { RowsOf } from './transactions.tsx'
import { asTyped, decimalOf, exampleAmount } from './typed-amount.ts'
import { ToCome } from '../parts/to-come.tsx'

const route = getRouteApi('/reconcile/$account')

/** Which account a statement is of. */
export function ReconcileWhichPage() {
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts') })
  return (
    <div className="max-w-3xl">
      <Title>{say('Reconcile')}</Title>
      <p className="mt-2 mb-4 text-muted">{say('Compare a paper or PDF statement with the rows. Which account is it of?')}</p>
      <Loaded query={accounts} toCome={<ToCome heights={[420]} />}>
        {({ items }) => items.length === 0 ? <Empty title={say('No account yet')}><p className="mb-4">{say('Its rows appear here after the first read or import.')}</p><FirstBank /></Empty> : (
          <ul className="grid gap-2" aria-label={say('Accounts')}>
            {items.map((account) => (
              <li key={account.id}>
                <Link className="panel flex flex-wrap items-baseline justify-between gap-x-4 no-underline hover:bg-sunken" to="/reconcile/$account" params={{ account: account.id }}>
                  <span className="min-w-0"><bdi className="name font-medium text-text">{account.name}</bdi> <span className="meta">{[account.institutionName ?? say('from files'), account.number === null ? null : `··${account.number.slice(-4)}`].filter((part) => part !== null).join(' · ')}</span></span>
                  <span className="ml-auto text-text">{isUnread(account) ? <span className="text-muted">{say('no rows yet')}</span> : <Amount amount={account.balance} currency={account.currency} />}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </div>
  )
}

export function ReconcilePage() {
  const { account: id } = route.useParams()
  const account = useQuery({ queryKey: ['account', id], queryFn: () => get<Account>(`/accounts/${id}`) })
  return <LoadedPage query={account}>{(data) => <MoneyOf currencies={[data.currency]}><Whole key={data.id} account={data} /></MoneyOf>}</LoadedPage>
}

function Whole({ account }: { account: Account }) {
  const { asOf, balance } = route.useSearch()
  const query = new URLSearchParams({ asOf: asOf ?? '', balance: balance ?? '' })
  const compared = useQuery({
    queryKey: ['reconcile', account.id, asOf, balance], enabled: asOf !== undefined && balance !== undefined,
    queryFn: () => get<Reconciliation>(`/accounts/${account.id}/reconcile?${query}`), placeholderData: (previous) => previous,
  })
  const noted = useQuery({ queryKey: ['reconciliations', account.id], queryFn: () => get<{ items: Reconciled[] }>(`/accounts/${account.id}/reconciliations`) })
  // What was compared before stays while the next is, not where no statement is named any more.
  const found = asOf === undefined || balance === undefined ? undefined : compared.data
  return (
    <div className="max-w-3xl">
      <Title>{say('Reconcile {account}', { account: account.name })}</Title>
      <p className="meta mb-4"><Link className="link" to="/accounts/$id" params={{ id: account.id }}>{account.name}</Link>{account.number !== null && <span className="whitespace-nowrap"> ··{account.number.slice(-4)}</span>}{account.currency !== NO_CURRENCY && `, ${account.currency}`}</p>
      {isUnread(account) ? <NoRows account={account} /> : <>
      <NeedsServer><Statement key={`${asOf} ${balance}`} account={account} asOf={asOf} balance={balance} /></NeedsServer>
      {compared.isLoading && <Waiting error={null} />}
      {compared.error !== null && <Trouble error={compared.error} />}
      {found !== undefined && <Result account={account} found={found} />}
      {(asOf === undefined || balance === undefined) && <p className="my-6 text-muted">{say('Enter the balance of a paper or PDF statement and its day. Relink says whether its rows come to the same, and if not, which rows would explain the difference.')}</p>}
      </>}
      {/* Neither before what would push it down. */}
      {!compared.isLoading && noted.data !== undefined && noted.data.items.length > 0 && <NeedsServer><Noted account={account} noted={noted.data.items} /></NeedsServer>}
      {found !== undefined && !noted.isLoading && <RowsCompared account={account} found={found} noted={noted.data?.items ?? []} />}
    </div>
  )
}

/** The rows that the statement is about, to be gone through beside it: since the statement before, and all that are in doubt. */
function RowsCompared({ account, found, noted }: { account: Account; found: Reconciliation; noted: readonly Reconciled[] }) {
  const before = noted.map(({ asOf }) => asOf).filter((day) => day < found.asOf).sort().at(-1)
  const [from] = [daysInDoubt(found), before === undefined ? dayAfter(found.asOf, -31) : dayAfter(before, 1)].sort()
  return (
    <section className="mt-6" aria-label={say('Rows of these days')}>
      <h2 className="mb-2"><Say message="Rows from {from} to {to}" from={<Day day={from!} />} to={<Day day={found.asOf} />} /></h2>
      <RowsOf account={account} filter={{ account: account.id, from, to: found.asOf }} whole />
    </section>
  )
}

/** A statement is compared with rows; where none came yet, the way to them. */
function NoRows({ account: { connectionIds: [reader] } }: { account: Account }) {
  return (
    <Empty title={say('Nothing to compare with yet')}>
      <p className="mb-4">{say('No row of this account was read or imported, and no balance is known.')}</p>
      {reader === undefined ? <Link className="button" to="/import">{say('Import a file')}</Link> : <Link className="button" to="/connections/$id" params={{ id: reader }}>{say('Go to the connection')}</Link>}
    </Empty>
  )
}

function Statement({ account, asOf, balance }: { account: Account; asOf: string | undefined; balance: string | undefined }) {
  const navigate = useNavigate({ from: '/reconcile/$account' })
  const [day, setDay] = useState(asOf ?? account.balanceOn ?? '')
  const [amount, setAmount] = useState(balance === undefined ? '' : asTyped(balance, locale))
  return (
    <Form className="panel mb-4 flex flex-wrap items-end gap-3 print:hidden" submit={() => void navigate({ search: { asOf: day, balance: decimalOf(amount, locale, account.currency) } })}>
      <label className="grid gap-1">{say('Balance of the statement')}<input className="field sm:w-48" required inputMode="decimal" placeholder={exampleAmount(locale)} value={amount} onChange={(event) => setAmount(event.target.value)} /></label>
      <label className="grid gap-1">{say('on the day')}<input className="field sm:w-44" required type="date" value={day} onChange={(event) => setDay(event.target.value)} /></label>
      <button className="button button-primary" type="submit">{say('Compare')}</button>
    </Form>
  )
}

function Result({ account, found }: { account: Account; found: Reconciliation }) {
  return (
    <section className="mb-6" aria-label={say('Result')} aria-live="polite">
      <dl className="panel mb-3 grid gap-x-6 gap-y-2 @xl:grid-cols-3">
        <Figure term={say('Statement of {day}', { day: formatDay(found.asOf) })} amount={found.stated} currency={found.currency} />
        <Figure term={say('Relink’s rows')} amount={found.ours} currency={found.currency} />
        <Figure term={say('Difference')} amount={found.difference} currency={found.currency} />
      </dl>
      <p className="mb-2 flex flex-wrap items-center gap-2"><Chip tone={found.agrees ? 'ok' : 'need'}>{say(found.agrees ? 'Agrees' : 'Differs')}</Chip><span><Sentence parts={found.says} /></span></p>
      <p className="meta">
        <Say
          message="{proved, select, yes {Proved by the bank’s balances to {day}} other {No balance of the bank proves these rows yet}}{broken, select, yes {, disagreeing {from} to {to}} other {}}{gaps, select, yes {; not read: {missing}} other {}}."
          proved={found.provedTo === null ? 'no' : 'yes'} broken={found.broken === null ? 'no' : 'yes'} gaps={found.missing.length === 0 ? 'no' : 'yes'}
          day={found.provedTo !== null && <Day day={found.provedTo} />} from={found.broken !== null && <Day day={found.broken.from} />} to={found.broken !== null && <Day day={found.broken.to} />} missing={<Days ranges={found.missing} />}
        />
      </p>
      {!found.agrees && <NeedsServer><Explanations account={account} found={found} /></NeedsServer>}
      <Note account={account} found={found} />
      <PrintedAt />
    </section>
  )
}

function Figure({ term, amount, currency }: { term: string; amount: string; currency: string }) {
  return <div><dt className="meta">{term}</dt><dd className="text-[22px] leading-7 font-semibold"><Amount amount={amount} currency={currency} /></dd></div>
}

function Explanations({ account, found }: { account: Account; found: Reconciliation }) {
  const act = useAct()
  const reader = account.connectionIds[0]
  /** Days for which the bank gave no answer when it was asked again; null: it was not asked. */
  const [unanswered, setUnanswered] = useState<readonly { readonly from: string; readonly to: string }[] | null>(null)
  return (
    <div className="panel mt-3">
      <h2 className="mb-2">{say(found.explanations.length === 0 ? 'Nothing here explains it to the cent' : 'Would explain it')}</h2>
      {found.explanations.length === 0 && <p className="text-muted">{say(found.missing.length > 0 ? 'Days before the statement were not read yet: ask the bank again, or import a file of them.' : 'Compare the statement with the rows of its days, one by one.')} <Link className="link" to="/transactions" search={{ account: account.id, ...(found.provedTo === null ? {} : { from: found.provedTo }), to: found.asOf }}>{say('See the rows')}</Link></p>}
      <ol className="grid gap-3">
        {found.explanations.map((explanation, index) => (
          <li key={index} className={index > 0 ? 'border-t border-line pt-3' : ''}>
            <ul className="list-disc pl-5">
              {explanation.faults.map((fault, at) => (
                <li key={at} className="[overflow-wrap:anywhere]">
                  <Sentence parts={fault.says} />
                  {fault.transactionId !== null && <> <Link className="link whitespace-nowrap print:hidden" to="/transactions/$id" params={{ id: fault.transactionId }}>{say('See the row')}</Link></>}
                </li>
              ))}
            </ul>
            <p className="meta"><Sentence parts={explanation.mend} />{explanation.faults.some(({ kind }) => kind === 'doubled') && <> <Link className="link print:hidden" to="/review">{say('Open Review')}</Link></>}</p>
          </li>
        ))}
      </ol>
      {found.sameAmount.length > 0 && (
        <ul className="mt-3 grid gap-1 border-t border-line pt-3" aria-label={say('Rows of this amount')}>
          {found.sameAmount.map(({ transactionId, says }) => <li key={transactionId} className="[overflow-wrap:anywhere]"><Sentence parts={says} /> <Link className="link whitespace-nowrap print:hidden" to="/transactions/$id" params={{ id: transactionId }}>{say('See the row')}</Link></li>)}
        </ul>
      )}
      {reader !== undefined && (
        <div className="mt-3 print:hidden">
          {act.error !== null && <Trouble error={act.error} />}
          <button type="button" className="button" disabled={act.isPending} onClick={() => act.send('POST', `/accounts/${account.id}/ask-again`, { from: daysInDoubt(found), to: found.asOf }, (run) => setUnanswered((run as { unanswered: { from: string; to: string }[] }).unanswered))}>{say(act.isPending ? 'Asking the bank…' : 'Ask the bank again')}</button>
          {unanswered !== null && <p role="status" className="meta mt-2">{unanswered.length === 0 ? say('The bank has answered for these days.') : <Say message="The bank gave no answer for {days}. A statement file of them brings their rows." days={<Days ranges={unanswered} />} />}</p>}
        </div>
      )}
    </div>
  )
}

function Days({ ranges }: { ranges: readonly { readonly from: string; readonly to: string }[] }) {
  return ranges.map(({ from, to }, index) => <span key={from}>{index > 0 && ', '}{from === to ? <Day day={from} /> : <Say message="{from} to {to}" from={<Day day={from} />} to={<Day day={to} />} />}</span>)
}

/** From the day after the last proof; where nothing is proved, a month. */
function daysInDoubt({ provedTo, asOf }: Reconciliation): string {
  const from = provedTo === null ? dayAfter(asOf, -31) : dayAfter(provedTo, 1)
  return from > asOf ? asOf : from
}

function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** An agreement is noted as it is; a difference only with the reason why it is left. */
function Note({ account, found }: { account: Account; found: Reconciliation }) {
  const act = useAct()
  const [words, setWords] = useState('')
  return (
    <Form className="mt-3 flex flex-wrap items-end gap-3 print:hidden" submit={() => act.send('POST', `/accounts/${account.id}/reconciliations`, { asOf: found.asOf, balance: found.stated, note: words === '' ? null : words }, () => setWords(''))}>
      {act.error !== null && <Trouble error={act.error} />}
      <NeedsServer>
        {!found.agrees && <label className="grid grow gap-1">{say('Note')}<input className="field" required maxLength={2000} placeholder={say('Why it is left as it is')} value={words} onChange={(event) => setWords(event.target.value)} /></label>}
        <button className="button" type="submit" disabled={act.isPending}>{say(found.agrees ? 'Note that it agrees' : 'Set aside, with the note')}</button>
      </NeedsServer>
      <button className="button" type="button" onClick={() => print()}>{say('Print this page')}</button>
    </Form>
  )
}

function Noted({ account, noted }: { account: Account; noted: readonly Reconciled[] }) {
  const act = useAct()
  return (
    <section aria-label={say('Earlier statements')}>
      <h2 className="mb-2">{say('Earlier statements')}</h2>
      <ul className="panel grid gap-2">
        {noted.map(({ id, asOf, stated, difference, note, notedAt }) => (
          <li key={id} className="flex flex-wrap items-baseline gap-x-3">
            <Day day={asOf} />
            <Amount amount={stated} currency={account.currency} />
            <span>{/[1-9]/.test(difference) ? <Say message="set aside, differed by {amount}" amount={<Amount amount={difference} currency={account.currency} />} /> : <Ticked>{say('agreed')}</Ticked>}</span>
            {note !== null && <bdi className="min-w-0 grow [overflow-wrap:anywhere]">{note}</bdi>}
            <span className="meta"><Say message="noted {at}" at={<Instant at={notedAt} />} /></span>
            <button type="button" className="link min-h-6 print:hidden" disabled={act.isPending} onClick={() => act.send('DELETE', `/reconciliations/${id}`)}><Say message="Undo<unseen> the note of {day}</unseen>" day={formatDay(asOf)} unseen={(inside) => <span className="sr-only">{inside}</span>} /></button>
          </li>
        ))}
      </ul>
    </section>
  )
}
