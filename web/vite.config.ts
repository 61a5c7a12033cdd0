/**
 * Builds the page into `dist/web`, which the server serves. Nothing is inlined, so that the content security
 * policy needs no exception. A first page that became too heavy fails the build.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { build, defineConfig, type Plugin } from 'vite'

/** Compressed, of what the first page loads: the entry, the page of accounts, and what they import. */
const MOST_KB = 240
const FIRST_PAGE = 'accounts'

function bounded(): Plugin {
  return {
    name: 'first-page-within-budget',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk')
      const needed = new Set(chunks.filter((chunk) => chunk.isEntry || chunk.name === FIRST_PAGE))
      for (const chunk of needed) for (const name of chunk.imports) for (const other of chunks) if (other.fileName === name) needed.add(other)
      const kilobytes = [...needed].reduce((sum, { code }) => sum + gzipSync(code).length, 0) / 1000
      if (kilobytes > MOST_KB) this.error(`The first page is ${kilobytes.toFixed(1)} kB compressed; ${MOST_KB} is the most.`)
    },
  }
}

/** So large is what only a new password needs; whoever is offline has none to make. */
const MOST_KEPT_BYTES = 400_000

/** The service worker (src/offline/worker.ts), with the list of the files that it keeps: one script that imports nothing, as every browser takes it. */
function worker(): Plugin {
  let files: { url: string; revision: string | null }[] = []
  return {
    name: 'service-worker',
    apply: 'build',
    writeBundle(_, bundle) {
      files = Object.values(bundle).flatMap((one) => {
        const body = one.type === 'chunk' ? one.code : one.source
        return body.length > MOST_KEPT_BYTES ? [] : [{ url: `/${one.fileName}`, revision: one.fileName.startsWith('assets/') ? null : createHash('sha256').update(body).digest('hex').slice(0, 16) }]
      })
      const icon = 'icon.svg'
      files.push({ url: `/${icon}`, revision: createHash('sha256').update(readFileSync(join(import.meta.dirname, 'public', icon))).digest('hex').slice(0, 16) })
    },
    async closeBundle() {
      await build({
        configFile: false, root: import.meta.dirname, publicDir: false, logLevel: 'warn', define: { PAGE_FILES: JSON.stringify(files), 'process.env.NODE_ENV': '"production"' },
        build: { outDir: this.environment.config.build.outDir, emptyOutDir: false, rollupOptions: { input: join(import.meta.dirname, 'src', 'offline', 'worker.ts'), output: { format: 'iife', entryFileNames: 'sw.js' } } },
      })
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), bounded(), worker()],
  build: { outDir: '../dist/web', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
})
