/**
 * The command line: names, arguments and help of every command. What each does is in the file of
 * its name, and is only loaded when it runs: a dry run needs no server, help needs nothing at all.
 * Wrong usage ends with status 2, a failure with 1; only success ends with 0.
 */
import { Command, CommanderError, Option } from 'commander'
import { alertsCommand, auditCommand, healthCommand, scheduleCommand, simplefinCommand, userCommand, vaultCommand } from './groups.ts'
import { Interrupted, Uncaught } from './interrupt.ts'
import { CommandError, createOutput, type Output } from './output.ts'
import { StoreUnavailable } from '../ports/store.ts'
import { TOLD_WORDS } from './told.ts'
import { DATES_SAID } from '../domain/dates-said.ts'
import { LANGUAGES } from '../language/language.ts'
import { VERSION } from '../version.ts'

const FIRST_DAY = 'the first day (2026-01-31)'
const CONNECTION = 'its id or the beginning of it, or a part of the bank\'s name'
const ACCOUNT = 'its id or the beginning of it, the end of its number, or a part of its name'
const LAST_DAY = 'the last day, which counts as well'

/** Runs one command line; resolves to the exit status. `argv` without node and script. */
export async function run(argv: readonly string[]): Promise<number> {
  const output = createOutput(argv.includes('--json'), { out: process.stdout, err: process.stderr, noColour: process.env['NO_COLOR'] !== undefined })
  const program = buildProgram(output)
  try {
    await program.parseAsync(argv, { from: 'user' })
    const lost = await lostByNow(output)
    if (lost !== null) return lostOutput(lost, output)
    return process.exitCode === undefined ? 0 : Number(process.exitCode)
  } catch (error) {
    // The work that was interrupted may still wait for a bank; everything that it used is closed.
    if (error instanceof Interrupted) process.exit(error.status)
    if (error instanceof Uncaught) process.exit(statusOf(error.cause, output))
    // Help and version end here, too, and are no success where nobody can read them.
    const lost = error instanceof CommanderError && error.exitCode === 0 ? await lostByNow(output) : output.lost
    return lost === null ? statusOf(error, output) : lostOutput(lost, output)
  }
}

/** Whether all of it could be written is known once it is. */
async function lostByNow(output: Output): Promise<string | null> {
  const unwritten = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => process.stdout.write('', resolve))
  return output.lost ?? unwritten?.code ?? null
}

/** A reader that went away wanted no more; 141 is what shells know of that. A full disk is a failure. */
function lostOutput(code: string, output: Output): number {
  if (code === 'EPIPE') return 141
  output.error(`Standard output cannot be written (${code}).`)
  return 1
}

function statusOf(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof CommandError) {
    output.error(error.message)
    return error.status
  }
  if (error instanceof StoreUnavailable) {
    // A server goes on; a command has ended.
    output.error(`${error.message} ${error.remedy.replace(/; [^;]*Relink goes on by itself[^;]*$/, ', then give the command again.')}`)
    return 1
  }
  if (error instanceof Error && error.name === 'ExitPromptError') return 130 // Ctrl-C at a prompt
  output.error(`Something in Relink is broken; please report this: ${error instanceof Error ? error.stack : String(error)}`)
  return 1
}

