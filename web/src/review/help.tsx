/** The keys of the page Review, and the switch that turns single keys off. */

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['↓ ↑ or J K', 'next, previous'], ['Enter', 'why is this here?'], ['A', 'accept'], ['C', 'category'], ['M', 'pair the transfer'], ['R', 'make a rule'], ['X', 'exclude'], ['Y N', 'same, different'],
  ['Space', 'select'], ['Shift ↓ ↑', 'select more'], ['Z', 'take back the last'], ['/', 'search'], ['?', 'this help'],
]

export function KeysHelp({ isOn, toggle }: { isOn: boolean; toggle: () => void }) {
  return (
    <section className="panel mb-3" aria-label="Keys">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 sm:grid-cols-[auto_1fr_auto_1fr]">
        {KEYS.map(([keys, does]) => (
          <div key={keys} className="contents"><dt className="font-medium">{keys}</dt><dd className="text-muted">{does}</dd></div>
        ))}
      </dl>
      <label className="mt-3 flex min-h-6 items-center gap-2"><input type="checkbox" checked={isOn} onChange={toggle} /> Single keys act on this page</label>
    </section>
  )
}
