/** Something that is shown this once: to copy, not to keep here. */
import { useState } from 'react'
import { say } from '../language/language.ts'

export function Once({ title, text }: { title: string; text: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="grid gap-2 rounded-md border border-wait bg-wait-soft p-3" role="status">
      <p className="font-medium">{title}</p>
      <p className="font-mono text-[13px] [overflow-wrap:anywhere]">{text}</p>
      <div className="flex flex-wrap items-center gap-3">
        <button className="button" type="button" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>{copied ? say('Copied') : say('Copy')}</button>
        <span>{say('It is not shown again.')}</span>
      </div>
    </div>
  )
}
