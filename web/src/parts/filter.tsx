/** What lists are filtered by: a choice of a few, the first and the last day. */

export type Option = { readonly value: string; readonly label: string }

export function Select({ label, wide = false, value, options, set }: { label: string; wide?: boolean; value: string; options: readonly Option[]; set: (value: string) => void }) {
  return (
    <select className={`field min-w-0 ${wide ? 'col-span-2' : ''}`} aria-label={label} value={value} onChange={(event) => set(event.target.value)}>
      {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
    </select>
  )
}

/** The first or the last day; undefined: any. */
export function Bound({ label, day, set }: { label: string; day: string | undefined; set: (day: string | undefined) => void }) {
  return <label className="flex min-w-0 flex-wrap items-center gap-x-2 @2xl:grow @2xl:flex-nowrap"><span className="meta">{label}</span><input className="field min-w-0 !px-2" type="date" value={day ?? ''} onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)} /></label>
}
