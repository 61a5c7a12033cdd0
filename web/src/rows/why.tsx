/** "Why is this here?": each report by a source, and each change since, oldest first, as the server tells it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get, type TransactionDetail } from '../api.ts'
import { Trouble } from '../parts/states.tsx'
import { formatInstant } from '../parts/time.tsx'

export function Why({ id, alone = false }: { id: string; alone?: boolean }) {
  const detail = useQuery({ queryKey: ['transaction', id], queryFn: () => get<TransactionDetail>(`/transactions/${id}`) })
  if (detail.error !== null && detail.data === undefined) return <Trouble error={detail.error} />
  if (detail.data === undefined) return <p className="meta appear-late">Reading its history…</p>
  return (
    <div className="grid gap-2 text-[13px] leading-5 [overflow-wrap:anywhere]">
      <p className="font-medium">Why is this here?</p>
      <ul className="list-disc pl-5">
        {detail.data.observations.map((seen) => (
          <li key={seen.id}>
            {formatInstant(seen.observedAt)}, {seen.source}: {seen.because}
            {seen.providerId !== null && <> (id <bdi>{seen.providerId}</bdi>)</>}{seen.undone && <> That run was taken back.</>}
          </li>
        ))}
        {detail.data.history.map((change, index) => (
          <li key={index}>{formatInstant(change.at)}: {change.because} {Object.entries(change.changes).map(([field, [before, after]]) => `${field} ${before ?? '–'} → ${after ?? '–'}`).join(', ')}</li>
        ))}
      </ul>
      {!alone && <Link className="link w-fit" to="/transactions/$id" params={{ id }}>Open this row</Link>}
    </div>
  )
}
