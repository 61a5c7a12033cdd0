/**
 * The programs of the operating system that tests talk to: real OFX clients, validators, accounting
 * programs and a browser. As root on a system with apt they are installed; elsewhere the exact command
 * is printed and the tests that need them skip with a message. RELINK_SYSTEM_PACKAGES=no leaves the
 * system alone. Nothing here decides a test's verdict.
 */
import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'

/** `found`: a program in PATH, or a file. `packages`: Debian names, the first that the release has is taken. */
const PROGRAMS = [
  { found: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'], packages: ['chromium-headless-shell', 'chromium'], brew: '--cask chromium', why: 'the web page in a real browser' },
  { found: ['/usr/lib/python3/dist-packages/ofxclient', 'ofxclient'], packages: ['python3-ofxclient'], pip: 'ofxclient', why: 'a third-party OFX client' },
  { found: ['ofxdump'], packages: ['ofx'], brew: 'libofx', why: 'libofx reads what is exported' },
  { found: ['onsgmls', 'nsgmls'], packages: ['opensp'], brew: 'open-sp', why: 'OFX 1.6 is validated against its DTD' },
  { found: ['/usr/share/libofx7/libofx/dtd/ofx160.dtd', '/usr/share/libofx/dtd/ofx160.dtd', '/usr/share/libofx10/libofx/dtd/ofx160.dtd'], packages: ['libofx7', 'libofx10'], brew: 'libofx', why: 'brings the OFX DTD' },
  { found: ['xmllint'], packages: ['libxml2-utils'], brew: 'libxml2', why: 'OFX 2 and CAMT are validated against their schemas' },
  { found: ['hledger'], packages: ['hledger'], brew: 'hledger', why: 'journals are read by hledger' },
  { found: ['ledger'], packages: ['ledger'], brew: 'ledger', why: 'journals are read by ledger' },
  { found: ['bean-check'], packages: ['beancount'], pip: 'beancount', why: 'journals are read by Beancount' },
  { found: ['aqbanking-cli'], packages: ['aqbanking-tools'], brew: 'aqbanking', why: 'a third-party banking client' },
  { found: ['pgbouncer'], packages: ['pgbouncer'], brew: 'pgbouncer', why: 'a database behind a pooler' },
  { found: ['age'], packages: ['age'], brew: 'age', why: 'opens the recovery file of the master key' },
]

/** Installs what is missing where it may, else says how; resolves with a line for each program that stays missing. */
export async function ensureSystemPrograms() {
  const missing = PROGRAMS.filter(program => !isPresent(program))
  if (missing.length === 0) return []
  const mayInstall = process.getuid?.() === 0 && onPath('apt-get') && process.env.RELINK_SYSTEM_PACKAGES !== 'no'
  if (mayInstall) await installByApt(missing)
  const stillMissing = missing.filter(program => !isPresent(program))
  return stillMissing.map(program => `${program.packages[0]} (${program.why}): ${howTo(program)}`)
}

function isPresent(program) {
  return program.found.some(name => (name.startsWith('/') ? existsSync(name) : onPath(name)))
}

function onPath(name) {
  const directories = [...(process.env.PATH ?? '').split(':'), '/usr/bin', '/usr/sbin', '/usr/games'].filter(directory => directory !== '')
  return directories.some(directory => {
    try {
      accessSync(join(directory, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function howTo(program) {
  if (process.platform === 'darwin') return program.pip === undefined ? `brew install ${program.brew}` : `pipx install ${program.pip}`
  if (onPath('apt-get')) return `sudo apt-get install ${program.packages[0]}`
  return program.pip === undefined ? `install the package that Debian calls ${program.packages[0]}` : `pipx install ${program.pip}`
}

async function installByApt(missing) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => run('apt-get', ['-qq', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300', ...args], { cwd: '/', env, capture: true })
  process.stderr.write(`Installing system packages for the tests (once): ${missing.map(program => program.packages[0]).join(' ')}…\n`)
  const update = await apt('update')
  if (update.status !== 0) process.stderr.write(`apt-get update failed; going on with the package lists there are.\n${lastLines(update.output)}\n`)
  const names = []
  for (const program of missing) {
    for (const name of program.packages) {
      const known = await run('apt-cache', ['show', '--no-all-versions', name], { cwd: '/', env, capture: true })
      if (known.status !== 0) continue
      names.push(name)
      break
    }
  }
  const install = (...packages) => apt('install', '-y', '--no-install-recommends', ...packages)
  if (names.length === 0 || (await install(...names)).status === 0) return
  // One broken package must not keep the others away.
  for (const name of names) {
    const single = await install(name)
    if (single.status !== 0) process.stderr.write(`apt-get could not install ${name}:\n${lastLines(single.output)}\n`)
  }
}

function lastLines(output) {
  return output.trim().split('\n').slice(-5).map(line => `  ${line}`).join('\n')
}
