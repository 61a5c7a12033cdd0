/** Uploaded statement files. The bytes are kept in memory within the upload limit, because a file is read twice: checked, then imported. */
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { failureSentence } from '../../domain/statement.ts'
import { NEW_ACCOUNT } from '../../sync/import.ts'
import { ApiProblem } from '../problems.ts'
import { route, type Route } from '../route.ts'

const LIMIT_BYTES = 20 * 1024 * 1024

export const importShape = z
  .object({
    file: z.string(),
    format: z.string().nullable(),
    statements: z.array(
      z.object({ account: z.string(), currency: z.string(), from: z.string().nullable(), to: z.string().nullable(), rows: z.int(), sum: z.string(), opening: z.string().nullable(), closing: z.string().nullable() }),
    ),
    added: z.int(),
    matched: z.int(),
    questions: z.int(),
    notices: z.array(z.object({ code: z.string(), message: z.string(), line: z.int() })),
  })
  .meta({ id: 'Import' })

const upload = route({
  method: 'POST', url: '/imports', action: 'review', tag: 'Imports', summary: 'Import a statement file (OFX, QFX, QBO, CAMT, MT940, QIF, CSV); nothing of a damaged file is kept',
  query: z.strictObject({ name: z.string().max(255), accountId: z.union([z.uuid(), z.literal(NEW_ACCOUNT)]).optional() }),
  body: 'stream', response: importShape,
  handle: async ({ query, body, instance }) => {
    const bytes = await limited(body as unknown as Readable)
    const { failure, ...report } = await instance.verbs.importFile({
      fileName: query.name,
      open: async function* () {
        yield bytes
      },
      isForeign: true,
      accountId: query.accountId ?? null,
      onProgress: null,
    })
    if (failure !== null) {
      const code = failure.code === 'busy' || failure.code === 'account_unclear' ? failure.code : 'file_unreadable'
      throw new ApiProblem(code, failureSentence(failure), { file: report.file, reason: failure.code, line: failure.line })
    }
    return { ...report, statements: [...report.statements], notices: [...report.notices] }
  },
})

export const importRoutes: readonly Route[] = [upload]

/** The whole body; one without a length may turn out too large, and is then left unread, so that the answer still arrives. */
function limited(stream: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= LIMIT_BYTES) chunks.push(chunk)
      else {
        stream.removeAllListeners('data').pause()
        reject(new ApiProblem('too_large'))
      }
    })
    stream.once('end', () => resolve(Buffer.concat(chunks)))
    stream.once('error', reject)
  })
}
