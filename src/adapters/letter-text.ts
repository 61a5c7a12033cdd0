/** A letter as plain text, for mail: what happened, what Relink does, the one next thing with its link. */
import type { Letter } from '../ports/alerts.ts'

export function letterText({ items }: Letter): string {
  const blocks = items.map(({ title, text, next, link }) => [title, text, next === null ? null : `Next: ${next}.`, link].filter((line) => line !== null && line !== '').join('\n'))
  return `${blocks.join('\n\n')}\n\n-- \nSent by Relink. What is sent, and where, is chosen under Settings, Alerts.\n`
}
