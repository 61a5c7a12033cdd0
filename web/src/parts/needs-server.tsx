/** Controls that are of no use while the server cannot be reached: they keep what was filled in, and are off until it answers. The line at the top of the page says why. */
import type { ReactNode } from 'react'
import { useOffline } from '../me.ts'

export function NeedsServer({ children }: { children: ReactNode }) {
  return <fieldset role="presentation" className="contents" disabled={useOffline()}>{children}</fieldset>
}
