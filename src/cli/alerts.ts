/**
 * `relink alerts`: where alerts are told, as on the page: the same checks, limits and lines of the audit log.
 * Passwords, topics, tokens and the address of a webhook come from a prompt, standard input or a file.
 */
import type { z } from 'zod'
import { addDestination, changeDestination, removeDestination, type Change, type Made, type Refused } from '../alerts/destinations.ts'
import { plainLine } from '../alerts/words.ts'
import { changeShape, enteredShape } from '../api/alert-shapes.ts'
import { destinationParts, destinationView, tryDestination } from '../api/routes/alerts.ts'
import { TOPICS, type Destination, type DestinationKind } from '../domain/alert.ts'
import { TIME_OF_DAY, type Hours } from '../domain/hours.ts'
import type { Result } from '../domain/result.ts'
import type { Instance } from '../instance.ts'
import type { Language } from '../language/language.ts'
import { choose } from './choose.ts'
import { givenFields } from './connect.ts'
import { CommandError, type Output } from './output.ts'
import { fillForm, isGiven, sourceOf, type SecretOptions } from './secrets.ts'
import { withInstance } from './with-instance.ts'

export type AlertOptions = SecretOptions & {
  readonly field?: readonly string[]; readonly topics?: string; readonly quiet?: string; readonly timeZone?: string; readonly language?: Language; readonly amounts?: 'yes' | 'no'
}
export type AddOptions = AlertOptions & { readonly by: DestinationKind }
export type ChangeOptions = AlertOptions & { readonly label?: string; readonly pause?: boolean; readonly resume?: boolean; readonly newKey?: boolean }

type Field = Parameters<typeof fillForm>[0][number]

const text = (name: string, label: string, required = true): Field => ({ name, label, kind: 'text', required })
const secret = (name: string, label: string, required = true): Field => ({ name, label, kind: 'secret', required })

/** What is asked for each way, with the values that most servers want. */
const FIELDS: Readonly<Record<DestinationKind, readonly Field[]>> = {
  email: [text('server', 'Mail server'), text('from', 'From'), text('to', 'To (one address or several, with commas between)'), text('port', 'Port'), text('security', 'Secured by (starttls, tls, none)'), text('user', 'User name', false), secret('password', 'Password of the mail server', false)],
  webhook: [secret('url', 'Address of the webhook (https)')],
  ntfy: [text('server', 'Server'), secret('topic', 'Topic'), secret('token', 'Access token, if the server wants one', false)],
}
const USUAL: Readonly<Record<DestinationKind, Readonly<Record<string, string>>>> = { email: { port: '587', security: 'starttls' }, webhook: {}, ntfy: { server: 'https://ntfy.sh' } }

export async function list(output: Output): Promise<void> {
  await withInstance(output, async ({ store }) => {
    const destinations = await store.alerts.destinations()
    for (const one of destinations) output.data(destinationView('en', one))
    if (destinations.length === 0) return output.say('Nobody is told yet. `relink alerts add LABEL --by email` adds a destination; so does the page under Settings, Alerts.')
    const shown = destinations.map((one) => destinationView('en', one))
    output.table(['Destination', 'By', 'To', 'State', 'Hears of', 'Quiet', 'In'], shown.map(({ label, kind, to, state, failingSince, topics, quiet, language }) => [
      label, kind, to, state === 'active' && failingSince !== null ? 'not getting through' : state, topics.length === TOPICS.length ? 'all' : topics.join(', '), quiet === null ? '' : `${quiet.from}-${quiet.to}`, language,
    ]))
    for (const { label, failure } of shown) if (failure !== null) output.say(`${plainLine(label)}: ${plainLine(failure)}`)
  })
}

export async function add(output: Output, label: string, options: AddOptions): Promise<void> {
  const place = await placeFrom(options.by, options, USUAL[options.by])
  const timeZone = options.timeZone ?? here()
  const entered = checked(enteredShape, { label, place, topics: options.topics === undefined ? TOPICS : topicsOf(options.topics), quiet: quietOf(options.quiet, timeZone), timeZone, language: options.language ?? 'en', amounts: options.amounts === 'yes' })
  await withInstance(output, async (instance) => told(output, await addDestination(destinationParts(instance), 'host', { ...entered, language: entered.language ?? 'en' }), 'Added. `relink alerts test` sends a test there.'))
}

