/**
 * Runs one command line after the other in this one process, each with the arguments, environment and
 * streams that it would have in its own, and tells what it printed and how it ended: at the moment at
 * which a process of its own would end, when nothing keeps it alive any more. What a command keeps open
 * for ever hangs here as it would there. Half of a command's time is reading its sources, which is done
 * once here.
 */
import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import { run } from '../../src/cli/program.ts'

export type Asked = { readonly args: readonly string[]; readonly input: Uint8Array; readonly env: Readonly<Record<string, string>> }
export type Told = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** What keeps this process alive, by kind. */
function alive(): Map<string, number> {
  const kinds = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) if (kind !== 'Immediate') kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  return kinds
}

function has(more: ReadonlyMap<string, number>, than: ReadonlyMap<string, number>): boolean {
  return [...more].some(([kind, count]) => count > (than.get(kind) ?? 0))
}

function put(name: 'stdin' | 'stdout' | 'stderr', stream: object): void {
  Object.defineProperty(process, name, { value: stream, configurable: true })
}

async function play({ args, input, env }: Asked): Promise<Told> {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  const [out, err] = [new PassThrough(), new PassThrough()]
  put('stdin', Readable.from([Buffer.from(input)]))
  put('stdout', out)
  put('stderr', err)
  const [stdout, stderr] = [text(out), text(err)]
  const before = alive()
  process.exitCode = undefined
  const status = await run(args)
  while (has(alive(), before)) await turn()
  process.exitCode = undefined
  out.end()
  err.end()
  return { status, stdout: await stdout, stderr: await stderr }
}

for (;;) {
  const [asked] = (await once(process, 'message')) as [Asked]
  const told = await play(asked)
  process.send?.(told)
}
