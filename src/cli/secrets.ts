/**
 * Secrets come from a prompt, standard input or a file, never from arguments, where other users of
 * the machine and the shell's history could read them. An argument may say where one lies: it is then
 * fetched from there for each use.
 */
import { createReadStream } from 'node:fs'
import { fileFault } from '../domain/file-fault.ts'
import { wrongSource } from '../vault/outside-source.ts'
import { inquirer } from './inquirer.ts'
import { CommandError } from './output.ts'

export type SecretSource = { readonly file: string | undefined; readonly stdin: boolean | undefined; /** Fields that are fetched from elsewhere for each use, by their source. */ readonly references?: Readonly<Record<string, string>> }

export type SecretOptions = { readonly secretsFile?: string; readonly secretsStdin?: boolean; readonly secretFrom?: readonly string[] }

/** Where the options say that the secrets are; without a terminal there is no other place. */
export function sourceOf({ secretsFile, secretsStdin, secretFrom }: SecretOptions): SecretSource {
  if (secretsFile !== undefined && secretsStdin === true) throw new CommandError('Give --secrets-file or --secrets-stdin, not both.', 2)
  return { file: secretsFile, stdin: secretsStdin, references: Object.fromEntries((secretFrom ?? []).map(referenceOf)) }
}

function referenceOf(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  const source = text.slice(at + 1)
  // What is written wrong is not repeated: it may be the secret itself.
  if (at < 1) throw new CommandError('--secret-from wants field=source, for example password=credential:bank-password.', 2)
  const wrong = wrongSource(source)
  if (wrong !== null) throw new CommandError(`--secret-from ${text.slice(0, at)}: ${wrong}`, 2)
  return [text.slice(0, at), source]
}

export function isGiven(source: SecretSource): boolean {
  return Object.keys(source.references ?? {}).length > 0 || source.file !== undefined || source.stdin === true
}

type Field = { readonly name: string; readonly label: string; readonly kind: 'text' | 'secret' | 'url'; readonly required: boolean }

/**
 * The values of a form: `given` (from arguments, no secrets), then the source (a JSON object of
 * field names to values; plain text is the value of the only secret that is missing), then prompts.
 */
export async function fillForm(all: readonly Field[], given: Readonly<Record<string, string>>, source: SecretSource): Promise<Record<string, string>> {
  const fields = all.filter(({ name }) => source.references?.[name] === undefined)
  const misplaced = fields.find((field) => field.kind === 'secret' && field.name in given)
  if (misplaced !== undefined) throw new CommandError(`${misplaced.label} is a secret and is not taken from arguments; use the prompt, --secrets-file or --secrets-stdin.`, 2)
  const values = { ...given, ...(await fromSource(fields, given, source)) }
  const missing = fields.filter((field) => field.required && values[field.name] === undefined)
  if (!process.stdin.isTTY && missing.length > 0) throw new CommandError(missing.map(howToGive).join('\n'), 2)
  for (const field of process.stdin.isTTY ? fields : []) {
    if (values[field.name] !== undefined) continue
    const message = `${field.label}:`
    const { input, password } = await inquirer()
    const value = field.kind === 'secret' ? await password({ message, mask: true }) : await input({ message, required: field.required })
    if (value !== '') values[field.name] = value
  }
  return values
}

function howToGive({ name, label, kind }: Field): string {
  const way = kind === 'secret' ? `--secrets-stdin or --secrets-file FILE (the secret alone, or JSON: {"${name}": "…"})` : `--field ${name}=…`
  return `${label} (${name}) is missing, and there is no terminal to ask on. Give it with ${way}.`
}

async function fromSource(fields: readonly Field[], given: Readonly<Record<string, string>>, source: SecretSource): Promise<Record<string, string>> {
  if (source.file === undefined && source.stdin !== true) return {}
  const content = source.file !== undefined ? await readSecretFile(source.file) : await readSecrets(process.stdin, 'What came on standard input')
  const parsed = asObject(content)
  if (parsed !== null) return parsed
  const missing = fields.filter((field) => field.kind === 'secret' && !(field.name in given))
  const [only, ...more] = missing
  if (only === undefined || more.length > 0) throw new CommandError('The secrets must be a JSON object such as {"password": "…"}, because this sign-in has several secret fields.', 2)
  return { [only.name]: content.replace(/\r?\n$/, '') }
}

export async function readSecretFile(path: string): Promise<string> {
  return readSecrets(createReadStream(path), `The secrets file ${path}`)
}

/** `what` begins the sentence that tells why it cannot be used; nothing of the content is told. */
async function readSecrets(source: AsyncIterable<Buffer | string>, what: string): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of source) {
      pieces.push(Buffer.from(piece))
      length += piece.length
      if (length > MOST_BYTES) break
    }
  } catch (error) {
    throw new CommandError(`${what} cannot be read: ${fileFault(error)}.`)
  }
  if (length > MOST_BYTES) throw new CommandError(`${what} is larger than ${MOST_BYTES / 1024} kB: that is no secret.`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
  } catch {
    throw new CommandError(`${what} is not UTF-8 text.`)
  }
}

/** Of a device that never ends, too. */
const MOST_BYTES = 64 * 1024

function asObject(content: string): Record<string, string> | null {
  if (!content.trimStart().startsWith('{')) return null
  try {
    const value: unknown = JSON.parse(content)
    if (typeof value === 'object' && value !== null && Object.values(value).every((item) => typeof item === 'string')) return value as Record<string, string>
  } catch {
    // Falls through to the message below: the text of a parse error could quote the secret.
  }
  throw new CommandError('The secrets are not a JSON object of texts, such as {"password": "…"}.', 2)
}
