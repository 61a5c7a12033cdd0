/**
 * Reads DATABASE_URL into the fields of a connection, so that another user can be put in without
 * cutting an address apart. Promises that a refusal names the part that is wrong and never shows the
 * password. Opens no connection; version and rights are checked by the store when it opens.
 */
import { Client } from 'pg'
import { failed, ok, type Result } from '../../domain/result.ts'

export type DatabaseAddress = {
  /** A host name, or the directory of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  /** As the driver derives it from `sslmode` and its kin. */
  readonly ssl: Client['ssl']
  /** What the server is told of the session (`options=endpoint%3Dname` at hosts that tell databases apart by it); absent where the address has none. */
  readonly options?: string
}

/** What libpq knows of TLS; anything else the driver passes over. */
const TLS_WORDS = /^(ssl|sslcert|sslkey|sslrootcert|sslnegotiation|sslcompression|sslsni|sslpassword|sslcertmode|sslcrl|sslcrldir|ssl_(min|max)_protocol_version)$/
const TLS_MODES = /^(disable|allow|prefer|require|verify-ca|verify-full|no-verify)$/

/** The address in the driver's own reading, so that what is checked is what will be used. */
export function readDatabaseUrl(url: string, variable = 'DATABASE_URL'): Result<DatabaseAddress, { readonly message: string }> {
  const refused = (what: string): Result<DatabaseAddress, { readonly message: string }> =>
    failed({ message: `${variable} is not usable: ${what}. Example: postgres://relink:PASSWORD@db.example:5432/relink.${variable === 'DATABASE_URL' ? ' Leave it out to use the embedded database.' : ''}` })
  if (!/^postgres(ql)?:\/\//.test(url)) return refused('it must begin with postgres:// or postgresql://')
  try {
    const query = new URLSearchParams(url.split('?')[1] ?? '')
    const misspelt = [...query].find(([name, value]) => /^ssl/i.test(name) && !(name === 'sslmode' ? TLS_MODES : TLS_WORDS).test(name === 'sslmode' ? value : name))
    if (misspelt !== undefined) return refused(`its parameter ${misspelt[0] === 'sslmode' ? `sslmode=${misspelt[1]}` : misspelt[0]} is none that the driver knows, so that the connection might go out without TLS`)
    const { host, port, database, user, password, ssl } = new Client({ connectionString: inPlainTerms(url) })
    if (!(port >= 1 && port <= 65_535)) return refused('its port is not a number from 1 to 65535')
    if (!user) return refused('it names no user')
    if (!database) return refused('it names no database')
    const options = query.get('options')
    return ok({ host, port, database, user, password: password ?? undefined, ssl, ...(options === null ? {} : { options }) })
  } catch (error) {
    const { syscall, path } = error as NodeJS.ErrnoException
    if (syscall !== undefined) return refused(`the file ${String(path)} that it names cannot be read`)
    // The driver's message may quote the address with its password.
    return refused('it cannot be read as an address; its port must be a number from 1 to 65535, and special characters in the password must be percent-encoded (@ is %40)')
  }
}

/**
 * The driver checks the certificate for each of these words and prints a page about it at every
 * connection; written as what they mean to it, they mean the same and nothing is printed.
 */
function inPlainTerms(url: string): string {
  return /[?&]uselibpqcompat=/.test(url) ? url : url.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=&|$)/g, '$1verify-full')
}
