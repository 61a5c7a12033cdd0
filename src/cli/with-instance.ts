/** Opens Relink for one command and closes it whatever happens. Progress of the first start is told. */
import { asActor } from '../acting/acting.ts'
import { readConfig, type Config } from '../config.ts'
import type { Instance } from '../instance.ts'
import { whileOpen } from './interrupt.ts'
import { orFail, type Output } from './output.ts'

export function configuration(): Config {
  return orFail(readConfig(process.env, process.platform))
}

export async function withInstance<T>(output: Output, work: (instance: Instance) => Promise<T>): Promise<T> {
  const config = configuration()
  return whileOpen(
    async () => orFail(await (await import('../open.ts')).openInstance(config, { tell: (line) => output.progress(line) })),
    // Who has this command has this machine.
    ({ instance }) => asActor('host', () => work(instance)),
  )
}
