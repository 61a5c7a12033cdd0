/** Typed parts of a sentence as plain text for a terminal. */
import type { z } from 'zod'
import type { partShape } from '../api/connection-shapes.ts'

export function plainText(parts: readonly z.output<typeof partShape>[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      switch (part.kind) {
        case 'day': return part.day
        case 'instant': return localTime(part.at)
        case 'money': return `${part.amount} ${part.currency}`
        case 'count': return String(part.count)
        case 'quote': return `“${part.text}”`
        case 'link': return `${part.text} (${part.href})`
      }
    })
    .join('')
}

function localTime(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))
}
