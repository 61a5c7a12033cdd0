/** Builds the library entry `relink/diagnose` into one module; packages stay imports of their own. */
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  build: {
    lib: { entry: { diagnose: '../../src/diagnose/library.ts' }, formats: ['es'] },
    outDir: '../../dist/lib', emptyOutDir: true, minify: false, target: 'node20',
    rollupOptions: { external: [/^node:/, 'zod'] },
  },
})
