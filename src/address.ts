/** Where `relink start` listens, as the configuration says it. */
import type { Config } from './config.ts'

/** `http://127.0.0.1:7351`; null when the server chooses its port itself. */
export function serverAddress({ host, port }: Pick<Config, 'host' | 'port'>): string | null {
  return port === 0 ? null : `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Where people open the page: the configured origin, else the loopback name for which browsers make passkeys. */
export function pageAddress({ origin, port }: Pick<Config, 'origin' | 'port'>): string | null {
  return origin ?? (port === 0 ? null : `http://localhost:${port}`)
}
