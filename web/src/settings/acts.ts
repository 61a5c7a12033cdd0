/** The acts of the audit log in words: what was done, what kind of thing it was done to, what else is told of it. The log itself holds codes, which `relink audit` prints. */
import type { AuditLine } from '../api.ts'
import { message, say } from '../language/language.ts'
import { ROLE_NAMES } from '../parts/role.tsx'

/** What signed somebody in. */
export const METHODS: Readonly<Record<string, string>> = { password: message('password'), totp: message('password and app'), recovery: message('password and recovery code'), passkey: message('passkey'), link: message('the link of the terminal') }

const ACTS: Readonly<Record<string, string>> = {
  'account.adopted': message('Account continued as one that was missing'),
  'account.changed': message('Account renamed, paused or read again'),
  'account.currency_said': message('Currency of an account said'),
  'accounts.exported': message('Rows of all accounts saved as a file'),
  'account.exported': message('Rows of an account saved as a file'),
  'account.parted': message('Accounts taken apart again'),
  'account.recomputed': message('Account recomputed'),
  'accounts.chosen': message('Accounts to read chosen'),
  'all.exported': message('Everything saved as a file'),
  'bank.added': message('Bank added by its address'),
  'bank.changed': message('Bank changed that was added by its address'),
  'bank.removed': message('Bank removed that was added by its address'),
  'challenge.answered': message('Question of the bank answered'),
  'connection.added': message('Connection added'),
  'connection.disabled': message('Connection disabled'),
  'connection.enabled': message('Connection enabled'),
  'connection.previewed': message('Another sign-in tried at the bank'),
  'connection.removed': message('Connection removed'),
  'connection.renamed': message('Login named'),
  'connection.switched': message('Connection switched to another sign-in'),
  'dates.forgotten': message('Order of dates in files forgotten'),
  'destination.added': message('Destination added'),
  'destination.changed': message('Destination changed'),
  'destination.removed': message('Destination removed'),
  'destination.tested': message('Destination tested'),
  'file.imported': message('File imported'),
  'invitation.revoked': message('Invitation revoked'),
  'key.made': message('Key made'),
  'key.revoked': message('Key revoked'),
  'member.changed': message('Member changed'),
  'member.invited': message('Member invited'),
  'member.joined': message('Member joined'),
  'member.removed': message('Member removed'),
  'owner.set_up': message('First owner set up'),
  'passkey.added': message('Passkey added'),
  'passkey.removed': message('Passkey removed'),
  'password.changed': message('Password changed'),
  'password.reset': message('New password by mail'),
  'password.reset_asked': message('New password asked for by mail'),
  'preview.cancelled': message('The other sign-in dropped'),
  'reading.paused': message('Reading paused'),
  'reading.resumed': message('Reading resumed'),
  'recovery_codes.made': message('Recovery codes made'),
  'run.undone': message('Read or import undone'),
  'schedule.changed': message('Schedule changed'),
  'secret.lent': message('Bank’s password used for a sign-in'),
  'secret.once_more': message('Bank’s password sent once more on request'),
  'secret.refused': message('Bank’s password refused by the bank'),
  'secret.sealed': message('Bank’s password stored, encrypted'),
  'secret.set': message('Bank’s password entered'),
  'session.ended': message('Session ended'),
  'sign_in.done': message('Signed in'),
  'sign_in.refused': message('Sign-in refused'),
  'tenant.deleted': message('Everything before deleted'),
  'totp.added': message('Authenticator app added'),
  'totp.removed': message('Authenticator app removed'),
  'user.reset': message('Sign-in set anew by who runs this server'),
}

/** What was acted on, by the first word of the act. */
const THINGS: Readonly<Record<string, string>> = {
  account: message('Account'), accounts: message('Connection'), challenge: message('Question'), connection: message('Connection'), dates: message('Account'), destination: message('Destination'), file: message('Account'),
  invitation: message('Invitation'), key: message('Key'), member: message('Member'), owner: message('Member'), passkey: message('Member'), password: message('Member'), preview: message('Preview'), recovery_codes: message('Member'),
  run: message('Read or import'), schedule: message('Connection'), secret: message('Connection'), session: message('Member'), sign_in: message('Member'), totp: message('Member'), user: message('Member'),
}

/** What the log is searched by: each with the first words of its acts. */
export const KINDS: Readonly<Record<string, { readonly name: string; readonly words: readonly string[] }>> = {
  sign_ins: { name: message('Sign-ins'), words: ['sign_in', 'session', 'password', 'passkey', 'totp', 'recovery_codes', 'user'] },
  members: { name: message('Members'), words: ['member', 'invitation', 'owner'] },
  banks: { name: message('Banks'), words: ['connection', 'challenge', 'preview', 'accounts', 'schedule', 'reading'] },
  secrets: { name: message('Banks’ passwords'), words: ['secret'] },
  rows: { name: message('Accounts and files'), words: ['account', 'file', 'run', 'dates', 'all', 'tenant'] },
  programs: { name: message('Keys of programs'), words: ['key'] },
  alerts: { name: message('Alerts'), words: ['destination'] },
}

type Words = Readonly<Record<string, string>>

