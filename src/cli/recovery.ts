/**
 * `relink vault recovery` and `relink vault recover`: the master key in an age file, and back. The
 * passphrase comes from a prompt, standard input or a file; who reads the file is in a file of age's own
 * (recipients, identities): nothing of it is in an argument.
 */
import { inquirer } from './inquirer.ts'
import { CommandError, orFail, type Output } from './output.ts'
import { fillForm, isGiven, readSecretFile, sourceOf, type SecretOptions } from './secrets.ts'
import type { RecoveryLock } from '../vault/recovery.ts'
import { configuration } from './with-instance.ts'

export type RecoveryOptions = SecretOptions & { readonly recipientsFile?: string }
export type RecoverOptions = SecretOptions & { readonly identityFile?: string; readonly to?: string }

export async function recovery(output: Output, path: string, options: RecoveryOptions): Promise<void> {
  const config = configuration()
  const lock = await lockOf(options, 'Passphrase of the recovery file')
  const { makeRecoveryFile } = await import('../recover-key.ts')
  output.progress('Locking the file takes some seconds…')
  const { keyId } = orFail(await makeRecoveryFile(config, { path, lock, tell: (message) => output.error(message) }))
  output.data({ file: path, keyId })
  output.say(`${path} holds the master key ${keyId}. Keep it in another place than this host${options.recipientsFile === undefined ? ', and the passphrase in a third' : ''}.`)
  output.say('Back: relink vault recover FILE. Without Relink: age -d FILE prints the key as RELINK_MASTER_KEY=file: reads it.')
}

export async function recover(output: Output, path: string, options: RecoverOptions): Promise<void> {
  const config = configuration()
  const unlock = options.identityFile === undefined ? { passphrase: await passphraseOf(options, 'Passphrase of the recovery file', false) } : { identities: await linesOf(alone(options, options.identityFile)) }
  const { useRecoveryFile } = await import('../recover-key.ts')
  output.progress('Opening the file takes some seconds…')
  const to = options.to ?? config.masterKey
  const { keyId, file } = orFail(await useRecoveryFile(config, { path, to, unlock, tell: (message) => output.error(message) }))
  output.data({ file, keyId })
  output.say(`${file} holds the master key ${keyId} now.${to === config.masterKey ? '' : ' Set RELINK_MASTER_KEY to it.'}`)
}

/** By what a file is locked: a passphrase, or age recipients. */
export async function lockOf(options: RecoveryOptions, label: string): Promise<RecoveryLock> {
  return options.recipientsFile === undefined ? { passphrase: await passphraseOf(options, label, true) } : { recipients: await linesOf(alone(options, options.recipientsFile)) }
}

/** Typed twice where it locks: what was mistyped once would never open again. */
async function passphraseOf(options: SecretOptions, label: string, twice: boolean): Promise<string> {
  const source = sourceOf(options)
  const { passphrase = '' } = await fillForm([{ name: 'passphrase', label, kind: 'secret', required: true }], {}, source)
  if (twice && process.stdin.isTTY && !isGiven(source) && (await (await inquirer()).password({ message: 'Once more:', mask: true })) !== passphrase) throw new CommandError('The two passphrases differ. Nothing was written.')
  return passphrase
}

function alone(options: SecretOptions, file: string): string {
  if (isGiven(sourceOf(options))) throw new CommandError('Give a passphrase or a file of recipients or identities, not both.', 2)
  return file
}

/** One a line, as age writes them; `#` begins a remark. */
async function linesOf(path: string): Promise<readonly string[]> {
  return (await readSecretFile(path)).split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
}
