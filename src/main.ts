/** The process: one command line in, one exit status out. Everything else is in cli/. */
import { run } from './cli/program.ts'

// Whoever reads our output may stop early (`relink … | head`); that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit() : undefined))

process.exitCode = await run(process.argv.slice(2))
