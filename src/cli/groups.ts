/**
 * The commands that have parts of their own: names, arguments and help. As in program.ts, what each does
 * is in the file of its name and is only loaded when it runs.
 */
import { Option, type Command } from 'commander'
import { ROLES } from '../domain/access.ts'
import { TOPICS } from '../domain/alert.ts'
import { LANGUAGES } from '../language/language.ts'
import type { AddOptions, ChangeOptions } from './alerts.ts'
import type { ExportOptions } from './health.ts'
import type { Output } from './output.ts'
import type { RecoverOptions, RecoveryOptions } from './recovery.ts'
import type { SecretOptions } from './secrets.ts'
import type { CreateOptions } from './simplefin.ts'
import type { PlanOptions } from './schedule.ts'
import type { RotateOptions } from './vault.ts'

const FILE_OPTION = ['--secrets-file <file>', 'read the passphrase from a file'] as const
const STDIN_OPTION = ['--secrets-stdin', 'read the passphrase from standard input'] as const

export function auditCommand(program: Command, output: Output, json: () => Option): void {
  const command = program.command('audit').description('who did what')
  command.command('list').description('the newest lines first').option('--limit <count>', 'how many', '50').addOption(json()).action(async ({ limit }: { limit: string }) => (await import('./audit.ts')).list(output, limit))
  command.command('verify').description('check the chain of all lines; status 1 and the first bad line when somebody changed it').option('--head <seq:hash>', 'a newest line that was noted elsewhere: it must still be there').addOption(json())
    .action(async ({ head }: { head?: string }) => (await import('./audit.ts')).verify(output, head))
}

export function alertsCommand(program: Command, output: Output, json: () => Option): void {
  const command = program.command('alerts').description('where alerts are told: mail, webhook, ntfy')
  const entered = (one: Command): Command =>
    one.option('--field <name=value...>', 'what is no secret: server, port, security, user, from, to of e-mail; server of ntfy').option('--secrets-file <file>', 'password; url of a webhook; topic and token of ntfy: a JSON object, or the one secret as text').option('--secrets-stdin', 'the same on standard input')
      .option('--topics <topics>', `all, none, or with commas between: ${TOPICS.join(', ')}`).option('--quiet <hours>', 'when nothing is sent, for example 22:00-07:00; none').option('--time-zone <zone>', 'in which times are written, for example Europe/Berlin')
      .addOption(new Option('--language <language>', 'of its messages').choices([...LANGUAGES])).addOption(new Option('--amounts <word>', 'whether amounts may stand in its messages').choices(['yes', 'no'])).addOption(json())
  command.command('list').description('where alerts are told, and how that goes').addOption(json()).action(async () => (await import('./alerts.ts')).list(output))
  entered(command.command('add').description('a further destination; the others are told of it').argument('<label>', 'what you call it').addOption(new Option('--by <kind>').choices(['email', 'webhook', 'ntfy']).makeOptionMandatory()))
    .action(async (label: string, options: AddOptions) => (await import('./alerts.ts')).add(output, label, options))
  entered(command.command('change').description('what a destination hears, when, or where it is').argument('<destination>').option('--label <label>').option('--pause', 'send nothing there').option('--resume', 'send again').option('--new-key', 'a new key for the signatures of a webhook'))
    .action(async (destination: string, options: ChangeOptions) => (await import('./alerts.ts')).change(output, destination, options))
  command.command('test').description('send a test now; status 1 when it does not get through').argument('<destination>').addOption(json()).action(async (destination: string) => (await import('./alerts.ts')).test(output, destination))
  command.command('remove').description('tell nothing there any more').argument('<destination>').addOption(json()).action(async (destination: string) => (await import('./alerts.ts')).remove(output, destination))
}

export function scheduleCommand(program: Command, output: Output, json: () => Option): void {
  const command = program.command('schedule').description('when connections are read by themselves')
  command.command('show').description('when each is read next, and how often').addOption(json()).action(async () => (await import('./schedule.ts')).show(output))
  command.command('set').description('how often, and at what hours, a connection is read').argument('<connection>').option('--every <minutes>', '60 to 1440, or usual').option('--hours <hours>', 'for example 07:00-19:00, or any').option('--time-zone <zone>', 'of these hours').addOption(json())
    .action(async (connection: string, options: PlanOptions) => (await import('./schedule.ts')).plan(output, connection, options))
  command.command('pause').description('read nothing by itself; reading by hand is always possible').addOption(json()).action(async () => (await import('./schedule.ts')).pause(output, true))
  command.command('resume').description('read by itself again').addOption(json()).action(async () => (await import('./schedule.ts')).pause(output, false))
}

