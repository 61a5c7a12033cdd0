/** Uploaded statement files. The bytes are kept in memory within the upload limit, because a file is read twice: checked, then imported. */
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { failureSentence } from '../../domain/statement.ts'
import { DATES_SAID } from '../../domain/dates-said.ts'
import { retold } from '../../language/retold.ts'
import { NEW_ACCOUNT } from '../../sync/file-accounts.ts'
import { accountOf } from '../account-of.ts'
import { readBody, UPLOAD_LIMIT_BYTES, UPLOAD_MS } from '../body.ts'
import { ApiProblem } from '../problems.ts'
import { route, type Route } from '../route.ts'
import { currencyCodeShape } from '../shapes.ts'

const importShape = z
  .object({
    file: z.string(),
    format: z.string().nullable(),
    statements: z.array(
      z.object({ account: z.string(), currency: z.string(), from: z.string().nullable(), to: z.string().nullable(), rows: z.int(), sum: z.string(), opening: z.string().nullable(), closing: z.string().nullable() }),
    ),
    added: z.int(),
    matched: z.int(),
    questions: z.int(),
    accounts: z.array(z.object({ accountId: z.uuid(), name: z.string(), isNew: z.boolean().meta({ description: 'The file made the account' }), added: z.int(), matched: z.int(), questions: z.int() })).meta({ description: 'What went into which account' }),
    notices: z.array(z.object({ code: z.string(), message: z.string(), line: z.int(), accountId: z.uuid().optional().meta({ description: 'Whose rule of dates the notice tells of (`DELETE /accounts/ID/file-dates` forgets it), or whose missing currency (another import with `currency` says it)' }) })),
  })
  .meta({ id: 'Import' })

const upload = route({
  method: 'POST', url: '/imports', action: 'review', tag: 'Imports', summary: 'Import a statement file (OFX, QFX, QBO, CAMT, MT940, QIF, CSV, XLSX, XLS); nothing of a damaged file is kept',
  query: z.strictObject({ name: z.string().max(255), accountId: z.union([z.uuid(), z.literal(NEW_ACCOUNT)]).optional(), dates: z.enum(DATES_SAID).optional(), currency: currencyCodeShape.optional().meta({ description: 'Where the file names none' }) }),
  body: 'stream', response: importShape,
  handle: async ({ query, body, instance, language }) => {
    if (query.accountId !== undefined && query.accountId !== NEW_ACCOUNT) await accountOf(instance, query.accountId)
    const bytes = await readBody(body as unknown as Readable, { bytes: UPLOAD_LIMIT_BYTES, ms: UPLOAD_MS })
    const { failure, ...report } = await instance.verbs.importFile({
      fileName: query.name,
      open: async function* () {
        yield bytes
      },
      isForeign: true,
      accountId: query.accountId ?? null,
      dates: query.dates ?? null,
      currency: query.currency ?? null,
      onProgress: null,
    })
    if (failure !== null) {
      const code = failure.code === 'busy' || failure.code === 'account_unclear' || failure.code === 'dates_unclear' ? failure.code : 'file_unreadable'
      throw new ApiProblem(code, failureSentence(failure), { file: report.file, reason: failure.code, line: failure.line })
    }
    return { ...report, statements: [...report.statements], accounts: [...report.accounts], notices: report.notices.map((notice) => ({ ...notice, message: retold(language, notice.message) })) }
  },
})

export const importRoutes: readonly Route[] = [upload]
