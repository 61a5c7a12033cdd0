/** `relink bank`: the sandbox bank, an independent program; its arguments and help are its own. */
import { runBank } from '../../bank/main.ts'

export async function bankCommand(args: readonly string[]): Promise<void> {
  process.exitCode = await runBank(args)
}
