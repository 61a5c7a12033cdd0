/** Statement files as a source of an account: nothing of a damaged file is kept, nothing comes in twice. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ask, get, ServerProblem, type Account, type ListedRun } from '../api.ts'
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { Attempts } from '../parts/attempts.tsx'
import { Chip } from '../parts/chip.tsx'
import { ChooseCurrency } from '../parts/currency.tsx'
import { Amount, withCurrency } from '../parts/money.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Title, Trouble } from '../parts/states.tsx'
import { Day } from '../parts/time.tsx'

type Imported = {
  file: string
  format: string | null
  statements: { account: string; currency: string; from: string | null; to: string | null; rows: number; sum: string }[]
  added: number
  matched: number
  questions: number
  accounts: Into[]
  notices: { code: string; message: string; line: number; accountId?: string }[]
}

type Into = { accountId: string; name: string; isNew: boolean; added: number; matched: number; questions: number }

/** What the person says where the file does not tell: its account, whether its dates begin with the day, its currency. */
type Said = { accountId?: string | undefined; dates?: 'day-first' | 'month-first'; currency?: string }

/** A file and what became of it, with what was said of it. */
type Attempt = { file: File; said: Said } & ({ imported: Imported } | { refused: ServerProblem })

const SHOWN_IMPORTS = 50

export function ImportPage() {
  const queries = useQueryClient()
  const may = useMay()
  const [attempts, setAttempts] = useState<Attempt[]>([])
  const upload = useMutation({
    mutationFn: async ({ files, said = {} }: { files: readonly File[]; said?: Said }) => {
      for (const file of files) {
        const attempt = await send(file, said)
        setAttempts((before) => [attempt, ...before.filter((other) => other.file !== file)])
      }
    },
    onSettled: () => queries.invalidateQueries(),
  })
  const again = ({ file, said: before }: Attempt) => (said: Said) => upload.mutate({ files: [file], said: { ...before, ...said } })
  return (
    <div className="max-w-2xl">
      <Title>{say('Import statement files')}</Title>
      <p className="mt-2 mb-4 text-muted">{say('OFX, QFX, QBO, CAMT, MT940, QIF, CSV or Excel, saved at a bank or by another program. A row that the feed has already is not added again; a damaged file leaves no trace.')}</p>
      {!may('review') ? <div className="panel"><AskOwner /></div> : <NeedsServer>
        {/* The field lies over the whole frame, unseen, so that files can be dropped on it; what a browser writes beside its own button is in the browser's language. */}
        <label className="relative grid justify-items-center gap-2 rounded-[10px] border-2 border-dashed border-edge bg-surface px-4 py-8 text-center outline-offset-2 hover:bg-sunken has-disabled:opacity-60 has-focus-visible:outline-2 has-focus-visible:outline-accent">
          <span className="button button-primary">{say(upload.isPending ? 'Reading…' : 'Choose files')}</span>
          <span className="text-muted">{say('or drop them here')}</span>
          <input
            type="file" multiple disabled={upload.isPending} className="absolute inset-0 size-full cursor-pointer opacity-0 disabled:cursor-default"
            onChange={(event) => {
              upload.mutate({ files: [...(event.target.files ?? [])] })
              event.target.value = '' // the same file may be chosen again
            }}
          />
        </label>
      </NeedsServer>}
      {upload.error !== null && <div className="mt-4"><Trouble error={upload.error} /></div>}
      <ul className="mt-4 grid gap-2" aria-live="polite">
        {attempts.map((attempt, index) => (
          <li key={attempts.length - index} className="panel">
            <div className="flex flex-wrap items-baseline justify-between gap-2">
              <span className="name font-medium">{attempt.file.name}</span>
              {'imported' in attempt ? <Chip tone="ok">{say('Imported')}</Chip> : <Chip tone="stop">{say('Not imported')}</Chip>}
            </div>
            {'imported' in attempt ? <Rows imported={attempt.imported} choose={again(attempt)} isBusy={upload.isPending} /> : <Refused refused={attempt.refused} choose={again(attempt)} isBusy={upload.isPending} />}
          </li>
        ))}
      </ul>
      {attempts.some((attempt) => 'imported' in attempt) && <Link to="/accounts" className="button mt-4">{say('See the accounts')}</Link>}
      <NeedsServer><Earlier /></NeedsServer>
    </div>
  )
}

/** What came in by files, also weeks ago: a wrong file, or one in the wrong account, is taken back here. */
function Earlier() {
  const runs = useQuery({ queryKey: ['runs', 'none'], queryFn: () => get<{ items: ListedRun[] }>(`/runs?connectionId=none&limit=${SHOWN_IMPORTS}`) })
  return <div className="mt-8"><Attempts runs={runs.data?.items ?? []} title={say('Imports so far')} /></div>
}

