/** A state as word and shape before colour. */
import type { ReactNode } from 'react'

export type Tone = 'ok' | 'wait' | 'need' | 'stop' | 'off'

const SHAPES: Record<Tone, string> = { ok: '✓', wait: '◔', need: '▲', stop: '⬣', off: '◌' }
const COLOURS: Record<Tone, string> = {
  ok: 'bg-ok-soft text-ok',
  wait: 'bg-wait-soft text-wait',
  need: 'bg-need-soft text-need',
  stop: 'bg-stop-soft text-stop',
  off: 'bg-off-soft text-off',
}

export function Chip({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`inline-flex items-center gap-1.5 rounded-md px-2 py-0.5 text-[13px] leading-5 font-medium whitespace-nowrap ${COLOURS[tone]}`}>
      <span aria-hidden="true">{SHAPES[tone]}</span>
      {children}
    </span>
  )
}
