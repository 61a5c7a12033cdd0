/** The two papers of a repair, each shown before it is saved: the letter to the bank, in the reader's language or the bank's, and the support file. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { getText, type Problem } from '../api.ts'
import { LANGUAGES, message, say } from '../language/language.ts'
import { Trouble } from './states.tsx'
import { ToCome } from './to-come.tsx'

export type PaperKind = 'letter' | 'bundle'

const TITLES: Record<PaperKind, string> = { letter: message('Letter to the bank'), bundle: message('Support file without secrets') }
const SAVE: Record<PaperKind, string> = { letter: message('Save the letter'), bundle: message('Save the support file') }

/** `first`: shown at once, because it is what the step is about. */
export function Paper({ kind, problem, first = false }: { kind: PaperKind; problem: Problem; first?: boolean }) {
  const [isOpen, setOpen] = useState(first)
  return (
    <details className="min-w-0 open:basis-full" open={first} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="link w-fit py-0.5">{say(TITLES[kind])}</summary>
      {isOpen && <Shown kind={kind} problem={problem} />}
    </details>
  )
}

function Shown({ kind, problem: { id, letters } }: { kind: PaperKind; problem: Problem }) {
  const [language, setLanguage] = useState(letters[0] ?? 'en')
  const [copied, setCopied] = useState(false)
  const path = `/problems/${id}/${kind}${kind === 'letter' ? `?language=${language}` : ''}`
  const paper = useQuery({ queryKey: ['paper', path], queryFn: () => getText(path), staleTime: 0 })
  const text = paper.data
  if (text === undefined) return paper.error === null ? <div className="mt-2"><ToCome heights={[384]} /></div> : <div className="mt-2"><Trouble error={paper.error} /></div>
  const copy = (): void => void navigator.clipboard.writeText(text).then(() => setCopied(true))
  return (
    <div className="mt-2 mb-2 grid gap-2">
      {kind === 'letter' && letters.length > 1 && (
        <label className="flex flex-wrap items-center gap-2">{say('Language of the letter')}
          <select className="field !w-auto" value={language} onChange={(event) => { setLanguage(event.target.value as typeof language); setCopied(false) }}>{letters.map((tag) => <option key={tag} value={tag} lang={tag}>{LANGUAGES[tag]}</option>)}</select>
        </label>
      )}
      <pre className={`max-h-96 overflow-auto rounded-md print:max-h-none print:overflow-visible border border-line bg-sunken p-3 text-[13px] leading-5 whitespace-pre-wrap text-text [overflow-wrap:anywhere] ${kind === 'letter' ? 'font-sans' : 'font-mono'}`} tabIndex={0} role="region" aria-label={say(TITLES[kind])} lang={kind === 'letter' ? language : 'en'}>{text}</pre>
      <p className="flex flex-wrap items-center gap-3">
        <a className="button" href={`/api${path}`} download>{say(SAVE[kind])}</a>
        <button className="button" type="button" onClick={copy}>{copied ? say('Copied') : say('Copy')}</button>
      </p>
    </div>
  )
}
