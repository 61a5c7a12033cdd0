/** The process: one command line in, one exit status out. Everything else is in cli/. */
import { run } from './cli/program.ts'

process.exitCode = await run(process.argv.slice(2))
