/**
 * Brings Node 24 and the packages when they are missing or older than their lockfile, by `npm ci` of
 * the host's own npm. A stamp inside node_modules, written last, says for which lockfile and platform
 * they are complete; npm ci empties node_modules first, so an interrupted install has no stamp. npm's
 * own chatter is shown only when it fails. Nothing is installed outside the checkout.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acquireLock } from './lock.mjs'

/** What the packages ask for (their `engines`), and new enough to run TypeScript sources without a warning. */
const NEEDED = [24, 15]
const STAMP = '.relink-ready'
const UNREACHABLE = 'The package registry cannot be reached: connect this host to the internet (or set a proxy, "npm config set proxy URL") and run the command again. It is needed only this once.'
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** What a person can act on; printed without a stack. */
export class InstallFailure extends Error {}

/** The path of a Node that is new enough: the host's own, else the one in `runtime/`, installed once. */
export async function ensureNode(root) {
  if (isNewEnough(process.versions.node)) return process.execPath
  const platform = `${process.platform}-${process.arch}`
  const runtime = join(root, 'runtime')
  const carried = JSON.parse(readFileSync(join(runtime, 'package.json'), 'utf8')).optionalDependencies
  const name = `node-${platform}`
  if (!(name in carried)) throw new InstallFailure(noPackage(platform))
  await ensurePackages(runtime, `Node ${carried[name].split('.')[0]}`)
  const node = join(runtime, 'node_modules', name, 'bin', 'node')
  if (!existsSync(node)) throw new InstallFailure(`${noPackage(platform)}\n  (npm left out the package ${name}.)`)
  return node
}

/** Leaves the note that lets `./relink` start without asking the launcher (see there); a checkout that cannot be written goes without. */
export function noteNode(root, node) {
  const note = join(root, 'node_modules', '.relink-node')
  try {
    writeFileSync(`${note}.${process.pid}`, `${process.platform === 'linux' ? 'linux' : 'other'} ${node}\n`)
    renameSync(`${note}.${process.pid}`, note)
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error
  }
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}

function noPackage(platform) {
  return `Relink runs on Node ${NEEDED.join('.')} or newer, this is Node ${process.versions.node}, and npm has no Node 24 for ${platform}.
  Install it and run the command again: macOS "brew install node@24", Alpine "apk add nodejs npm", others https://nodejs.org/ or your version manager ("nvm install 24").`
}

/**
 * Makes `directory/node_modules` agree with `directory/package-lock.json`. `what` names it to the
 * person. Fails with InstallFailure, which says what to do.
 */
export async function ensurePackages(directory, what) {
  if (isReady(directory)) return
  try {
    await install(directory, what)
  } catch (error) {
    throw writeFailure(error) ?? error
  }
}

/** What the file system refuses where something is installed or built; null: it was something else. */
export function writeFailure(error) {
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(error.code)) return null
  return new InstallFailure(`${error.dest ?? error.path ?? 'A file'} cannot be written (${error.code}). ${remedy(error.code)}`)
}

async function install(directory, what) {
  const lock = await acquireLock(lockPath(directory), pid => say(`Waiting for another installation (process ${pid})…`))
  try {
    if (isReady(directory)) return
    if (agreesWithLockfile(directory)) return stamp(directory)
    const began = performance.now()
    say(`Installing ${what} (once)…`)
    await npmCi(directory, lock, what)
    complete(directory, what)
    verify(directory, what)
    stamp(directory)
    say(`Installed ${what} in ${((performance.now() - began) / 1000).toFixed(0)} s.`)
  } finally {
    lock.release()
  }
}

function lockPath(directory) {
  return join(directory, '.install-lock')
}

function isReady(directory) {
  try {
    return readFileSync(join(directory, 'node_modules', STAMP), 'utf8') === stampText(directory)
  } catch {
    return false
  }
}

/** Also the platform: a checkout may be shared by a host and a container. */
function stampText(directory) {
  const hash = createHash('sha256').update(readFileSync(join(directory, 'package-lock.json'))).digest('hex')
  return `${hash} ${process.platform} ${process.arch} whole\n`
}

