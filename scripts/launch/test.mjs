/**
 * What `npm test` does, in this order: system programs, type-check, web type-check and build, then
 * every test under Node's own runner, whose summary comes last. A step that fails does not hide the
 * later ones, and the exit status is 0 only if all held. With FILEs only these tests run.
 */
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { ensurePackages, InstallFailure } from './install.mjs'
import { run } from './run.mjs'
import { ensureSystemPrograms } from './system.mjs'
import { ensureWeb, hasWeb } from './web.mjs'

const TEST_FOLDERS = ['src', 'bank', 'sim', 'web', 'scripts', 'test']
/** Longer than any honest test file takes on two busy cores; so that nothing hangs for ever. */
const TEST_TIMEOUT_MS = 300_000
/** Not more than there are processors: with one more, pages in the browser ran into their time limits. */
const MAX_FILES_AT_ONCE = 4

/** Runs everything (or the named files); resolves with the exit status. */
export async function test(root, node, files) {
  const missing = await ensureSystemPrograms()
  const failed = []
  if (files.length === 0) {
    if ((await typeCheck(root, node)) !== 0) failed.push('type-check')
    if (!(await webBuild(root, node))) failed.push('web build')
  }
  const found = files.length === 0 ? TEST_FOLDERS.flatMap(folder => testFiles(join(root, folder))) : files.map(file => resolve(file))
  if (found.length === 0) {
    process.stderr.write('npm test: no test file found, which cannot be right\n')
    return 1
  }
  for (const line of missing) process.stderr.write(`Missing, its tests are skipped: ${line}\n`)
  if ((await runTests(root, node, found)) !== 0) failed.push('tests')
  if (failed.length > 0) process.stderr.write(`npm test failed: ${failed.join(', ')}\n`)
  return failed.length === 0 ? 0 : 1
}

/** `tsc` over the server's sources, and over the page's when it has its own settings; the exit status. */
export async function typeCheck(root, node) {
  const projects = ['.', 'web'].filter(folder => existsSync(join(root, folder, 'tsconfig.json')))
  let status = 0
  for (const project of projects) {
    process.stderr.write(`Checking types${project === '.' ? '' : ` of ${project}`}…\n`)
    const check = await run(node, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', project], { cwd: root, env: environment(root, node) })
    if (check.status !== 0) status = check.status
  }
  return status
}

/** The benchmarks, with the packages of their own that bring the peers. */
export async function bench(root, node, args) {
  if (existsSync(join(root, 'bench', 'package-lock.json'))) await ensurePackages(join(root, 'bench'), 'the packages of the benchmarks')
  return (await run(node, [join(root, 'bench', 'run.ts'), ...args], { cwd: root, env: environment(root, node) })).status
}

/** Takes the pictures of the documents in the browser that the tests use. */
export async function screenshots(root, node) {
  await ensureSystemPrograms()
  if (!(await webBuild(root, node))) return 1
  return (await run(node, [join(root, 'scripts', 'screenshots.ts')], { cwd: root, env: environment(root, node) })).status
}

async function webBuild(root, node) {
  if (!hasWeb(root)) return true
  try {
    await ensureWeb(root, node)
    return true
  } catch (error) {
    if (!(error instanceof InstallFailure)) throw error
    process.stderr.write(`${error.message}\n`)
    return false
  }
}

async function runTests(root, node, files) {
  const flags = [
    '--disable-proto=throw',
    '--test',
    `--test-concurrency=${Math.max(1, Math.min(availableParallelism(), MAX_FILES_AT_ONCE))}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${new URL('./slowest.mjs', import.meta.url).href}`,
    '--test-reporter-destination=stderr',
  ]
  return (await run(node, [...flags, ...files.map(file => relative(root, file))], { cwd: root, env: environment(root, node) })).status
}

/** Children that call `node` get this one, with what was compiled before; programs that read files by the locale (hledger) get UTF-8 where the host says nothing. */
function environment(root, node) {
  const { LC_ALL, LC_CTYPE, LANG, PATH } = process.env
  const locale = LC_ALL || LC_CTYPE || LANG ? {} : { LANG: 'C.UTF-8' }
  return { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'relink'), ...process.env, ...locale, PATH: `${dirname(node)}${delimiter}${PATH ?? ''}` }
}

function testFiles(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true })
    .filter(entry => entry.name !== 'node_modules')
    .flatMap(entry => {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) return testFiles(path)
      return /\.test\.(ts|mjs)$/.test(entry.name) ? [path] : []
    })
    .sort()
}
