/** Whether alerts get through, in sentences for who looks at this host. Pure. */
import type { Destination } from '../domain/alert.ts'
import { plainLine } from './words.ts'

export type AlertsFinding = { readonly state: 'ok' | 'warning' | 'broken'; readonly sentence: string }

/** `null`: nobody chose to be told, which is no fault. */
export function judgeAlerts(destinations: readonly Destination[]): AlertsFinding | null {
  const wanted = destinations.filter(({ state }) => state !== 'paused')
  if (wanted.length === 0) return null
  const failing = wanted.filter(({ failingSince }) => failingSince !== null)
  if (failing.length === 0) return { state: 'ok', sentence: `Alerts go to ${wanted.map(({ label }) => `“${plainLine(label)}”`).join(', ')}; nothing is held up.` }
  const words = failing.map(({ label, failure, failingSince, state }) => `“${plainLine(label)}” since ${new Date(failingSince ?? 0).toISOString().slice(0, 16).replace('T', ' ')} UTC: ${plainLine(failure ?? '')}${state === 'stopped' ? ' Nothing more is sent there until it is entered anew or a test gets through.' : ''}`)
  return { state: failing.length === wanted.length ? 'broken' : 'warning', sentence: `Alerts do not get through to ${words.join(' ')} (Settings, Alerts)` }
}
