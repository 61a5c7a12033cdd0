/** A state as word and shape before colour. */
import type { ReactNode } from 'react'
import type { Problem } from '../api.ts'
import { message } from '../language/language.ts'
import { Sign } from './sign.tsx'

export type Tone = 'ok' | 'wait' | 'need' | 'stop' | 'off'

const COLOURS: Record<Tone, string> = {
  ok: 'bg-ok-soft text-ok',
  wait: 'bg-wait-soft text-wait',
  need: 'bg-need-soft text-need',
  stop: 'bg-stop-soft text-stop',
  off: 'bg-off-soft text-off',
}

/** Whose move a problem is: on its card, and beside the name of the bank. */
export const MOVES: Record<Problem['card']['chip'], { readonly tone: Tone; readonly word: string }> = {
  needs_you: { tone: 'need', word: message('Needs you') },
  waiting_for_bank: { tone: 'wait', word: message('Waiting for the bank') },
  our_side: { tone: 'wait', word: message('Our side') },
  this_server: { tone: 'stop', word: message('This server') },
}

export function Chip({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`inline-flex items-center gap-1.5 rounded-md px-2 py-0.5 text-[13px] leading-5 font-medium whitespace-nowrap ${COLOURS[tone]}`}>
      <Sign of={tone} />
      {children}
    </span>
  )
}