export function healthCommand(program: Command, output: Output, json: () => Option): void {
  const command = program.command('health').description('how banks fared here, as a signed file for other instances (docs/health-feed.md)')
  command.command('export').description('write and sign what this instance saw of its banks in the last day; nothing of a user is in it').requiredOption('--key <file>', 'the private key, made when missing; its public half is written beside it as FILE.pub when that is missing')
    .requiredOption('-o, --output <file>', 'where to write it').addOption(json()).action(async (options: ExportOptions) => (await import('./health.ts')).exportFeed(output, options))
  command.command('verify').description('check a file of another instance: signature, key, age').argument('<file>').requiredOption('--key <file...>', 'public keys that you trust').addOption(json())
    .action(async (file: string, options: { readonly key: readonly string[] }) => (await import('./health.ts')).verifyFile(output, file, options.key))
}

export function simplefinCommand(program: Command, output: Output, json: () => Option): void {
  const command = program.command('simplefin').description('programs that read the feed over SimpleFIN: Actual, Firefly III, Sure and others')
  command.command('create').description('make a setup token for one program').requiredOption('--label <label>', 'what you call the program')
    .addOption(new Option('--account <account>', 'grant only this account (repeatable)').argParser((account: string, before: readonly string[]) => [...before, account]).default([], 'all'))
    .option('--url <address>', 'the address under which the program reaches this server').addOption(json())
    .action(async (options: CreateOptions) => (await import('./simplefin.ts')).create(output, options))
  command.command('list').description('programs that may read, and when they last did').addOption(json()).action(async () => (await import('./simplefin.ts')).list(output))
  command.command('revoke').description('end the access of a program').argument('<program>', 'id or label').addOption(json()).action(async (wanted: string) => (await import('./simplefin.ts')).revoke(output, wanted))
}

export function userCommand(program: Command, output: Output, json: () => Option): void {
  const command = program.command('user').description('who may use this Relink')
  command.command('list').description('members and their roles').addOption(json()).action(async () => (await import('./users.ts')).list(output))
  command.command('invite').description('a link that lets one person in, good for a week').argument('<label>', 'what you call the person').requiredOption('--role <role>', ROLES.join(', ')).addOption(json())
    .action(async (label: string, { role }: { role: string }) => (await import('./users.ts')).inviteOne(output, label, role))
  command.command('reset').description('the last resort: a new password; second factors, passkeys and sessions end').argument('<email>')
    .option('--secrets-file <file>', 'the new password').option('--secrets-stdin', 'the new password, on standard input').addOption(json())
    .action(async (email: string, options: SecretOptions) => (await import('./users.ts')).reset(output, email, options))
}

export function vaultCommand(program: Command, output: Output, json: () => Option): void {
  const command = program.command('vault').description('the keys of the stored secrets, and what to do when they were exposed')
  command.command('rotate').description('seal the stored secrets under another master key; can be repeated when it was interrupted')
    .option('--to <source>', 'where the new key is: file:PATH (made when missing), credential:NAME, command:["program","argument"] or env:NAME')
    .option('--reseal', 'seal every secret anew, with new keys at every level: after somebody else had this host').option('--tenant', 'the same below a master key that stays')
    .option('--from <source>', 'where the present key is; default: RELINK_MASTER_KEY').addOption(json()).action(async (options: RotateOptions) => (await import('./vault.ts')).rotate(output, options))
  command.command('exposed').description('after somebody else had this host: what to change at which bank, and here').addOption(json()).action(async () => (await import('./vault.ts')).exposed(output))
  recoveryCommands(command, output, json)
}

function recoveryCommands(command: Command, output: Output, json: () => Option): void {
  command.command('recovery').description('write the master key into a file that opens without Relink, locked by a passphrase (age)').argument('<file>')
    .option(...FILE_OPTION).option(...STDIN_OPTION).option('--recipients-file <file>', 'lock it for age recipients (age1…, one a line) instead').addOption(json())
    .action(async (file: string, options: RecoveryOptions) => (await import('./recovery.ts')).recovery(output, file, options))
  command.command('recover').description('put the master key of a recovery file back where it belongs').argument('<file>')
    .option(...FILE_OPTION).option(...STDIN_OPTION).option('--identity-file <file>', 'open it with age identities (AGE-SECRET-KEY-…, one a line) instead')
    .option('--to <source>', 'where the key is written: file:PATH; default: RELINK_MASTER_KEY').addOption(json())
    .action(async (file: string, options: RecoverOptions) => (await import('./recovery.ts')).recover(output, file, options))
}
