/** Rehearsals of this process: what of large files and answers comes over a network is read in another process first. */
import { createRehearsal } from './adapters/rehearsal.ts'
import { REHEARSED_BYTES, type Rehearse } from './ports/rehearsal.ts'

const inProcess = createRehearsal(new URL('./rehearse-process.ts', import.meta.url))

export const rehearse: Rehearse = async (reader, bytes) => (bytes.length <= REHEARSED_BYTES ? 'read' : inProcess(reader, bytes))
