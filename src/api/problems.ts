/**
 * Errors to API clients: RFC 9457 problem details with stable codes. This table is the only place
 * where a code is made; docs/errors.md lists the same codes, and test/tidy.test.ts compares both.
 */

import { translated, type Language } from '../language/language.ts'
import { retold } from '../language/retold.ts'

type ProblemEntry = { readonly status: number; readonly title: string; readonly remedy: string }

export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid.', remedy: 'Correct the fields named in `errors` and send it again.' },
  unauthorized: { status: 401, title: 'Nobody is signed in.', remedy: 'Sign in on the page, or send `Authorization: Bearer KEY` with a key made there under Settings.' },
  sign_in_refused: { status: 401, title: 'This sign-in is not right.', remedy: 'Check what was typed, or sign in another way. Who runs the server can reset a person with `relink user reset`.' },
  forbidden: { status: 403, title: 'This role may not do that.', remedy: 'Ask an owner; `GET /account` names one.' },
  second_factor_needed: { status: 403, title: 'An owner needs a second factor.', remedy: 'Add a passkey or an authenticator app under Settings, then sign in with it.' },
  sign_in_again: { status: 403, title: 'This needs a fresh sign-in.', remedy: 'Sign in again; for ten minutes it is not asked again.' },
  forbidden_origin: { status: 403, title: 'This request came from another site or host name.', remedy: 'Open Relink by the address that `relink start` prints.' },
  not_found: { status: 404, title: 'There is no such thing here.', remedy: 'List the collection to see which ids exist.' },
  setup_closed: { status: 409, title: 'Relink is set up already.', remedy: 'Sign in, or ask an owner for an invitation.' },
  link_void: { status: 410, title: 'This link does not work, or not any more.', remedy: 'Ask for a new one: links are good once, and for a limited time.' },
  way_void: { status: 410, title: 'This way back from the bank\'s site is not open, or not any more.', remedy: 'Set out once more from the page of the connection.' },
  deleted: { status: 410, title: 'Everything in this Relink was deleted.', remedy: 'Start Relink again; it is then as new.' },
  last_owner: { status: 409, title: 'Somebody must stay owner.', remedy: 'Make somebody else an owner first.' },
  password_weak: { status: 422, title: 'This password is not taken.', remedy: 'Choose at least 12 characters that nobody would guess early; several unrelated words are good.' },
  too_many_requests: { status: 429, title: 'Too many tries.', remedy: 'Wait for the time that `Retry-After` names.' },
  already_connected: { status: 409, title: 'This login is connected already.', remedy: 'Open the existing connection named in `existing`.' },
  wrong_state: { status: 409, title: 'This cannot be done in the present state.', remedy: 'Read the resource again and act on its state.' },
  changed_meanwhile: { status: 409, title: 'It was decided otherwise meanwhile.', remedy: 'Nothing was stored. `current` is the row as it is now, `decided` who decided it and when; send the decision again without `from`, or with what it is now.' },
  busy: { status: 409, title: 'This connection is being read right now.', remedy: 'Wait for the running sync to end.' },
  different_login: { status: 409, title: 'The bank answered with a different person\'s accounts.', remedy: 'Nothing was stored. Sign in with the login of this connection, or add a new connection.' },
  too_large: { status: 413, title: 'The request is too large.', remedy: 'Send at most 20 MB; larger files can be imported on the command line.' },
  too_slow: { status: 408, title: 'The request took too long to arrive.', remedy: 'Send it again: JSON within 10 s, files within 60 s; larger files can be imported on the command line.' },
  headers_too_large: { status: 431, title: 'The headers of the request are too large.', remedy: 'Send at most 16 kB of headers; delete cookies of other programs on this host name.' },
  unsupported_media_type: { status: 415, title: 'This content type is not accepted.', remedy: 'Send JSON as `application/json`, files as `application/octet-stream`.' },
  file_unreadable: { status: 422, title: 'The file cannot be read.', remedy: 'See `detail` and `line` for the place and `reason` for why; nothing of the file was stored. Download it again at the bank, or in another format.' },
  dates_unclear: { status: 422, title: 'The dates of the file can be read in two ways.', remedy: 'Send it again with `dates`: `day-first` or `month-first`. Nothing was stored.' },
  account_unclear: { status: 422, title: 'The file does not say to which account it belongs.', remedy: 'Send it again with `accountId`: the id of one of /api/accounts, or `new` for an account that is not there yet. Nothing was stored.' },
  sign_in_failed: { status: 422, title: 'The bank could not be read.', remedy: 'See `diagnosis` for the likely cause and the next action; nothing was stored.' },
  bank_known: { status: 409, title: 'This bank is here already.', remedy: 'Open the one named in `bank`.' },
  bank_in_use: { status: 409, title: 'A login is of this bank.', remedy: 'Remove the connections named in `connectionIds` first.' },
  bank_not_answering: { status: 422, title: 'Nothing at this address answers as a bank.', remedy: 'Compare address, ORG and FID with what the bank tells; nothing was stored, and nothing secret was sent. Where `host` is given, something answered there, and not as a bank does: send the same with it as `trustedHost` if the bank itself named this host.' },
  secret_withheld: { status: 422, title: 'This secret was, or may have been, refused before and is not sent again.', remedy: 'Enter the right secret, or ask explicitly to try the same one once more.' },
  store_unavailable: { status: 503, title: 'The database does not answer.', remedy: 'Look at `relink doctor`; the request can be sent again later.' },
  internal_error: { status: 500, title: 'Something in Relink is broken.', remedy: 'The log names the place under this `instance`; please report it.' },
} as const satisfies Record<string, ProblemEntry>

export type ProblemCode = keyof typeof PROBLEMS

/** What is wrong with one field of a request. */
export type FieldError = { readonly field: string; readonly message: string }

/** Extra members of a problem: facts for programs beside the text. */
export type ProblemExtras = Readonly<Record<string, unknown>>

/** Thrown by a route to answer with a problem; the error handler of the server turns it into the body, and says `detail` and the messages of `errors` in the reader's language. */
export class ApiProblem extends Error {
  readonly code: ProblemCode
  readonly extras: ProblemExtras

  constructor(code: ProblemCode, detail?: string, extras: ProblemExtras = {}) {
    super(detail ?? PROBLEMS[code].title)
    this.code = code
    this.extras = extras
  }
}

/** The body of a problem, `application/problem+json`, its texts in the language that the request asks for. */
export function problemBody(language: Language, code: ProblemCode, detail: string | null, instance: string, extras: ProblemExtras = {}): Record<string, unknown> {
  const entry = PROBLEMS[code]
  return {
    ...extras,
    ...(Array.isArray(extras['errors']) ? { errors: (extras['errors'] as FieldError[]).map((error) => ({ ...error, message: retold(language, error.message) })) } : {}),
    type: `urn:relink:problem:${code}`,
    code,
    title: translated(language, entry.title),
    status: entry.status,
    ...(detail !== null && detail !== entry.title ? { detail: retold(language, detail) } : {}),
    remedy: translated(language, entry.remedy),
    instance,
  }
}