const OUTCOMES: Words = {
  connected: message('connected'), challenge: message('the bank asks'), preview: message('preview made'), exists: message('connected already'), invalid: message('a field was wrong'), withheld: message('not sent: refused before'), failed: message('the bank could not be read'),
  wrong_state: message('not possible then'), secret_withheld: message('not sent: refused before'), different_login: message('another person’s login'),
}
const SCOPES: Words = { read: message('read'), work: message('work') }
const STATES: Words = { active: message('in use'), open: message('in use'), paused: message('paused'), stopped: message('stopped') }
const YES: Words = { true: message('yes'), false: message('no') }
const PLACES: Words = { email: message('E-mail'), webhook: message('Webhook'), ntfy: message('ntfy') }
/** Whatever it was for. */
const NO = message('no')

/** What a line tells beside: its name, and words for its value (one for all, where each means the same); null: the value is said as it is, being a number, a day or a name. */
const FACTS: Readonly<Record<string, readonly [name: string, values: Words | string | null]>> = {
  accounts: [message('Accounts'), null],
  added: [message('New rows'), null],
  address: [message('Address'), null],
  connections: [message('Connections'), null],
  currency: [message('Currency'), null],
  delegated: [message('Connections whose password they may enter'), null],
  entered: [message('Address or password entered anew'), YES],
  everyMinutes: [message('Every so many minutes'), null],
  failure: [message('Taken in'), NO],
  file: [message('File'), null],
  format: [message('Format'), null],
  from: [message('From'), null],
  head: [message('Seal of the last line'), null],
  host: [message('Sign-ins go to'), null],
  hours: [message('Between'), null],
  institution: [message('Bank'), null],
  keys: [message('Keys that sealed them'), null],
  kind: [message('Way'), PLACES],
  label: [message('Called'), null],
  lines: [message('Lines of the log'), null],
  matched: [message('Rows known already'), null],
  method: [message('Signed in by'), METHODS],
  name: [message('New name'), null],
  outcome: [message('Outcome'), OUTCOMES],
  refused: [message('Not done'), OUTCOMES],
  role: [message('Role'), ROLE_NAMES],
  rows: [message('Entries'), null],
  scope: [message('It may'), SCOPES],
  secrets: [message('Stored passwords'), null],
  sent: [message('Sent'), YES],
  startOn: [message('Rows since'), null],
  state: [message('State'), STATES],
  to: [message('To'), null],
  transactions: [message('Rows'), null],
  trusted: [message('Taken for the bank unproved'), null],
  version: [message('Password number'), null],
}

export type Fact = { readonly name: string; readonly value: string }

/** `member.invited` → `Member invited`. What this page does not know yet is shown by its code. */
export function actOf({ action }: Pick<AuditLine, 'action'>): string {
  const known = ACTS[action]
  if (known !== undefined) return say(known)
  const words = action.replaceAll(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The kind of what was acted on; null: it was nothing, or nothing that has a kind. */
export function thingOf({ action, object }: Pick<AuditLine, 'action' | 'object'>): string | null {
  const kind = THINGS[action.split('.', 1)[0]!]
  return object === '' || kind === undefined ? null : say(kind)
}

/** Kinds of which all that are there have their names on the page: one without is gone. But what is sealed may be of a place of alerts, too. */
const NAMED: ReadonlySet<string> = new Set(['Account', 'Connection', 'Key', 'Member'])

export function isGone({ action, object }: Pick<AuditLine, 'action' | 'object'>): boolean {
  return object !== '' && action !== 'member.invited' && !action.startsWith('secret.') && NAMED.has(THINGS[action.split('.', 1)[0]!] ?? '')
}

/** What else is told in words. `bankOf`: the name of a bank by its id. */
export function factsOf({ codes }: Pick<AuditLine, 'codes'>, bankOf: (id: string) => string | undefined): readonly Fact[] {
  return Object.entries(codes).flatMap(([code, value]) => {
    const [name, values] = FACTS[code] ?? []
    if (name === undefined || value === null || value === '') return []
    const word = typeof values === 'string' ? values : values?.[String(value)]
    if (values !== null && word === undefined) return []
    return [{ name: say(name), value: word === undefined ? (code === 'institution' ? (bankOf(String(value)) ?? String(value)) : String(value)) : say(word) }]
  })
}

/** For programs alone: by which stored copy or invitation it was, which no words tell apart. */
const FOR_PROGRAMS: ReadonlySet<string> = new Set(['ciphertext', 'invitation'])

/** Whether each part of a line has words; what a later version wrote has none here and is shown by its code. */
export function hasWords({ action, codes }: Pick<AuditLine, 'action' | 'codes'>): boolean {
  return ACTS[action] !== undefined && Object.entries(codes).every(([code, value]) => {
    const [, values] = FACTS[code] ?? []
    return value === null || FOR_PROGRAMS.has(code) || (values !== undefined && (values === null || typeof values === 'string' || values[String(value)] !== undefined))
  })
}

/** The line as the log has it: `member.invited, ID, role: reader`. */
export function codeOf({ action, object, codes }: Pick<AuditLine, 'action' | 'object' | 'codes'>): string {
  return [action, object, ...Object.entries(codes).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`)].filter((part) => part !== '').join(', ')
}
