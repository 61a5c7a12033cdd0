/**
 * One event stream: the server says that something changed, the page asks again for what it shows.
 * A hidden page closes its stream, because a browser keeps only six connections to one server, and
 * asks for everything when it is seen again.
 */

/** Longer than a restart of the server; the browser itself tries again sooner when only the line broke. */
const OPEN_AGAIN_MS = 3_000
/** A stream that breaks and comes back at once, as when a page is loaded anew, is nothing to tell of: the sentence would push the page down and up. */
const TOLD_MS = 4_000
/** The server says every 20 s that it is there. A line that broke unheard, as when a computer wakes in another network, says nothing. */
const SILENT_MS = 45_000
/** A timer that fires so much later than it was set for did not run meanwhile: the computer slept, or the browser froze the page. */
const WOKEN_MS = 5_000
const TOGETHER_MS = 150
/** Between the answers and the next question: who decides row after row is not asked about each. */
const PAUSE_MS = 500
/** An answer that is still away after this long is not waited for. */
const ANSWERED_MS = 5_000

type Listener = () => void
let live = true
const watchers = new Set<Listener>()

/** For `useSyncExternalStore`: whether the stream is open. */
export const liveState = {
  subscribe(listener: Listener): () => void {
    watchers.add(listener)
    return () => watchers.delete(listener)
  },
  isLive: (): boolean => live,
}

/**
 * Calls `changed` for events that come together once, and when the stream comes back after a break. It asks anew
 * and resolves with the answers: what happens meanwhile is asked for after them, so that many changes in a row
 * do not stop the questions of the ones before. `refused`: the server answers, and has no stream for this page, as when
 * the session has ended; told at each try.
 */
export function listen(changed: () => Promise<unknown>, refused: () => void): void {
  let stream: EventSource | null = null
  let toTell: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let isAsking = false
  let isStale = false
  const soon = (): void => {
    isStale = true
    if (isAsking) return
    isAsking = true
    setTimeout(() => {
      isStale = false
      const late = new Promise((resolve) => setTimeout(resolve, ANSWERED_MS))
      void Promise.race([changed().catch(() => undefined), late]).then(() => setTimeout(() => {
        isAsking = false
        if (isStale) soon()
      }, PAUSE_MS))
    }, TOGETHER_MS)
  }
  const heard = (): void => {
    clearTimeout(silence)
    const due = Date.now() + SILENT_MS
    silence = setTimeout(() => {
      // A computer that slept heard nothing meanwhile: whether that line still stands is seen now.
      if (Date.now() - due > WOKEN_MS) soonTold()
      else setLive(false)
      close()
      open()
    }, SILENT_MS)
  }
  const soonTold = (): void => {
    toTell ??= setTimeout(() => setLive(false), TOLD_MS)
  }
  const untold = (): void => {
    clearTimeout(toTell)
    toTell = undefined
  }
  const open = (): void => {
    if (stream !== null || document.visibilityState === 'hidden') return
    stream = new EventSource('/api/events')
    heard()
    stream.addEventListener('here', heard)
    stream.addEventListener('open', () => {
      heard()
      untold()
      setLive(true)
      soon()
    })
    stream.addEventListener('changed', () => {
      heard()
      soon()
    })
    stream.addEventListener('error', () => {
      soonTold()
      if (stream?.readyState !== EventSource.CLOSED) return
      close()
      refused()
      setTimeout(open, OPEN_AGAIN_MS)
    })
  }
  const close = (): void => {
    clearTimeout(silence)
    stream?.close()
    stream = null
  }
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') return open()
    // Nobody looks: what would have been told by now is found out anew.
    untold()
    close()
  })
  open()
}

function setLive(now: boolean): void {
  if (live === now) return
  live = now
  for (const watcher of watchers) watcher()
}