export async function change(output: Output, wanted: string, options: ChangeOptions): Promise<void> {
  if (options.pause === true && options.resume === true) throw new CommandError('Give --pause or --resume, not both.', 2)
  await withInstance(output, async (instance) => {
    const destination = await chosen(instance, wanted)
    const timeZone = options.timeZone ?? destination.timeZone
    const isMoved = options.field !== undefined || isGiven(sourceOf(options))
    const asked = {
      label: options.label, place: isMoved ? await placeFrom(destination.place.kind, options, storedOf(destination)) : undefined, topics: options.topics === undefined ? undefined : topicsOf(options.topics),
      quiet: options.quiet === undefined ? undefined : quietOf(options.quiet, timeZone), timeZone: options.timeZone, language: options.language, amounts: options.amounts === undefined ? undefined : options.amounts === 'yes',
      paused: options.pause === true ? true : options.resume === true ? false : undefined, newSigning: options.newKey,
    }
    const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
    if (Object.keys(given).length === 0) throw new CommandError('Say what to change: `relink alerts change --help` lists it.', 2)
    told(output, await changeDestination(destinationParts(instance), 'host', destination.id, checked(changeShape, given) as Change), 'Changed.')
  })
}

/** Fails where the test did not get through, with what to do. */
export async function test(output: Output, wanted: string): Promise<void> {
  await withInstance(output, async (instance) => {
    const destination = await chosen(instance, wanted)
    output.progress(`Sending a test to ${plainLine(destination.label)}…`)
    const result = await tryDestination(instance, 'host', destination)
    output.data({ id: destination.id, sent: result.ok, failure: result.ok ? null : result.failure.message })
    if (!result.ok) throw new CommandError(`The test did not get through: ${result.failure.message}`)
    output.say('The test was taken. Look whether it has arrived.')
  })
}

export async function remove(output: Output, wanted: string): Promise<void> {
  await withInstance(output, async (instance) => {
    const { id, label } = await chosen(instance, wanted)
    refusedOr(await removeDestination(destinationParts(instance), 'host', id))
    output.data({ id, removed: true })
    output.say(`Nothing is told to ${plainLine(label)} any more; its password or key is destroyed.`)
  })
}

async function chosen({ store }: Instance, wanted: string): Promise<Destination> {
  const choices = (await store.alerts.destinations()).map((one) => ({ ...one, names: [one.label], label: one.label, destination: one }))
  return choose('destinations', wanted, choices).destination
}

function told(output: Output, result: Result<Made, Refused>, words: string): void {
  const { destination, signing } = refusedOr(result)
  output.data({ ...destinationView('en', destination), signing })
  output.say(words)
  if (signing !== null) output.say(`The key of its signatures, shown this once: ${signing}`)
}

function refusedOr<T>(result: Result<T, Refused>): T {
  if (!result.ok) throw new CommandError(result.failure.message, result.failure.code === 'invalid' ? 2 : 1)
  return result.value
}

/** As the API takes it: what is typed is checked there and here by the same shapes. */
async function placeFrom(kind: DestinationKind, options: AlertOptions, usual: Readonly<Record<string, string>>): Promise<unknown> {
  const given = givenFields(options.field ?? [])
  const unknown = Object.keys(given).find((name) => !FIELDS[kind].some((field) => field.name === name))
  if (unknown !== undefined) throw new CommandError(`There is no field ${unknown}; ${kind} takes ${FIELDS[kind].map(({ name }) => name).join(', ')}.`, 2)
  const { server = '', port = '', security, user, from, to = '', password, ...rest } = await fillForm(FIELDS[kind], { ...usual, ...given }, sourceOf(options))
  if (kind === 'webhook') return { kind, ...rest }
  if (kind === 'ntfy') return { kind, server, ...rest }
  if (!/^\d{1,5}$/.test(port)) throw new CommandError('The field port wants a whole number, such as 587.', 2)
  return { kind, server: { host: server, port: Number(port), security, user: user ?? null, from, to: to.split(/[,;\s]+/).filter((one) => one !== '') }, ...(password === undefined ? {} : { password }) }
}

/** What is no secret stays as it is, unless it is given anew. */
function storedOf({ place }: Destination): Readonly<Record<string, string>> {
  if (place.kind !== 'email') return place.kind === 'ntfy' ? { server: place.origin } : {}
  const { host, port, security, user, from, to } = place.server
  return { server: host, port: String(port), security, from, to: to.join(','), ...(user === null ? {} : { user }) }
}

function topicsOf(words: string): readonly string[] {
  return words === 'all' ? TOPICS : words === 'none' ? [] : words.split(',').map((word) => word.trim())
}

/** `22:00-07:00`, or `none`. */
function quietOf(words: string | undefined, timeZone: string): Hours | null {
  return words === undefined || words === 'none' ? null : { ...timesFrom('--quiet', words), timeZone }
}

export function timesFrom(option: string, words: string): Pick<Hours, 'from' | 'to'> {
  const [from = '', to = '', ...more] = words.split('-')
  if (!TIME_OF_DAY.test(from) || !TIME_OF_DAY.test(to) || more.length > 0) throw new CommandError(`${option} wants two times of day such as 22:00-07:00, not "${words}".`, 2)
  return { from, to }
}

export function here(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Nothing that was typed is repeated: it may be a secret. */
export function checked<S extends z.ZodType>(shape: S, value: unknown): z.output<S> {
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new CommandError(`${issue?.path.join('.') ?? 'What was given'}: ${issue?.message ?? 'not valid'}`, 2)
}
