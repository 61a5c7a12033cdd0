/**
 * What `npm test` does, in this order: system programs, then type-checks and the build of the page beside
 * each other, then every test under Node's own runner, whose summary comes last. A step that fails does not
 * hide the later ones, and the exit status is 0 only if all held. With FILEs only these tests run.
 */
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensurePackages, InstallFailure } from './install.mjs'
import { run } from './run.mjs'
import { ensureSystemPrograms } from './system.mjs'
import { ensureWeb, hasWeb } from './web.mjs'

/** Where the long files are first, so that no processor waits at the end for the last of them. */
const TEST_FOLDERS = ['sim', 'test', 'src', 'bank', 'web', 'scripts']

/** Runs everything (or the named files); resolves with the exit status. */
export async function test(root, node, files) {
  const missing = await ensureSystemPrograms()
  const failed = []
  if (files.length === 0) {
    const [types, page] = await Promise.all([typeCheck(root, node), webBuild(root, node)])
    if (types !== 0) failed.push('type-check')
    if (!page) failed.push('web build')
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

/** `tsc` over the server's sources, and over the page's when it has its own settings, at once; the exit status. What each says stays together. */
export async function typeCheck(root, node) {
  const projects = ['.', 'web'].filter(folder => existsSync(join(root, folder, 'tsconfig.json')))
  process.stderr.write('Checking types…\n')
  const checks = await Promise.all(projects.map(project => run(node, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', project], { cwd: root, env: environment(root, node), capture: true })))
  for (const { output } of checks) process.stdout.write(output)
  return checks.find(({ status }) => status !== 0)?.status ?? 0
}

/** The benchmarks, with the packages of their own that bring the peers, and the page where it is measured. */
export async function bench(root, node, args) {
  const names = args.filter(arg => !arg.startsWith('--'))
  if ((names.length === 0 || names.includes('page')) && !(await webBuild(root, node))) return 1
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
  const runner = fileURLToPath(new URL('./run-tests.mjs', import.meta.url))
  return (await run(node, ['--disable-proto=throw', runner, ...files.map(file => relative(root, file))], { cwd: root, env: environment(root, node) })).status
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
