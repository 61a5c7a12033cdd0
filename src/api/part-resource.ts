/** A part of a sentence as the API gives it: instants in ISO 8601. */
import type { z } from 'zod'
import type { Part } from '../diagnose/sentences.ts'
import type { partShape } from './connection-shapes.ts'
import { isoInstant } from './shapes.ts'

export function partResource(part: Part): z.output<typeof partShape> {
  return typeof part !== 'string' && part.kind === 'instant' ? { kind: 'instant', at: isoInstant(part.at) } : part
}
