/** Statement files as a source of an account: nothing of a damaged file is kept, nothing comes in twice. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../api.ts'
import { Chip } from '../parts/chip.tsx'
import { Amount } from '../parts/money.tsx'
import { Title, Trouble } from '../parts/states.tsx'
import { Day } from '../parts/time.tsx'

type Imported = {
  file: string
  format: string | null
  statements: { account: string; currency: string; from: string | null; to: string | null; rows: number; sum: string }[]
  added: number
  matched: number
  questions: number
  failure: { code: string; message: string; line: number } | null
}

export function ImportPage() {
  const queries = useQueryClient()
  const [results, setResults] = useState<Imported[]>([])
  const upload = useMutation({
    mutationFn: async (files: readonly File[]) => {
      for (const file of files) {
        const result = await ask<Imported>('POST', `/imports?name=${encodeURIComponent(file.name)}`, file)
        setResults((before) => [result, ...before])
      }
    },
    onSettled: () => queries.invalidateQueries(),
  })
  return (
    <div className="mx-auto max-w-2xl">
      <Title>Import statement files</Title>
      <p className="mt-2 mb-4 text-muted">OFX, QFX, QBO, CAMT, MT940, QIF or CSV. A row that the feed has already is not added again; a damaged file leaves no trace.</p>
      <label className="panel grid grid-cols-1 gap-2">
        <span className="font-medium">{upload.isPending ? 'Reading…' : 'Choose files'}</span>
        <input
          type="file" multiple disabled={upload.isPending} className="min-h-10 w-full min-w-0 file:button file:mr-3"
          onChange={(event) => {
            upload.mutate([...(event.target.files ?? [])])
            event.target.value = '' // the same file may be chosen again
          }}
        />
      </label>
      {upload.error !== null && <div className="mt-4"><Trouble error={upload.error} /></div>}
      <ul className="mt-4 grid gap-2" aria-live="polite">{results.map((result, index) => <Outcome key={results.length - index} result={result} />)}</ul>
      {results.some(({ failure }) => failure === null) && <Link to="/accounts" className="button mt-4">See the accounts</Link>}
    </div>
  )
}

function Outcome({ result }: { result: Imported }) {
  return (
    <li className="panel">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <span className="name font-medium">{result.file}</span>
        {result.failure === null ? <Chip tone="ok">Imported</Chip> : <Chip tone="stop">Not imported</Chip>}
      </div>
      {result.failure !== null ? (
        <p className="mt-1 [overflow-wrap:anywhere]">{result.failure.line > 0 && `Line ${result.failure.line}: `}{result.failure.message} Nothing of this file was kept.</p>
      ) : (
        <>
          <p className="mt-1">{result.added} new, {result.matched} there already{result.questions > 0 && <>, <Link to="/review" className="link">{result.questions} to decide</Link></>}</p>
          {result.statements.map((s, index) => (
            <p key={index} className="meta">
              {s.account}: {s.rows === 1 ? '1 row' : `${s.rows} rows`}, sum <Amount amount={s.sum} currency={s.currency} />
              {s.from !== null && s.to !== null && <>, <Day day={s.from} /> to <Day day={s.to} /></>}
            </p>
          ))}
        </>
      )}
    </li>
  )
}
