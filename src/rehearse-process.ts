/** What a rehearsal reads: as the process that started it will, to the end, and keeps nothing. */
import { performRehearsals } from './adapters/rehearsal-process.ts'
import { readStatementFile } from './formats/detect.ts'
import { FOREIGN_LIMITS } from './formats/lines.ts'
import { parseOfxResponse } from './formats/ofx/response.ts'

performRehearsals(new URL(import.meta.url), async ({ reader, bytes }) => {
  if (reader.kind === 'ofx') return void parseOfxResponse(bytes)
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  const file = await readStatementFile(whole(), { fileName: reader.fileName, limits: FOREIGN_LIMITS })
  if (!file.ok) return
  for await (const part of file.value.stream) if (!part.ok) return
})
