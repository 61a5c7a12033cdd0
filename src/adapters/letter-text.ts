/** A letter as plain text, for mail: what happened, what Relink does, the one next thing with its link. */
import { languageOf } from '../language/language.ts'
import { say } from '../language/say.ts'
import type { Letter } from '../ports/alerts.ts'

export function letterText({ items, language: tag }: Letter): string {
  const language = languageOf(tag)
  const blocks = items.map(({ title, text, next, link }) => [title, text, next === null ? null : `${say(language, 'Next:')} ${next}.`, link].filter((line) => line !== null && line !== '').join('\n'))
  return `${blocks.join('\n\n')}\n\n-- \n${say(language, 'Sent by Relink. What is sent, and where, is chosen under Settings, Alerts.')}\n`
}
