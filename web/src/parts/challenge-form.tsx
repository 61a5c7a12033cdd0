/** What the bank asks to know that it is you: one form for every kind of prompt. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, type Challenge } from '../api.ts'
import { Trouble } from '../shell.tsx'
import { formatInstant } from './time.tsx'

type Prompt = Challenge['prompts'][number]

export function ChallengeForm({ challenge, done }: { challenge: Challenge; done: () => void }) {
  const queries = useQueryClient()
  const [answers, setAnswers] = useState<Record<string, string>>({})
  const send = useMutation({
    mutationFn: () => ask('POST', `/challenges/${challenge.id}/answer`, { answers }),
    onSettled: () => queries.invalidateQueries(),
    onSuccess: done,
  })
  return (
    <form className="panel mb-4 grid gap-4 border-need" onSubmit={(event) => { event.preventDefault(); send.mutate() }}>
      <h2>The bank asks to know that it is you</h2>
      {challenge.prompts.map((prompt) => (
        <Field key={prompt.id} prompt={prompt} value={answers[prompt.id] ?? ''} set={(value) => setAnswers({ ...answers, [prompt.id]: value })} />
      ))}
      {send.error !== null && <Trouble error={send.error} />}
      <div className="flex flex-wrap items-center gap-3">
        <button className="button button-primary" type="submit" disabled={send.isPending}>{send.isPending ? 'Asking the bank…' : 'Answer'}</button>
        <span className="meta">The bank waits until {formatInstant(challenge.expiresAt)}. Answers are sent once and not kept.</span>
      </div>
    </form>
  )
}

function Field({ prompt, value, set }: { prompt: Prompt; value: string; set: (value: string) => void }) {
  if (prompt.kind === 'approval') return <p>{prompt.label}</p>
  if (prompt.kind === 'redirect') return <a className="button" href={prompt.url} target="_blank" rel="noreferrer">{prompt.label} ↗</a>
  if (prompt.kind === 'selection') {
    return (
      <fieldset className="grid gap-1">
        <legend className="mb-1">{prompt.label}</legend>
        {prompt.options?.map((option) => (
          <label key={option.id} className="flex min-h-8 items-center gap-2">
            <input type="radio" name={prompt.id} checked={value === option.id} onChange={() => set(option.id)} /> {option.label}
          </label>
        ))}
      </fieldset>
    )
  }
  return (
    <label className="grid gap-1">
      {prompt.label}
      {prompt.picture !== undefined && <img src={prompt.picture} alt="The picture that the bank shows" className="max-w-xs" />}
      <input className="field" value={value} onChange={(event) => set(event.target.value)} autoComplete={prompt.kind === 'code' ? 'one-time-code' : 'off'} inputMode={prompt.kind === 'code' ? 'numeric' : 'text'} />
    </label>
  )
}
