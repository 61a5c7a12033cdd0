/** Structured, redacted logging. Fields are an allow-list: codes, ids, counts and durations, never texts of a bank or secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

export type Log = {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}
