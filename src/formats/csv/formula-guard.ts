/**
 * Keeps texts of a bank from running as formulas in a spreadsheet: a text that begins like one gets an
 * apostrophe in front, which spreadsheets do not show. Amounts and dates are never touched. The reader
 * takes the apostrophe away again, so a file that was written and read is the same.
 */

/** Prefixes `'` where the text (after apostrophes of its own) begins with = + - @ TAB CR or NUL. */
export function guardFormula(text: string): string {
  return /^'*[=+\-@\t\r\0]/.test(text) ? `'${text}` : text
}

/** The text as it was before `guardFormula`, and without what others write around a number so that a spreadsheet takes it for a text (`="0012"`). */
export function unguardFormula(text: string): string {
  return /^'+[=+\-@\t\r\0]/.test(text) ? text.slice(1) : text.replace(/^="([^"]*)"$/, '$1')
}
