/**
 * The browser of the tests: Debian's Chromium, if there is a choice the one without windows of its own (the same engine, a
 * third less processor time). Of a wait that failed Playwright tells in colours, for which it assigns
 * `__proto__`. Tests run without that (`--disable-proto=throw`), so the reason was lost and the wait never ended; where the
 * browser is driven it is there again.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

Object.defineProperty(Object.prototype, '__proto__', {
  configurable: true,
  get(this: object) {
    return Object.getPrototypeOf(this)
  },
  set(this: object, prototype: object | null) {
    Object.setPrototypeOf(this, prototype)
  },
})

/** Without hinting the one without windows sets letters as the others do, to the fraction of a pixel. */
const FLAGS = ['--font-render-hinting=none', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Rejects where there is none (`browserPath`). */
export function openBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath() ?? '', args: [...FLAGS, ...flags] })
}

/** The first Chromium on the path, the one without windows before all others; null: there is none. */
export function browserPath(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const places = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)))
  return places.find((place) => existsSync(place)) ?? null
}
