/** The keys of the page Review, and the switch that turns single keys off. */
import { message, say } from '../language/language.ts'

/** A key that is no word is the same in every language. */
const KEYS: readonly (readonly [keys: string, does: string])[] = [
  [message('↓ ↑ or J K'), message('next, previous')], [message('Enter'), message('why is this here?')], ['A', message('accept')], ['C', message('category')], ['M', message('pair what is proposed, else find another row')], [message('Shift M'), message('find another row')], ['R', message('make a rule')],
  ['X', message('exclude')], ['Y N', message('same, different')],
  [message('Space'), message('select')], [message('Shift ↓ ↑'), message('select more')], ['Z', message('take back the last')], ['/', message('search')], ['?', message('this help')],
]

export function KeysHelp({ isOn, toggle }: { isOn: boolean; toggle: () => void }) {
  return (
    // Of a keyboard: the keys of programs are other words in other languages.
    <section className="panel mb-3" aria-label={say('{of, select, other {Keys}}', { of: 'keyboard' })}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 @lg:grid-cols-[auto_1fr_auto_1fr]">
        {KEYS.map(([keys, does]) => (
          <div key={keys} className="contents"><dt className="font-medium">{say(keys)}</dt><dd className="text-muted">{say(does)}</dd></div>
        ))}
      </dl>
      <label className="mt-3 flex min-h-6 items-center gap-2"><input type="checkbox" checked={isOn} onChange={toggle} /> {say('Single keys act on this page')}</label>
    </section>
  )
}
