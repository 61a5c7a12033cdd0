/**
 * Ctrl-C and SIGTERM while a command holds a database, a bank or a server: what was opened is closed
 * before the process ends, also when the signal comes while it still opens. A second signal ends the
 * process at once, as people expect.
 */

/** The command was stopped from outside; its status is what shells know for the signal. */
export class Interrupted extends Error {
  readonly status: number

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`)
    this.status = signal === 'SIGTERM' ? 143 : 130
  }
}

/** Opens, works, closes; a signal in between ends the wait for the work, never the closing. */
export async function whileOpen<T extends { close(): Promise<void> }, R>(open: () => Promise<T>, work: (opened: T) => Promise<R>): Promise<R> {
  const stop = stopRequest()
  try {
    const opened = await open()
    try {
      if (stop.signal !== null) throw new Interrupted(stop.signal)
      return await Promise.race([work(opened), stop.requested.then((signal) => Promise.reject(new Interrupted(signal)))])
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

type StopRequest = { readonly signal: NodeJS.Signals | null; readonly requested: Promise<NodeJS.Signals>; forget(): void }

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']

function stopRequest(): StopRequest {
  let signal: NodeJS.Signals | null = null
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  const stop = (received: NodeJS.Signals): void => {
    signal ??= received
    resolve(received)
  }
  for (const name of SIGNALS) process.once(name, stop)
  return {
    get signal() {
      return signal
    },
    requested: promise,
    forget() {
      for (const name of SIGNALS) process.off(name, stop)
    },
  }
}
