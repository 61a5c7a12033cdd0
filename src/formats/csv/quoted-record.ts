/** A record of CSV, without the end of its line; each cell stands in quotes. */
export function quotedRecord(cells: readonly string[], delimiter: ',' | ';' = ','): string {
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)
}
