/**
 * Tells a database that cannot serve, or a tenant that is gone, from a bug. Every error of the driver passes here once; what is
 * an outage becomes `StoreUnavailable` with a remedy, the rest is thrown on as it is.
 */
import { StoreUnavailable, type StoreFailureCode } from '../../ports/store.ts'

const REMEDY: Record<Exclude<StoreFailureCode, 'lock_lost'>, string> = {
  database_unreachable: 'Start the database, or correct its address; Relink goes on by itself when it answers.',
  database_full: 'Free space on the disk of the database; nothing was lost, and Relink goes on by itself.',
  database_read_only: 'Point Relink at the writable server, not at a standby, or end the read-only mode.',
  database_busy: 'Raise max_connections of the server, or run fewer Relink workers.',
  database_damaged: 'The database reports damaged files: stop Relink, check the disk, and restore a backup.',
  database_limited: 'Raise or remove the time limits of the roles of Relink in the server (statement_timeout, lock_timeout, transaction_timeout, idle_in_transaction_session_timeout); Relink goes on by itself.',
  database_untrusted: 'Name the authority of its certificate in the address (sslmode=verify-full&sslrootcert=FILE), or renew the certificate; Relink goes on by itself.',
  database_refused: 'Let the login in again, or correct its password; Relink goes on by itself.',
  tenant_deleted: 'Start Relink again; it is then as new.',
}

/** SQLSTATE (PostgreSQL, appendix A; class 08 below), and Node's codes of a connection that failed. */
const CODES: Readonly<Record<string, keyof typeof REMEDY>> = {
  '57P01': 'database_unreachable', '57P02': 'database_unreachable', '57P03': 'database_unreachable',
  '57P05': 'database_unreachable', '53100': 'database_full', '53200': 'database_busy', '53300': 'database_busy', '25006': 'database_read_only',
  '58030': 'database_damaged', 'XX001': 'database_damaged', 'XX002': 'database_damaged', ENOSPC: 'database_full',
  ECONNREFUSED: 'database_unreachable', ECONNRESET: 'database_unreachable', ENOENT: 'database_unreachable', EPIPE: 'database_unreachable',
  ETIMEDOUT: 'database_unreachable', EHOSTUNREACH: 'database_unreachable', ENETUNREACH: 'database_unreachable', ENOTFOUND: 'database_unreachable',
  EAI_AGAIN: 'database_unreachable', EACCES: 'database_unreachable', '57014': 'database_limited', '55P03': 'database_limited', '25P03': 'database_limited', '25P04': 'database_limited',
  '28000': 'database_refused', '28P01': 'database_refused', '3D000': 'database_unreachable',
  CERT_HAS_EXPIRED: 'database_untrusted', CERT_NOT_YET_VALID: 'database_untrusted', DEPTH_ZERO_SELF_SIGNED_CERT: 'database_untrusted', SELF_SIGNED_CERT_IN_CHAIN: 'database_untrusted', CERT_UNTRUSTED: 'database_untrusted', CERT_REVOKED: 'database_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'database_untrusted', UNABLE_TO_GET_ISSUER_CERT: 'database_untrusted', UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'database_untrusted', ERR_TLS_CERT_ALTNAME_INVALID: 'database_untrusted',
}

const FOREIGN_KEY_VIOLATION = '23503'
/** As the server names what holds a row to its tenant. */
const OF_TENANT = /_tenant_id_fkey$/

/** The driver's own words for a lost connection; it gives them no code. */
const LOST = /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Postgres connection has been discarded)/

/** The error as an outage; null when it is none. */
export function outageOf(error: unknown): StoreUnavailable | null {
  if (error instanceof StoreUnavailable) return error
  if (!(error instanceof Error)) return null
  const code = errorCode(error)
  const isDeleted = code === FOREIGN_KEY_VIOLATION && OF_TENANT.test(String((error as { constraint?: unknown }).constraint))
  const found = isDeleted ? 'tenant_deleted' : (CODES[code] ?? (code.startsWith('08') || LOST.test(error.message) ? 'database_unreachable' : undefined))
  if (found === undefined && error instanceof AggregateError) return error.errors.map(outageOf).find((outage) => outage !== null) ?? null
  return found === undefined ? null : new StoreUnavailable(found, messageOf(found), REMEDY[found], error)
}

/** A deadlock or a serialization failure: the same transaction may simply run again. */
export function isRetriable(error: unknown): boolean {
  return error instanceof Error && ['40001', '40P01'].includes(errorCode(error))
}

export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' ? code : ''
}

function messageOf(code: keyof typeof REMEDY): string {
  switch (code) {
    case 'database_unreachable': return 'The database does not answer.'
    case 'database_full': return 'The disk of the database is full.'
    case 'database_read_only': return 'The database does not accept changes.'
    case 'database_busy': return 'The database has no room for another connection or no memory.'
    case 'database_damaged': return 'The database cannot read its own files.'
    case 'database_limited': return 'The database stopped the work because of a time limit.'
    case 'database_untrusted': return 'The certificate of the database is not trusted.'
    case 'database_refused': return 'The database does not let Relink in.'
    case 'tenant_deleted': return 'Everything in this Relink was deleted.'
  }
}
