/**
 * The log: one JSON object a line, or a readable line on a terminal. Fields are codes, ids, counts
 * and durations by type; control characters are escaped, so that no value can forge a line.
 */
import type { Clock } from '../ports/clock.ts'
import type { Log, LogFields } from '../ports/log.ts'

export type LogSink = { write(text: string): unknown; readonly isTTY?: boolean }

type Level = 'info' | 'warn' | 'error'

/** Writes to `sink` (standard error in the server): human on a terminal, else JSON lines. */
export function createLog(sink: LogSink, clock: Clock): Log {
  const format = sink.isTTY === true ? humanLine : jsonLine
  const write = (level: Level) => (event: string, fields: LogFields = {}) => {
    sink.write(`${format(new Date(clock.now()).toISOString(), level, event, fields)}\n`)
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

function jsonLine(at: string, level: Level, event: string, fields: LogFields): string {
  return JSON.stringify({ at, level, event, ...fields })
}

function humanLine(at: string, level: Level, event: string, fields: LogFields): string {
  const details = Object.entries(fields).map(([name, value]) => ` ${name}=${typeof value === 'string' ? JSON.stringify(value) : value}`)
  return `${at.slice(11, 19)} ${level.padEnd(5)} ${event}${details.join('')}`
}
