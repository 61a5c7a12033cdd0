/** What lists are filtered by: a choice of a few, the first and the last day, words that are typed; all of it lives in the address. */
import { useEffect, useRef, useState } from 'react'

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

const TYPING_MS = 150

/** What is typed, which the address follows once it comes to rest; `asked`: what the address says, also after the menu or Back. */
export function useTyped(asked: string | undefined, set: (text: string | undefined) => void): readonly [text: string, type: (text: string) => void] {
  const [text, setText] = useState(asked ?? '')
  const inAddress = useRef(text)
  useEffect(() => {
    if (text === inAddress.current) return
    const soon = setTimeout(() => {
      inAddress.current = text
      set(text === '' ? undefined : text)
    }, TYPING_MS)
    return () => clearTimeout(soon)
  }, [text])
  // Another address than the one that was made here.
  useEffect(() => {
    if ((asked ?? '') === inAddress.current) return
    inAddress.current = asked ?? ''
    setText(inAddress.current)
  }, [asked])
  return [text, setText]
}
