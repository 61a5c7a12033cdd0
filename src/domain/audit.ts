/** One line of the audit log: who did what to which thing, never a secret, chained to the line before (security.md section 7). */

/** Words, numbers and digests that say more of an act. */
export type AuditCodes = Readonly<Record<string, string | number | boolean | null>>

export type AuditEntry = {
  /** `user:ID`, `key:ID`, `host` (the command line, the token of this machine) or `relink` itself. */
  readonly actor: string
  /** `member.invited`, `secret.set` … */
  readonly action: string
  /** The id of what was acted on; empty where there is none. */
  readonly object: string
  readonly codes: AuditCodes
}

export type AuditHead = { readonly seq: number; readonly hash: Uint8Array }

export type AuditRecord = AuditEntry & { readonly seq: number; readonly at: number; readonly prev: Uint8Array; readonly hash: Uint8Array }

/** Makes the next line from the newest one; called while that is locked. */
export type Seal = (head: AuditHead | null) => AuditRecord
