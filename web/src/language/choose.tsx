import { useId } from 'react'
import { chooseLanguage, isOfThisTab, language, LANGUAGES, say, type Language } from './language.ts'

/** What stands beside the word of the page's language, for who cannot read that. */
const IN_ENGLISH = 'Language'

/** Each language by its own name, so that whoever cannot read the page finds theirs. */
export function ChooseLanguage() {
  const id = useId()
  return (
    <p className="flex flex-wrap items-center gap-2">
      <label htmlFor={id}>{say('Language')}{language !== 'en' && <span lang="en" className="meta"> ({IN_ENGLISH})</span>}</label>
      <select id={id} className="field !w-auto" value={language} onChange={(event) => chooseLanguage(event.target.value as Language)}>
        {Object.entries(LANGUAGES).map(([tag, name]) => <option key={tag} value={tag} lang={tag}>{name}</option>)}
      </select>
      {isOfThisTab && <span className="meta" role="status">{say('This browser keeps nothing, so the choice holds until this tab is closed.')}</span>}
    </p>
  )
}