function stamp(directory) {
  mkdirSync(join(directory, 'node_modules'), { recursive: true })
  writeFileSync(join(directory, 'node_modules', STAMP), stampText(directory))
}

/** True when a person's own `npm install` already brought what the lockfile asks: then nothing is reinstalled. */
function agreesWithLockfile(directory) {
  const read = path => {
    try {
      return JSON.parse(readFileSync(join(directory, path), 'utf8')).packages
    } catch {
      return null
    }
  }
  const wanted = read('package-lock.json')
  const present = read('node_modules/.package-lock.json')
  if (wanted === null || present === null) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const installed = present[path]
    if (installed === undefined) return entry.optional === true && !isMeantForThisPlatform(entry)
    return installed.version === entry.version && installed.integrity === entry.integrity && existsSync(join(directory, path, 'package.json'))
  })
}

/** Only a package that names this system and processor, and its C library if it names one, must be there; what npm leaves out else (wasm) is its own choice. */
function isMeantForThisPlatform(entry) {
  const names = (list, value) => [list ?? []].flat().includes(value)
  return names(entry.os, process.platform) && names(entry.cpu, process.arch) && (entry.libc === undefined || names(entry.libc, libc()))
}

/** As npm tells them apart. */
function libc() {
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc'
}

/** npm calls it a success when it could not fetch what is optional; the database and Node itself are, because each is for one platform. */
function complete(directory, what) {
  const { packages } = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8'))
  const missing = Object.entries(packages).filter(([path, entry]) => entry.optional === true && isMeantForThisPlatform(entry) && !existsSync(join(directory, path, 'package.json')))
  if (missing.length === 0) return
  const names = missing.map(([path]) => path.replace(/^.*node_modules\//, ''))
  throw new InstallFailure(`${what} could not be installed whole: npm left out ${names.join(', ')}. ${UNREACHABLE}`)
}

function verify(directory, what) {
  const node = join(directory, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (!existsSync(node)) return
  const run = spawnSync(node, ['--version'], { encoding: 'utf8' })
  if (run.status === 0) return
  throw new InstallFailure(`${what} was installed but does not run on this host (${run.error?.message ?? run.stderr.trim()}).
  On Alpine and other systems without glibc install Node 24 from the system ("apk add nodejs npm") and run the command again.`)
}

async function npmCi(directory, lock, what) {
  const flags = ['--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
  const child = spawn('npm', ['ci', ...flags], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  if (child.pid !== undefined) lock.note(child.pid)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output = (output + chunk).slice(-8000)))
  const stop = signal => {
    child.kill(signal)
    lock.release()
    process.exit(128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signal])
  }
  for (const signal of SIGNALS) process.once(signal, stop)
  const status = await new Promise(resolve => {
    child.once('error', resolve)
    child.once('close', resolve)
  })
  for (const signal of SIGNALS) process.removeListener(signal, stop)
  if (status !== 0) throw new InstallFailure(explain(status, output, what))
}

function explain(status, output, what) {
  if (status instanceof Error) {
    return status.code === 'ENOENT'
      ? 'npm is not installed (or not in PATH). It comes with Node; on Debian and Ubuntu: apt-get install npm'
      : `npm could not be started: ${status.message}`
  }
  // npm ends some failures with its whole help text: what matters stands before it.
  const told = output.split(/^npm error (?:Clean install a project|Usage:)/m)[0] ?? ''
  const lines = told.split('\n').filter(line => !/^(npm error)?\s*$/.test(line)).slice(-15)
  return `${what} could not be installed. ${remedy(output)}\n  npm says:\n${lines.map(line => `  ${line}`).join('\n')}`
}

function remedy(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network/i.test(output)) {
    return UNREACHABLE
  }
  if (/ENOSPC|EDQUOT|No space left/i.test(output)) return 'The disk is full: free about 1 GB and run the command again.'
  if (/EACCES|EPERM|EROFS/.test(output)) return 'This folder cannot be written: run the command as the owner of the folder.'
  return 'Run the command again; if it fails again, the lines below say why.'
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
