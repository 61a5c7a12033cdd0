/** A new password with its strength while one types: the same measure by which the server takes or refuses it. */
import { useEffect, useState } from 'react'
import { message, say } from '../language/language.ts'

const WORDS = [message('Guessed at once'), message('Guessed soon'), message('Could be guessed'), message('Good'), message('Very good')] as const
const ENOUGH = 3
const SHORTEST = 12

export function PasswordField({ label, value, set, about }: { label: string; value: string; set: (value: string) => void; about: readonly string[] }) {
  const score = useStrength(value, about)
  const isShort = value.length < SHORTEST
  const tone = score >= ENOUGH && !isShort ? 'bg-ok' : 'bg-need'
  return (
    <div className="grid gap-1">
      <label className="grid gap-1">
        {label}
        <input className="field" type="password" autoComplete="new-password" required minLength={SHORTEST} maxLength={128} value={value} onChange={(event) => set(event.target.value)} aria-describedby="strength" />
      </label>
      <div className="mt-1.5 grid grid-cols-4 gap-1" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => <span key={step} className={`h-1.5 rounded-full ${value !== '' && score >= step ? tone : 'bg-line'}`} />)}
      </div>
      <p id="strength" className="meta" role="status">
        {verdict(value, score)}
      </p>
    </div>
  )
}

function verdict(value: string, score: number): string {
  if (value === '') return say('At least {shortest} characters. Several unrelated words are good and easy to keep in mind.', { shortest: SHORTEST })
  if (value.length < SHORTEST) return say('{count, plural, one {# more character} other {# more characters}}', { count: SHORTEST - value.length })
  const strength = say(WORDS[score] ?? WORDS[0])
  return score < ENOUGH ? say('{strength}: not taken. Add an unrelated word.', { strength }) : strength
}

/** The measure comes with its lists of common passwords when the first letter is typed. */
function useStrength(value: string, about: readonly string[]): number {
  const [measure, setMeasure] = useState<((password: string, about: readonly string[]) => number) | null>(null)
  const wanted = value !== ''
  useEffect(() => {
    if (!wanted) return
    let stale = false
    void Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(([{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }]) => {
      const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
      if (!stale) setMeasure(() => (password: string, words: readonly string[]) => zxcvbn.check(password, [...words, 'relink']).score)
    })
    return () => { stale = true }
  }, [wanted])
  return measure === null || value === '' ? 0 : measure(value, about)
}
