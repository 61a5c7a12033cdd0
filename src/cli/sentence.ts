/** Typed parts of a sentence as plain text for a terminal. */
import type { z } from 'zod'
import type { partShape, problemShape } from '../api/connection-shapes.ts'
import { ANSWERS } from './told.ts'

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

/** As whoever sits at this terminal writes it, in its zone. */
export function localTime(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))
}

/** A fact that only a person can see: asked, with both answers as they are given here, or answered. */
export function askLine({ fact, question, answer, effect }: z.output<typeof problemShape>['card']['asks'][number], connectionId: string): string {
  const { yes, no } = ANSWERS[fact]
  if (answer === null) return `A question: ${plainText(question)} (relink repair ${connectionId} --told ${yes}, or ${no})`
  return `${plainText(question)} ${answer ? 'Yes' : 'No'}.${effect === null ? '' : ` ${effect}`}`
}
