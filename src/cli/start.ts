/** `relink start`: server, page and one worker; `relink worker`: one more worker. Both stop cleanly on Ctrl-C and SIGTERM. */
import { listen, portIsFree, type ListeningServer } from '../api/listen.ts'
import type { Config } from '../config.ts'
import { openInstance, type Opened } from '../open.ts'
import { hasRecoveryFile } from '../recover-key.ts'
import { Interrupted, whileOpen } from './interrupt.ts'
import { orFail, type Output } from './output.ts'
import { pageDirectory } from './page.ts'
import { configuration } from './with-instance.ts'

export async function startCommand(output: Output): Promise<void> {
  orFail(await portIsFree(configuration()))
  const ended = await runUntilStopped(output, async (config, opened) => {
    const listening = orFail(await listen({ ...config, instance: opened.instance, pageDirectory: pageDirectory() }))
    tellWhere(output, config, listening)
    if (!(await hasRecoveryFile(config, opened.masterKeyId))) output.say('There is no recovery file of the master key yet; without the key every password must be typed again. Make one: relink vault recovery FILE')
    return listening
  })
  if (ended === 'deleted') output.say('Everything was deleted, as an owner wanted it. Start Relink again to set it up anew.')
}

/** Whoever sets up anew after everything was deleted need not know of the workers of other hosts, so these go on with what comes. */
export async function workerCommand(output: Output): Promise<void> {
  const serve = async (): Promise<{ close(): Promise<void> }> => {
    output.say('This worker reads connections when they are due. Stop with Ctrl-C.')
    return { close: async () => undefined }
  }
  while ((await runUntilStopped(output, serve)) === 'deleted') output.say('Everything was deleted, as an owner wanted it. This worker goes on with what is set up next.')
}

/** A worker, and what `serve` adds to it, until somebody stops the process, which is how it is meant to end: no failure; or until everything was deleted. */
async function runUntilStopped(output: Output, serve: (config: Config, opened: Opened) => Promise<{ close(): Promise<void> }>): Promise<'stopped' | 'deleted'> {
  const config = configuration()
  const open = async (): Promise<{ close(): Promise<void>; readonly gone: Promise<void> }> => {
    const opened = orFail(await openInstance(config, { tell: (line) => output.progress(line), logsEverything: true }))
    let serving: { close(): Promise<void> } | null = null
    let stopWorker: (() => Promise<void>) | null = null
    const close = async (): Promise<void> => {
      await serving?.close()
      await stopWorker?.()
      await opened.close()
    }
    try {
      serving = await serve(config, opened)
      stopWorker = await opened.startWorker()
      return { close, gone: opened.instance.gone }
    } catch (error) {
      await close()
      throw error
    }
  }
  try {
    await whileOpen(open, ({ gone }) => gone)
    return 'deleted'
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    output.say('Stopped.')
    return 'stopped'
  }
}

/** The link of the set-up makes whoever has it the owner, so it goes to a terminal only: what a service prints ends in a log, which others read and which is kept. */
function tellWhere(output: Output, config: Config, { url, pageUrl, setupUrl, tokenFile }: ListeningServer): void {
  const address = output.isTerminal || config.origin !== null ? pageUrl : url
  if (setupUrl === null) output.say(`Relink is running. Open ${address}`)
  else if (output.isTerminal) output.say(`Relink is running and has no owner yet. Open this link to become it: ${setupUrl}`)
  else output.say(`Relink is running at ${address} and has no owner yet (not printed here, where it may be logged: the link that sets it up; \`relink token\` gives it)`)
  const more = `Data: ${config.home}   Token for programs of this machine: ${tokenFile}`
  output.say(output.isTerminal ? output.dim(`${more}   Stop with Ctrl-C.`) : more)
}
