/** One event stream: the server says that something changed, the page asks again for what it shows. */

/** Calls `changed` for each event, at most every 300 ms, and when the stream comes back after a break. */
export function listen(changed: () => void): void {
  let waiting = false
  const soon = (): void => {
    if (waiting) return
    waiting = true
    setTimeout(() => {
      waiting = false
      changed()
    }, 300)
  }
  const stream = new EventSource('/api/events')
  stream.addEventListener('open', soon)
  stream.addEventListener('changed', soon)
}
