/**
 * The door of both commands. Runs under any Node from 20 with nothing installed, so it has no
 * dependency and is plain JavaScript. It finds or installs Node 24 and the packages, then:
 *   prepare [ARG…] prints the path of Node 24 (`./relink ARG…` execs it; stdout carries nothing else)
 *   test [FILE…]   type-check, web build, all tests (or only the files named)
 *   check          type-check alone
 *   bench [ARG…]   the benchmarks with their peers
 *   screenshots    the pictures of the documents
 *   library        the module relink/diagnose, for other programs
 */
import { fileURLToPath } from 'node:url'
import { ensureNode, ensurePackages, InstallFailure, noteNode } from './launch/install.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const [command, ...args] = process.argv.slice(2)

const commands = {
  async prepare() {
    const node = await ensureNode(root)
    await ensurePackages(root, 'the packages')
    // Help needs no page.
    if (['demo', 'start'].includes(args[0]) && !args.includes('--help') && !args.includes('-h')) {
      const { ensureWeb } = await import('./launch/web.mjs')
      await ensureWeb(root, node)
    }
    noteNode(root, node)
    process.stdout.write(node)
    return 0
  },
  async test() {
    const { test } = await import('./launch/test.mjs')
    return test(root, await readyNode(), args)
  },
  async check() {
    const { typeCheck } = await import('./launch/test.mjs')
    return typeCheck(root, await readyNode())
  },
  async bench() {
    const { bench } = await import('./launch/test.mjs')
    return bench(root, await readyNode(), args)
  },
  async library() {
    const { library } = await import('./launch/library.mjs')
    return library(root, await readyNode())
  },
  async screenshots() {
    const { screenshots } = await import('./launch/test.mjs')
    return screenshots(root, await readyNode())
  },
}

async function readyNode() {
  const node = await ensureNode(root)
  await ensurePackages(root, 'the packages')
  return node
}

if (!Object.hasOwn(commands, command ?? '')) {
  process.stderr.write(`launch: unknown command ${command ?? '(none)'}; known: ${Object.keys(commands).join(', ')}\n`)
  process.exitCode = 2
} else {
  try {
    process.exitCode = await commands[command]()
  } catch (error) {
    if (!(error instanceof InstallFailure)) throw error
    process.stderr.write(`relink: ${error.message}\n`)
    process.exitCode = 1
  }
}
