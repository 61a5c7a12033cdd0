/** In the place of what the person's role may not do: whom to ask. */
import { useMe } from '../me.ts'

export function AskOwner() {
  const owner = useMe().data?.owner ?? null
  return <p className="font-medium">{owner === null ? 'Ask an owner.' : <>Ask <bdi>{owner}</bdi>, owner.</>}</p>
}