function buildProgram(output: Output): Command {
  const program = new Command('relink')
    .description('Bank feeds that bring every transaction exactly once, and say what is broken and how to mend it.')
    .version(VERSION)
    .showHelpAfterError('(relink --help lists all commands)')
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
  const json = (): Option => new Option('--json', 'print JSON and nothing else on standard output')
  const secrets = (command: Command): Command =>
    command.option('--secrets-file <file>', 'read the secrets from a file: a JSON object, or the one secret as text').option('--secrets-stdin', 'read the secrets from standard input')
  const elsewhere = (command: Command): Command =>
    secrets(command).option('--secret-from <field=source...>', 'keep only where a secret lies, and fetch it for each sign-in: command:["program","argument"] or credential:NAME (systemd)')

  program.command('demo').description('see a feed arrive, break and mend: own database, sandbox bank and page')
    .option('--auto', 'play the whole story without a person and check it').option('--port <number>', 'port of the page', wholeNumber('--port', 65_535)).addOption(json())
    .action(async (options) => (await import('./demo.ts')).demoCommand(output, options))
  program.command('start').description('the server with its page and one worker').action(async () => (await import('./start.ts')).startCommand(output))
  program.command('token').description('the link that sets up the first owner, when `start` runs where it is not shown; the token for programs of this machine').addOption(json()).action(async () => (await import('./token.ts')).tokenCommand(output))
  program.command('worker').description('one more worker on the same database').action(async () => (await import('./start.ts')).workerCommand(output))
  program.command('bank').description('the sandbox bank: OFX, web site and faults on this host (relink bank --help)').helpOption(false).allowUnknownOption().argument('[options...]')
    .action(async (_options, _values, command: Command) => (await import('./bank.ts')).bankCommand(command.args))
  elsewhere(program.command('connect').description('connect a login at a bank').argument('[institution]', 'id or name').option('--route <connector>', 'which way to connect, where a bank has several')
    .option('--field <name=value...>', 'a field of the sign-in that is not a secret').option('--once-more', 'send it although the bank refused this very secret before; banks lock after a few').addOption(json()))
    .action(async (institution, options) => (await import('./connect.ts')).connectCommand(output, institution, options))
  program.command('sync').description('read one connection, or all').argument('[connection]', CONNECTION).addOption(json()).action(async (connection) => (await import('./sync.ts')).syncCommand(output, connection))
  program.command('status').description('how every connection is, and what waits for you').addOption(json()).action(async () => (await import('./sync.ts')).statusCommand(output))
  program.command('accounts').description('all accounts').option('--forget-dates <account>', 'ask again how the dates of its files begin, where they can be read in two ways').addOption(json())
    .action(async (options) => (await import('./accounts.ts')).accountsCommand(output, options))
  program.command('currency').description('say the currency of an account whose files name none; without a code, take back what was said').argument('<account>', ACCOUNT).argument('[code]').addOption(json())
    .action(async (account, code) => (await import('./accounts.ts')).currencyCommand(output, account, code))
  program.command('transactions').description('the rows of an account').argument('<account>', ACCOUNT).option('--from <day>', FIRST_DAY).option('--to <day>', LAST_DAY).option('--text <text>', 'only rows that contain it').option('--why <id>', 'why one row is here: every report that made it, and every change').addOption(json())
    .action(async (account, options) => (await import('./accounts.ts')).transactionsCommand(output, account, options))
  secrets(program.command('repair').description('walk the repair of a broken connection').argument('<connection>', CONNECTION).option('--did <step>', 'a step that you have done, by its number or id').option('--cannot <step>', 'a step that you cannot do')
    .addOption(new Option('--told <facts...>', 'what you see at the bank: the causes are ranked anew').choices(TOLD_WORDS))
    .option('--bundle <file>', 'only show the support file (what was asked and answered, without secrets and names) and save it')
    .option('--letter <file>', 'only show the letter to the bank and save it').addOption(new Option('--language <language>', 'of the letter').choices(LANGUAGES)).addOption(json()))
    .action(async (connection, options) => (await import('./repair.ts')).repairCommand(output, connection, options))
  elsewhere(program.command('secret').description('enter a new password for a connection, and sign in once with it').argument('<connection>', CONNECTION).option('--once-more', 'send it once more although the bank refused it: the one that is given, or else the stored one; banks lock after a few').addOption(json()))
    .action(async (connection, options) => (await import('./repair.ts')).secretCommand(output, connection, options))
  elsewhere(program.command('reconnect').description('sign in beside a connection (new login, route or bank entry), see what would change, then switch').argument('<connection>', CONNECTION).option('--institution <institution>', 'another entry of the bank').option('--route <connector>', 'another way to connect')
    .option('--field <name=value...>', 'a field of the sign-in that is not a secret').option('--once-more', 'send it although the bank refused this very secret before').option('--switch', 'switch to the sign-in of the last preview').option('--cancel', 'end the last preview; nothing of it is kept').addOption(json()))
    .action(async (connection, options) => (await import('./reconnect.ts')).reconnectCommand(output, connection, options))
  program.command('disable').description('stop reading; all rows stay').argument('<connection>', CONNECTION).addOption(json()).action(async (connection) => (await import('./sync.ts')).disableCommand(output, connection))
  program.command('enable').description('read again; what was missed is fetched').argument('<connection>', CONNECTION).addOption(json()).action(async (connection) => (await import('./sync.ts')).enableCommand(output, connection))
  program.command('remove').description('delete the sign-in; rows stay').argument('<connection>', CONNECTION).addOption(json()).action(async (connection) => (await import('./sync.ts')).removeCommand(output, connection))
  program.command('import').description('read statement files into the feed').argument('<file...>', '- for standard input').option('--account <account>', 'the account they belong to, or `new`: needed where a file does not tell').addOption(new Option('--dates <order>', 'how its dates begin: needed where 05/01/2024 may be two days').choices(DATES_SAID))
    .option('--currency <code>', 'its currency, as EUR, where the file names none').option('--dry-run', 'only read and check; needs no database').addOption(json())
    .action(async (files, options) => (await import('./import.ts')).importCommand(output, files, options))
  program.command('runs').description('what was read and imported, newest first').addOption(json()).action(async () => (await import('./history.ts')).runsCommand(output))
  program.command('undo').description('take back what a read or an import made; the undo can be taken back, too').argument('<run>', 'its id, or the name of the file').addOption(json())
    .action(async (run) => (await import('./history.ts')).undoCommand(output, run))
  program.command('recompute').description('judge all reports of an account again and show what would change').argument('<account>', ACCOUNT).option('--apply', 'make it true, in one step that `undo` takes back').addOption(json())
    .action(async (account, options) => (await import('./recompute.ts')).recomputeCommand(output, account, options))
  program.command('export').description('write an account, or everything, as a file').option('--format <format>', 'ofx, qfx, qbo, csv, camt053, qif, hledger, ledger, beancount or json').option('--account <account...>', `${ACCOUNT}; several: in one table (csv, json), or a file of each in a directory`).option('--all-accounts', 'the same of all accounts').option('--everything', 'accounts, rows, questions, rules and connections as one JSON file; no secrets')
    .option('--encrypt', 'lock the file with a passphrase (age)').option('--secrets-file <file>', 'read the passphrase from a file').option('--secrets-stdin', 'read the passphrase from standard input').option('--recipients-file <file>', 'lock it for age recipients (age1…, one a line) instead')
    .option('--from <day>', FIRST_DAY).option('--to <day>', LAST_DAY).option('--continues', 'a journal that goes on after one of the days before').option('-o, --output <file>', 'default: standard output; of several accounts a directory, but for csv and json').option('--replace', 'in a directory: the files of before are replaced, once all are written')
    .action(async (options) => (await import('./export.ts')).exportCommand(output, options))
  program.command('diagnose').description('what is wrong with a connection, or with each record on standard input').argument('[connection]', CONNECTION).addOption(new Option('--format <format>').choices(['jsonl'])).option('--bundle <file>', 'read a support file, offline').addOption(json())
    .action(async (connection, options) => (options.format === 'jsonl' && options.bundle === undefined ? (await import('./diagnose-lines.ts')).diagnoseInput(output) : (await import('./diagnose.ts')).diagnoseCommand(output, connection, options)))
  program.command('explain').description('what an error code means, in any system').argument('<code...>').addOption(json()).action(async (words) => (await import('./explain.ts')).explainCommand(output, words.join(' ')))
  program.command('doctor').description('check this host: clock, names, certificates, database, disk').addOption(json()).action(async () => (await import('./doctor.ts')).doctorCommand(output))
  simplefinCommand(program, output, json)
  alertsCommand(program, output, json)
  scheduleCommand(program, output, json)
  healthCommand(program, output, json)
  vaultCommand(program, output, json)
  userCommand(program, output, json)
  auditCommand(program, output, json)
  program.command('simulate').description('play the engine against banks that break, under a virtual clock; says what was lost, doubled or wrong')
    .option('--seed <seed>', 'the first seed, or the line of a seed that failed (default 1)').option('--scenario <name>', 'play what a named scenario pins').option('--planted [name]', 'put wrong parts in, one after the other, and see that each is found').option('--runs <count>', 'how many seeds', wholeNumber('--runs', 100_000_000)).option('--postgres', 'on an embedded PostgreSQL instead of in memory')
    .addOption(new Option('--report <report>', 'repair: every fault alone and --runs pairs of them, each mended in three ways').choices(['repair']))
    .addOption(new Option('--lives <profile>', 'lives of one account with files of one program or two, a feed, both, two logins, or all that people do').choices(['one', 'two', 'feed', 'both', 'logins', 'acts'])).addOption(json())
    .action(async (options) => (await import('./simulate.ts')).simulateCommand(output, options))
  for (const later of ['backup', 'restore']) {
    program.command(later, { hidden: false }).description('comes with a later version').argument('[rest...]').allowUnknownOption()
      .action(() => { throw new CommandError(`relink ${later} is not in version ${VERSION} yet; CHANGELOG.md tells when it comes.`) })
  }
  return program
}

function wholeNumber(name: string, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value > most) throw new CommandError(`${name} must be a whole number up to ${most}.`, 2)
    return value
  }
}
