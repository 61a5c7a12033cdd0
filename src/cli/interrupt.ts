/**
 * Ctrl-C, SIGTERM and a terminal that is closed (SIGHUP) while a command holds a database, a bank or a server: what was opened is closed
 * before the process ends, also when the signal comes while it still opens. A second signal ends the
 * process at once, as people expect. So it is with an exception that nothing caught: it is a bug and
 * ends the process, but what was opened (a database is a process of its own) does not outlive it.
 */
import { constants } from 'node:os'

/** The command was stopped from outside; its status is what shells know for the signal. */
export class Interrupted extends Error {
  readonly status: number

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`)
    this.status = 128 + constants.signals[signal]
  }
}

/** An exception that nothing caught, its `cause`: a bug, or what a library throws where nobody can catch it. */
export class Uncaught extends Error {
  constructor(cause: unknown) {
    super('nothing caught this', { cause })
  }
}

/** Opens, works, closes; a signal in between ends the wait for the work, never the closing. */
export async function whileOpen<T extends { close(): Promise<void> }, R>(open: () => Promise<T>, work: (opened: T) => Promise<R>): Promise<R> {
  const stop = stopRequest()
  try {
    const opened = await open()
    try {
      if (stop.reason !== null) throw stop.reason
      return await Promise.race([work(opened), stop.requested.then((reason) => Promise.reject(reason))])
    } finally {
      await opened.close()
    }
  } finally {
    stop.forget()
  }
}

/** Resolves at the first request to stop: for what runs until then. */
export async function untilStopped(): Promise<void> {
  const stop = stopRequest()
  await stop.requested
  stop.forget()
}

type StopRequest = { readonly reason: Interrupted | Uncaught | null; readonly requested: Promise<Interrupted | Uncaught>; forget(): void }

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

function stopRequest(): StopRequest {
  let reason: Interrupted | Uncaught | null = null
  const { promise, resolve } = Promise.withResolvers<Interrupted | Uncaught>()
  const stop = (why: Interrupted | Uncaught): void => {
    reason ??= why
    resolve(reason)
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    // By `exit`, so that what must not outlive this process can still go.
    if (reason !== null) process.exit(new Interrupted(signal).status)
    stop(new Interrupted(signal))
  }
  const onUncaught = (error: unknown): void => stop(new Uncaught(error))
  for (const name of SIGNALS) process.on(name, onSignal)
  process.once('uncaughtException', onUncaught)
  return {
    get reason() {
      return reason
    },
    requested: promise,
    forget() {
      for (const name of SIGNALS) process.off(name, onSignal)
      process.off('uncaughtException', onUncaught)
    },
  }
}
