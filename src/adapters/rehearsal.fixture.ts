/** A process with a reader that does what the name of its file says: comes to its end, hangs, or fills the memory. */
import { performRehearsals } from './rehearsal-process.ts'

performRehearsals(new URL(import.meta.url), async ({ reader }) => {
  const kept: unknown[] = []
  while (reader.kind === 'file' && reader.fileName !== 'fine') if (reader.fileName === 'fill') kept.push(new Array(100_000).fill(kept.length))
})
