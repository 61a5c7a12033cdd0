/**
 * Builds the browser application into dist/web when `web/` is newer than the last build. The stamp
 * covers names, sizes and times of the sources, so that the check costs a few milliseconds at every
 * start. Does nothing while `web/` has no Vite configuration.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { acquireLock } from './lock.mjs'
import { InstallFailure, writeFailure } from './install.mjs'
import { run } from './run.mjs'

/** Brings dist/web up to date; fails with InstallFailure that carries the last lines of the build. */
export async function ensureWeb(root, node) {
  if (!hasWeb(root) || isFresh(root)) return
  try {
    await build(root, node)
  } catch (error) {
    throw writeFailure(error) ?? error
  }
}

async function build(root, node) {
  const lock = await acquireLock(join(root, 'web', '.install-lock'), pid => process.stderr.write(`Waiting for another build (process ${pid})…\n`))
  try {
    if (isFresh(root)) return
    process.stderr.write('Building the web page (once)…\n')
    const sources = fingerprint(root)
    const built = await run(node, [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'web', '--outDir', join(root, 'dist/web'), '--emptyOutDir', '--logLevel', 'warn'], { cwd: root, capture: true })
    if (built.status !== 0) throw new InstallFailure(`The web page could not be built:\n${built.output.trim().split('\n').slice(-20).join('\n')}`)
    compress(join(root, 'dist/web/assets'))
    writeFileSync(stampPath(root), sources)
  } finally {
    lock.release()
  }
}

/** Scripts and styles as they travel, each beside its file: the server sends those to whoever takes them. */
function compress(directory) {
  for (const name of readdirSync(directory)) if (/\.(js|css)$/.test(name)) writeFileSync(join(directory, `${name}.gz`), gzipSync(readFileSync(join(directory, name)), { level: 9 }))
}

/** Whether there is an application to build. */
export function hasWeb(root) {
  return existsSync(join(root, 'web', 'vite.config.ts'))
}

function stampPath(root) {
  return join(root, 'dist', 'web', '.relink-ready')
}

function isFresh(root) {
  try {
    return readFileSync(stampPath(root), 'utf8') === fingerprint(root)
  } catch {
    return false
  }
}

function fingerprint(root) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')))
  const walk = directory => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      const path = join(directory, entry.name)
      if (entry.isDirectory()) walk(path)
      else hash.update(`${path} ${statSync(path).size} ${statSync(path).mtimeMs}\n`)
    }
  }
  walk(join(root, 'web'))
  return hash.digest('hex')
}
