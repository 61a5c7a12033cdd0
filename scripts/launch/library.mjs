/** Builds what other programs import as `relink/diagnose`: one module, and its types. */
import { join } from 'node:path'
import { run } from './run.mjs'

/** Resolves with the exit status; 0: dist/lib is there. */
export async function library(root, node) {
  const steps = [
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '-c', join(root, 'scripts/library/vite.config.ts'), '--logLevel', 'warn'],
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'scripts/library')],
  ]
  for (const step of steps) {
    const { status } = await run(node, step, { cwd: root })
    if (status !== 0) return status
  }
  return 0
}
