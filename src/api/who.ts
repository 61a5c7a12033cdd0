/**
 * Who decided, in words: a member or a key by name, a rule, whoever runs this server, or Relink itself. Who is no
 * member any more is told as that, and a name that nobody knows any more is not made up.
 */
import type { AccessStore } from '../ports/access.ts'
import type { Language } from '../language/language.ts'
import { say } from '../language/say.ts'

/** The words for all of these, by the name that the history has; null stays without. */
export async function whoWords(language: Language, access: AccessStore, actors: readonly (string | null)[]): Promise<(by: string | null) => string | null> {
  const known = [...new Set(actors.filter((actor) => actor !== null))]
  const words = new Map(await Promise.all(known.map(async (actor) => [actor, await wordsOf(language, access, actor)] as const)))
  return (by) => (by === null ? null : (words.get(by) ?? null))
}

async function wordsOf(language: Language, access: AccessStore, actor: string): Promise<string> {
  const [kind, id = ''] = actor.split(':', 2)
  if (kind === 'user') {
    const member = await access.member(id)
    if (member === null) return say(language, 'A former member')
    return member.removedAt === null ? member.name : say(language, '{name} (no longer a member)', { name: member.name })
  }
  if (kind === 'key') {
    const key = await access.key(id)
    return key === null ? say(language, 'A key that is gone') : say(language, 'The key “{label}”', { label: key.label })
  }
  if (kind === 'rule') return say(language, 'A rule')
  return kind === 'host' ? say(language, 'Whoever runs this server') : say(language, 'Relink itself')
}
