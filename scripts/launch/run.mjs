/**
 * Runs one child of the launcher. Signals sent to the launcher reach the child, and the launcher
 * waits for it: nothing is left behind when a person presses Ctrl-C or a supervisor says stop.
 */
import { spawn } from 'node:child_process'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

/**
 * Resolves with `{ status, output }` when the child has ended; `status` follows the shell (128 + number
 * for a signal, 127 when the program does not exist). The child uses this terminal unless `capture` is set;
 * then `output` holds the last 64 kB of what it wrote.
 */
export function run(program, args, { cwd, env = process.env, capture = false }) {
  const child = spawn(program, args, { cwd, env, stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (output = (output + chunk).slice(-65_536)))
  const forwards = SIGNALS.map(signal => [signal, () => child.kill(signal)])
  for (const [signal, forward] of forwards) process.on(signal, forward)
  return new Promise(resolve => {
    const end = status => {
      for (const [signal, forward] of forwards) process.removeListener(signal, forward)
      resolve({ status, output })
    }
    child.once('error', error => {
      output += error.message
      end(127)
    })
    child.once('close', (code, signal) => end(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0)))
  })
}
