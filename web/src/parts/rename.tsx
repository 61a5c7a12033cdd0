/** A name that a person changes where it stands: a button, then a field; Escape leaves all as it was. */
import { useEffect, useRef, useState } from 'react'
import { useAct } from '../act.ts'
import { say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { NeedsServer } from './needs-server.tsx'
import { Trouble } from './states.tsx'

type Props = {
  /** What of the API is changed, and which field of it. */
  path: string; field: 'name' | 'loginLabel'
  name: string
  /** What the button does, as it is read out, and what the field holds. */
  doing: string; label: string
}

export function Rename({ path, field: changed, name, doing, label }: Props) {
  const act = useAct()
  const may = useMay()
  const [typed, setTyped] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const isOpen = typed !== null
  useEffect(() => {
    if (isOpen) field.current?.select()
  }, [isOpen])
  if (!may('administer')) return null
  if (!isOpen) return <NeedsServer><button type="button" className="link min-h-6 text-[13px] print:hidden" aria-label={doing} onClick={() => setTyped(name)}>{say('Rename')}</button></NeedsServer>
  const save = (): void => (typed.trim() === '' || typed.trim() === name ? setTyped(null) : act.send('PATCH', path, { [changed]: typed.trim() }, () => setTyped(null)))
  return (
    <form className="flex w-full flex-wrap items-end gap-2 py-2" onSubmit={(event) => { event.preventDefault(); save() }} onKeyDown={(event) => event.key === 'Escape' && setTyped(null)}>
      {act.error !== null && <div className="w-full"><Trouble error={act.error} /></div>}
      <label className="grid min-w-0 grow gap-1">{label}<input ref={field} className="field" maxLength={200} value={typed} onChange={(event) => setTyped(event.target.value)} /></label>
      <button type="submit" className="button button-primary" disabled={act.isPending}>{say('Save')}</button>
      <button type="button" className="button" onClick={() => setTyped(null)}>{say('Cancel')}</button>
    </form>
  )
}
