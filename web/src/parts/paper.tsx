/** What is printed by a button of its own, and what a sheet needs to be understood without this page. */
import type { ReactNode } from 'react'
import { locale, say } from '../language/language.ts'

/** Prints this part of the page and nothing else of it (styles.css knows the mark). */
export function printAlone(part: HTMLElement): void {
  part.toggleAttribute('data-alone', true)
  addEventListener('afterprint', () => part.removeAttribute('data-alone'), { once: true })
  print()
}

/** Seen on paper only: when it was printed, in whose zone. */
export function PrintedAt({ children }: { children?: ReactNode }) {
  return <p className="meta mt-2 hidden print:block">{children} {say('Relink, printed {at} ({zone}).', { at: new Date().toLocaleString(locale), zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
}
