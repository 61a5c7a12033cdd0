/** For a server that must know its port before it has it. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that Linux and macOS give to whoever asks for any: nobody is given it meanwhile. */
const [LOWEST, HIGHEST] = [20_000, 32_000]

/** A port of 127.0.0.1 that nobody has. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    const probe = createServer()
    const isFree = await new Promise<boolean>((told) => probe.once('error', () => told(false)).listen(port, '127.0.0.1', () => told(true)))
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
