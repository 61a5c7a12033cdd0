/** Statement files as a source of an account: nothing of a damaged file is kept, nothing comes in twice. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../api.ts'
import { Amount } from '../parts/money.tsx'
import { Trouble } from '../shell.tsx'

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
      <h1 className="mb-2">Import statement files</h1>
      <p className="mb-4 text-muted">OFX, QFX, QBO, CAMT, MT940, QIF or CSV. A row that the feed has already is not added again; a damaged file leaves no trace.</p>
      <label className="panel grid cursor-pointer gap-2 border-dashed text-center">
        <span>{upload.isPending ? 'Reading…' : 'Choose files'}</span>
        <input type="file" multiple className="mx-auto" disabled={upload.isPending} onChange={(event) => upload.mutate([...(event.target.files ?? [])])} />
      </label>
      {upload.error !== null && <div className="mt-4"><Trouble error={upload.error} /></div>}
      <ul className="mt-4 grid gap-2">{results.map((result, index) => <Outcome key={index} result={result} />)}</ul>
      {results.length > 0 && <Link to="/accounts" className="button mt-4">See the accounts</Link>}
    </div>
  )
}

function Outcome({ result }: { result: Imported }) {
  return (
    <li className="panel">
      <p className="font-medium break-words">{result.file}</p>
      {result.failure !== null ? (
        <p className="text-stop">Line {result.failure.line}: {result.failure.message} Nothing of this file was kept.</p>
      ) : (
        <>
          <p>{result.added} new, {result.matched} already here{result.questions > 0 && <>, {result.questions} to decide</>}</p>
          {result.statements.map((s, index) => <p key={index} className="meta">{s.account}: {s.rows} rows, sum <Amount amount={s.sum} currency={s.currency} />{s.from !== null && <>, {s.from} to {s.to}</>}</p>)}
        </>
      )}
    </li>
  )
}
