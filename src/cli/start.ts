/** `relink start`: server, page and one worker; `relink worker`: one more worker. Both stop cleanly on Ctrl-C and SIGTERM. */
import { listen, type ListeningServer } from '../api/listen.ts'
import type { Config } from '../config.ts'
import { openInstance, type Opened } from '../open.ts'
import { hasRecoveryFile } from '../recover-key.ts'
import { Interrupted, whileOpen } from './interrupt.ts'
import { orFail, type Output } from './output.ts'
import { pageDirectory } from './page.ts'
import { configuration } from './with-instance.ts'

export async function startCommand(output: Output): Promise<void> {
  await runUntilStopped(output, async (config, opened) => {
    const listening = orFail(await listen({ instance: opened.instance, home: config.home, host: config.host, port: config.port, pageDirectory: pageDirectory() }))
    tellWhere(output, config, listening)
    if (!(await hasRecoveryFile(config, opened.masterKeyId))) output.say('There is no recovery file of the master key yet; without the key every password must be typed again. Make one: relink vault recovery FILE')
    return listening
  })
}

export async function workerCommand(output: Output): Promise<void> {
  await runUntilStopped(output, async () => {
    output.say('This worker reads connections when they are due. Stop with Ctrl-C.')
    return { close: async () => undefined }
  })
}

/** A worker, and what `serve` adds to it, until somebody stops the process. That is how it is meant to end: no failure. */
async function runUntilStopped(output: Output, serve: (config: Config, opened: Opened) => Promise<{ close(): Promise<void> }>): Promise<void> {
  const config = configuration()
  const open = async (): Promise<{ close(): Promise<void> }> => {
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
      return { close }
    } catch (error) {
      await close()
      throw error
    }
  }
  try {
    await whileOpen(open, () => new Promise<never>(() => undefined))
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    output.say('Stopped.')
  }
}

/** The link signs in whoever has it, so it goes to a terminal only: what a service prints ends in a log, which others read and which is kept. */
function tellWhere(output: Output, config: Config, { url, signInUrl, tokenFile }: ListeningServer): void {
  if (output.isTerminal) {
    output.say(`Relink is running. Open ${signInUrl}`)
    output.say(output.dim(`Data: ${config.home}   Token for programs: ${tokenFile}   Stop with Ctrl-C.`))
  } else {
    output.say(`Relink is running at ${url} (not printed here, where it may be logged: the link that signs in; \`relink token\` gives it)`)
    output.say(`Data: ${config.home}   Token for programs: ${tokenFile}`)
  }
}
