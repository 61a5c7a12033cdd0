/** "Why is this here?": each report by a source, and each change since, oldest first, as the server tells it. */
import { useQuery } from '@tanstack/react-query'
import { get, type TransactionDetail } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { NO_CURRENCY, useMoney } from '../parts/money.tsx'
import { Trouble } from '../parts/states.tsx'
import { formatDay, Instant } from '../parts/time.tsx'
import { ToCome } from '../parts/to-come.tsx'

export function Why({ id }: { id: string }) {
  const detail = useQuery({ queryKey: ['transaction', id], queryFn: () => get<TransactionDetail>(`/transactions/${id}`) })
  const write = useMoney()
  if (detail.error !== null && detail.data === undefined) return <Trouble error={detail.error} />
  if (detail.data === undefined) return <ToCome bare heights={[132]} />
  return (
    <div className="grid gap-2 text-[13px] leading-5 [overflow-wrap:anywhere]">
      <p className="font-medium">{say('Why is this here?')}</p>
      <ul className="list-disc pl-5">
        {detail.data.observations.map((seen) => (
          <li key={seen.id}>
            <Instant at={seen.observedAt} />, {seen.source}: {seen.because}
            {seen.providerId !== null && <> <Say message="(id {id})" id={<bdi>{seen.providerId}</bdi>} /></>}{seen.undone && <> {say('That run was taken back.')}</>}
          </li>
        ))}
        {detail.data.history.map((change, index) => (
          <li key={index}><Instant at={change.at} />: {change.because} {changesWords(change.changes, detail.data, write)}</li>
        ))}
      </ul>
    </div>
  )
}

/** What history records, in words; a name that this page does not know is shown as it came. */
const FIELDS: Readonly<Record<string, string>> = {
  status: message('status'), state: message('state'), withdrawnReason: message('reason'), postedOn: message('booked on'), transactedOn: message('made on'), valueOn: message('value date'),
  amount: message('amount'), currency: message('currency'), name: message('name'), memo: message('memo'), kind: message('kind'), checkNumber: message('check number'), reference: message('reference'),
  foreignAmount: message('foreign amount'), foreignCurrency: message('foreign currency'), category: message('category'), note: message('note'),
  excluded: message('excluded'), deleted: message('deleted'),
}
/** Values that are words of Relink's own; of all other fields they are the bank's, or a person's. */
const VALUES: Readonly<Record<string, string>> = {
  posted: message('posted'), pending: message('pending'), withdrawn: message('withdrawn'), for_review: message('to review'), accepted: message('accepted'),
  pending_dropped: message('no longer shown by the bank'), bank_removed: message('taken out by the bank'), bank_corrected: message('deleted by the bank'), merged: message('the same as another row'), undone: message('taken back'),
  true: message('yes'), false: message('no'),
}
const DAYS = new Set(['postedOn', 'transactedOn', 'valueOn'])
const AMOUNTS = new Set(['amount', 'foreignAmount'])
const HAS_WORDS = new Set(['status', 'state', 'withdrawnReason', 'review', 'excluded', 'deleted'])

type Changes = TransactionDetail['history'][number]['changes']
type Write = ReturnType<typeof useMoney>

/** Amounts in the currency of their time. */
function changesWords(changes: Changes, row: TransactionDetail, write: Write): string {
  const currencies = (field: string, now: string | null): readonly [string, string] => {
    const [before, after] = changes[field] ?? [now, now]
    return [before ?? NO_CURRENCY, after ?? NO_CURRENCY]
  }
  const own = currencies('currency', row.currency)
  const foreign = currencies('foreignCurrency', row.foreignCurrency)
  return Object.entries(changes).map(([field, [before, after]]) => {
    const [was, is] = field === 'foreignAmount' ? foreign : own
    return changeWords(field, shown(field, before, was, write), shown(field, after, is, write))
  }).join(', ')
}

/** Days and amounts as this reader writes them. */
function shown(field: string, value: string | null, currency: string, write: Write): string | null {
  if (value === null) return null
  if (DAYS.has(field)) return formatDay(value)
  return AMOUNTS.has(field) ? write(value, currency) : value
}

function changeWords(field: string, before: string | null, after: string | null): string {
  // Which transfer is an id that says nothing to a person.
  if (field === 'transfer') return say(after === null ? 'transfer taken back' : 'paired as a transfer')
  const [was, is] = [valueWords(field, before), valueWords(field, after)]
  // “to review → accepted” says itself of what.
  return field === 'review' ? `${was} → ${is}` : `${fieldWords(field)} ${was} → ${is}`
}

function fieldWords(field: string): string {
  const words = FIELDS[field]
  return words === undefined ? field : say(words)
}

function valueWords(field: string, value: string | null): string {
  const words = value !== null && HAS_WORDS.has(field) ? VALUES[value] : undefined
  return words === undefined ? (value ?? '–') : say(words)
}
