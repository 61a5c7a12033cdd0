/** In the place of what the person's role may not do: whom to ask. */
import { say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMe } from '../me.ts'

export function AskOwner() {
  const owner = useMe().data?.owner ?? null
  return <p className="font-medium">{owner === null ? say('Ask an owner.') : <Say message="Ask {owner}, owner." owner={<bdi>{owner}</bdi>} />}</p>
}
