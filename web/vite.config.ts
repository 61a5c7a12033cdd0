/**
 * Builds the page into `dist/web`, which the server serves. Nothing is inlined, so that the content security
 * policy needs no exception. A first page that became too heavy fails the build.
 */
import { gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

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

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss(), bounded()],
  build: { outDir: '../dist/web', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
})