/** A file that cannot be taken is news of its own; the next one is still sent. */
async function send(file: File, said: Said): Promise<Attempt> {
  try {
    const query = new URLSearchParams({ name: file.name, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) })
    return { file, said, imported: await ask<Imported>('POST', `/imports?${query}`, file) }
  } catch (error) {
    if (error instanceof ServerProblem && (error.body['status'] === 422 || error.body['status'] === 413)) return { file, said, refused: error }
    throw error
  }
}

function Refused({ refused, choose, isBusy }: { refused: ServerProblem; choose: (said: Said) => void; isBusy: boolean }) {
  const isUnclear = refused.code === 'account_unclear'
  const accounts = useQuery({ queryKey: ['accounts'], queryFn: () => get<{ items: Account[] }>('/accounts'), enabled: isUnclear })
  if (refused.code === 'dates_unclear') {
    return (
      <>
        <p className="mt-1 [overflow-wrap:anywhere]">{refused.message} {say('Nothing of it was kept yet.')}</p>
        <div className="mt-2 flex flex-wrap gap-2">
          <button type="button" className="button" disabled={isBusy} onClick={() => choose({ dates: 'day-first' })}>{say('The day is first')}</button>
          <button type="button" className="button" disabled={isBusy} onClick={() => choose({ dates: 'month-first' })}>{say('The month is first')}</button>
        </div>
      </>
    )
  }
  if (!isUnclear) return <p className="mt-1 [overflow-wrap:anywhere]">{refused.message} {say('Nothing of this file was kept.')}</p>
  return (
    <>
      <p className="mt-1">{say('The file does not say to which account it belongs. Nothing of it was kept yet.')}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        {(accounts.data?.items ?? []).map(({ id, name, currency }) => (
          <button key={id} type="button" className="button" disabled={isBusy} onClick={() => choose({ accountId: id })}>{withCurrency(name, currency)}</button>
        ))}
        <button type="button" className="button" disabled={isBusy} onClick={() => choose({ accountId: 'new' })}>{say('A new account')}</button>
      </div>
    </>
  )
}

function Rows({ imported, choose, isBusy }: { imported: Imported; choose: (said: Said) => void; isBusy: boolean }) {
  const { accounts, statements, notices } = imported
  return (
    <>
      {accounts.map((into) => <WentInto key={into.accountId} into={into} />)}
      {statements.map((s, index) => (
        <p key={index} className="meta">
          {s.from === null || s.to === null
            ? <Say message="{account}: {count, plural, one {# row} other {# rows}}, sum {sum}" account={s.account} count={s.rows} sum={<Amount amount={s.sum} currency={s.currency} />} />
            : <Say message={s.from === s.to ? '{account}: {count, plural, one {# row} other {# rows}}, sum {sum}, {from}' : '{account}: {count, plural, one {# row} other {# rows}}, sum {sum}, {from} to {to}'} account={s.account} count={s.rows} sum={<Amount amount={s.sum} currency={s.currency} />} from={<Day day={s.from} />} to={<Day day={s.to} />} />}
        </p>
      ))}
      {notices.map(({ code, message, line, accountId }, index) => code === 'currency_unknown' ? <ChooseCurrency key={index} label={`${message} ${say('Which is it?')}`} choose={(currency) => choose({ currency, accountId })} isBusy={isBusy} /> : <p key={index} className="meta [overflow-wrap:anywhere]">{line > 0 ? say('Line {line}: {message}', { line, message }) : message} {accountId !== undefined && <ForgetDates accountId={accountId} />}</p>)}
    </>
  )
}

/** What became of the rows in one account. */
function WentInto({ into: { accountId, name, isNew, added, matched, questions } }: { into: Into }) {
  return (
    <p className="mt-1 [overflow-wrap:anywhere]">
      <Link to="/accounts/$id" params={{ id: accountId }} className="link">{name}</Link>{isNew && ` (${say('new account')})`}:{' '}
      <Say message={questions > 0 ? '{added} new, {matched} there already, <a>{questions} to decide</a>' : '{added} new, {matched} there already'} added={added} matched={matched} questions={questions} a={(inside) => <Link to="/review" search={{ account: accountId }} className="link">{inside}</Link>} />
    </p>
  )
}

/** What was said of the dates of an account's files holds until it is taken back here. */
function ForgetDates({ accountId }: { accountId: string }) {
  const forget = useMutation({ mutationFn: () => ask('DELETE', `/accounts/${accountId}/file-dates`) })
  if (forget.isSuccess || (forget.error instanceof ServerProblem && forget.error.code === 'not_found')) return <>{say('It is asked again from now on.')}</>
  if (forget.error !== null) return <Trouble error={forget.error} />
  return <button type="button" className="link" disabled={forget.isPending} onClick={() => forget.mutate()}>{say('Ask again next time')}</button>
}
