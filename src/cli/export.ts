/** `relink export`: an account as a file for accounting programs, streamed. */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EXPORT_FORMATS, exportAccount, type ExportFormat } from '../exports/export.ts'
import { chooseAccount, dayRange } from './accounts.ts'
import { CommandError, type Output } from './output.ts'
import { withInstance } from './with-instance.ts'

export type ExportOptions = { readonly format: string; readonly account: string; readonly from?: string; readonly to?: string; readonly output?: string }

export async function exportCommand(output: Output, options: ExportOptions): Promise<void> {
  const format = EXPORT_FORMATS.find((known): known is ExportFormat => known === options.format)
  if (format === undefined) throw new CommandError(`--format is one of ${EXPORT_FORMATS.join(', ')}.`, 2)
  const range = dayRange(options)
  await withInstance(output, async (instance) => {
    const account = await chooseAccount(instance, options.account)
    const file = exportAccount(instance.store, account, { format, now: instance.clock.now(), ...range })
    if (options.output === undefined) await pipeline(Readable.from(file.content), process.stdout as Writable, { end: false })
    else await writeWhole(options.output, file.content)
  })
}

/** Writes beside the target and renames, so that a failure never leaves half a file under the wanted name. */
async function writeWhole(path: string, content: AsyncIterable<Uint8Array | string>): Promise<void> {
  const partial = `${path}.partial`
  try {
    await pipeline(Readable.from(content), createWriteStream(partial))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw new CommandError(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`)
  }
}
