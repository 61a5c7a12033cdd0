/**
 * The signs of states: drawings that differ by shape, not by colour alone, in the colour and size of the words that stand beside
 * them and say the same. Those of a chip are filled or ringed, those of a step or an answer bare.
 */
import type { ReactNode } from 'react'

const ring = <circle cx="8" cy="8" r="6.75" />
const SHAPES = {
  ok: <path className="filled" d="M8 .5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM7 11.9 3.6 8.5l1.3-1.3L7 9.3l4.1-4.1 1.3 1.3z" />,
  wait: <>{ring}<path d="M8 4v4.2l2.8 1.6" /></>,
  need: <path className="filled" d="M8 1 15.5 14.5H.5zM7.1 6v4.2h1.8V6zm0 5.4v1.8h1.8v-1.8z" />,
  stop: <path className="filled" d="M4.9.5h6.2l4.4 4.4v6.2l-4.4 4.4H4.9L.5 11.1V4.9zM4 7v2h8V7z" />,
  off: <circle cx="8" cy="8" r="6.5" strokeDasharray="2.6 2.5" />,
  done: <path d="m2.5 8.6 3.6 3.6 7.4-8" />,
  now: <path className="filled" d="M4 1.8 13.5 8 4 14.2z" />,
  then: <circle cx="8" cy="8" r="5" />,
  failed: <path d="m3.5 3.5 9 9m0-9-9 9" />,
  left_out: <path d="M3 8h10" />,
} satisfies Record<string, ReactNode>

export type SignName = keyof typeof SHAPES

export function Sign({ of, className = '' }: { of: SignName; className?: string }) {
  return <svg viewBox="0 0 16 16" aria-hidden="true" data-sign={of} className={`sign ${className}`}>{SHAPES[of]}</svg>
}

/** Words that a tick says, too. */
export function Ticked({ children }: { children: ReactNode }) {
  return <><Sign of="done" className="mr-1.5 text-ok" />{children}</>
}
