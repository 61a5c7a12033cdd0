/**
 * The one rule for texts that a statement carries: control characters leave (line ends and tabs become
 * a blank), the ends are trimmed, nothing is null. Inner blanks stay as the bank wrote them, and so do
 * bidirectional marks: hiding them is the business of whoever shows the text.
 */

/** The text without control characters and outer blanks; null when nothing is left. */
export function cleanText(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null
  const cleaned = text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim()
  return cleaned === '' ? null : cleaned
}

/** The distinct non-empty texts joined by a blank; a text that a former one contains already is not repeated. */
export function joinTexts(texts: readonly (string | null | undefined)[]): string | null {
  const kept: string[] = []
  for (const text of texts) {
    const cleaned = cleanText(text)
    if (cleaned !== null && !kept.some((former) => former.includes(cleaned))) kept.push(cleaned)
  }
  return kept.length === 0 ? null : kept.join(' ')
}
