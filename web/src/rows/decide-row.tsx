/** What a person decides of one row, wherever it was found: its category and note, whether it is reviewed and whether it counts; each is changed back here too. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useState } from 'react'
import { useAct } from '../act.ts'
import { get, type TransactionDetail } from '../api.ts'
import { say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { Form } from '../parts/form.tsx'
import { NeedsServer } from '../parts/needs-server.tsx'
import { Trouble } from '../parts/states.tsx'

type Decided = Partial<Pick<TransactionDetail, 'review' | 'category' | 'note' | 'excluded' | 'deleted'>>

export function DecideRow({ row }: { row: TransactionDetail }) {
  const may = useMay()
  const act = useAct()
  const known = useQuery({ queryKey: ['categories'], queryFn: () => get<{ items: { category: string }[] }>('/categories') })
  const names = useId()
  const [category, setCategory] = useState(row.category ?? '')
  const [note, setNote] = useState(row.note ?? '')
  useEffect(() => setCategory(row.category ?? ''), [row.category])
  useEffect(() => setNote(row.note ?? ''), [row.note])
  /** Null: nothing was sent yet. */
  const [isStored, setStored] = useState<boolean | null>(null)
  // A row that does not count any more is not decided of.
  if (!may('review') || row.state === 'withdrawn') return null
  const decide = (values: Decided): void => {
    const from = Object.fromEntries(Object.keys(values).map((field) => [field, row[field as keyof Decided]]))
    setStored(null)
    act.send('POST', '/decisions', { decisions: [{ id: row.id, ...values, from }] }, (answer) => setStored((answer as { stored: readonly string[] }).stored.length > 0))
  }
  const takeBack = (): void => {
    setStored(null)
    act.send('DELETE', `/transfers/${row.transfer}`, undefined, () => setStored(true))
  }
  return (
    <section className="panel mt-3 grid gap-3" aria-label={say('What you decide of this row')}>
      {act.error !== null && <Trouble error={act.error} />}
      <NeedsServer>
        <Form className="grid items-end gap-3 @lg:grid-cols-[1fr_1fr_auto]" submit={() => decide({ category: category.trim() === '' ? null : category.trim(), note: note.trim() === '' ? null : note.trim() })}>
          <label className="grid gap-1">{say('Category')}<input className="field" maxLength={200} list={names} value={category} onChange={(event) => setCategory(event.target.value)} /></label>
          <label className="grid gap-1">{say('Note')}<input className="field" maxLength={2_000} value={note} onChange={(event) => setNote(event.target.value)} /></label>
          <datalist id={names}>{(known.data?.items ?? []).map((one) => <option key={one.category} value={one.category} />)}</datalist>
          <button className="button justify-self-start" type="submit" disabled={act.isPending}>{say('Save')}</button>
        </Form>
        <div className="flex flex-wrap gap-2">
          {row.transfer !== null ? <button type="button" className="button" disabled={act.isPending} onClick={takeBack}>{say('Take the transfer back')}</button>
            : row.review === 'accepted' ? <button type="button" className="button" disabled={act.isPending} onClick={() => decide({ review: 'for_review' })}>{say('To review again')}</button> : <button type="button" className="button" disabled={act.isPending} onClick={() => decide({ review: 'accepted' })}>{say('Accept')}</button>}
          <button type="button" className="button" disabled={act.isPending} onClick={() => decide({ excluded: !row.excluded })}>{say(row.excluded ? 'Include again' : 'Exclude')}</button>
          {row.deleted && <button type="button" className="button" disabled={act.isPending} onClick={() => decide({ deleted: false })}>{say('Bring back')}</button>}
        </div>
      </NeedsServer>
      <p className="meta empty:-mt-3" role="status">{isStored === null ? '' : say(isStored ? 'Stored. What you do here is taken back here too.' : 'Something else was decided of this row meanwhile; nothing was stored. It is shown as it is now.')}</p>
    </section>
  )
}
