/** `relink start`: server, page and one worker; `relink worker`: one more worker. Both stop cleanly on Ctrl-C and SIGTERM. */
import { listen } from '../api/listen.ts'
import { openInstance } from '../open.ts'
import { orFail, type Output } from './output.ts'
import { pageDirectory } from './page.ts'
import { configuration } from './with-instance.ts'

export async function startCommand(output: Output): Promise<void> {
  const config = configuration()
  const opened = orFail(await openInstance(config, { tell: (line) => output.progress(line), logsEverything: true }))
  const listening = await listen({ instance: opened.instance, home: config.home, host: config.host, port: config.port, pageDirectory: pageDirectory() })
  if (!listening.ok) {
    await opened.close()
    orFail(listening)
    return
  }
  const stopWorker = await opened.startWorker()
  output.say(`Relink is running. Open ${listening.value.signInUrl}`)
  output.say(output.dim(`Data: ${config.home}   Token for programs: ${listening.value.tokenFile}   Stop with Ctrl-C.`))
  await untilStopped()
  output.say('Stopping: running reads may finish first…')
  await listening.value.close()
  await stopWorker()
  await opened.close()
}

export async function workerCommand(output: Output): Promise<void> {
  const opened = orFail(await openInstance(configuration(), { tell: (line) => output.progress(line), logsEverything: true }))
  const stopWorker = await opened.startWorker()
  output.say('This worker reads connections when they are due. Stop with Ctrl-C.')
  await untilStopped()
  await stopWorker()
  await opened.close()
}

/** Resolves at the first request to stop; a second one ends the process at once, as people expect. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => resolve()
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}
