/** An Excel workbook (`.xlsx`, ECMA-376): its sheets in their order, with the texts and the formats that their cells name. */
import { ArchiveFault, type Archive } from '../archive.ts'
import { decodeText } from '../decode.ts'
import { all, ElementParser, type Element } from '../xml-elements.ts'
import { cellText, damagedBook, joinedText, numberFormat, type CellContext, type NumberFormat } from './cells.ts'

/** Cells by column; `number` is that of the row in its sheet, from 1. */
export type SheetRow = { readonly cells: readonly string[]; readonly number: number }

/** Those that a person sees. */
export type Sheet = { readonly name: string; /** Throws `ArchiveFault`. */ readonly rows: () => AsyncGenerator<SheetRow> }

/** One more than a list in CSV may have, which is refused there; Excel's own last column is `XFD`. */
export const COLUMNS_MAX = 201
const ROWS_MAX = 1_048_576
/** Some programs number it. */
const BOOK = /(?:^|\/)(workbook\d*\.xml)$/i

export function isWorkbook(archive: Archive): boolean {
  return archive.names.some((name) => BOOK.test(name))
}

/** Throws `ArchiveFault`. */
export async function openWorkbook(archive: Archive): Promise<readonly Sheet[]> {
  const book = archive.names.find((name) => BOOK.test(name))!
  const pathTo = (target: string): string => joined(/^[\\/]/.test(target) ? target : `${book}/../${target}`)
  const named = new Map(archive.names.map((name) => [name.toLowerCase(), name]))
  const parts = new Map<string, { readonly type: string; readonly path: string }>()
  for await (const { attributes } of elementsIn(archive, named.get(pathTo(`_rels/${BOOK.exec(book)![1]}.rels`).toLowerCase()) ?? null, ['Relationship'])) {
    const path = pathTo(attributes.get('Target') ?? '')
    parts.set(attributes.get('Id') ?? '', { type: /[^/]*$/.exec(attributes.get('Type') ?? '')![0], path: named.get(path.toLowerCase()) ?? path })
  }
  const pathOf = (type: string): string | null => [...parts.values()].find((part) => part.type === type)?.path ?? null
  const sheets: { readonly name: string; readonly path: string | null }[] = []
  let from1904 = false
  for await (const { name, attributes } of elementsIn(archive, book, ['workbookPr', 'sheet'])) {
    if (name === 'workbookPr') from1904 = /^(?:1|true|on)$/i.test(attributes.get('date1904') ?? '')
    else if (!/hidden/i.test(attributes.get('state') ?? '')) sheets.push({ name: attributes.get('name') ?? '', path: parts.get(attributes.get('id') ?? '')?.path ?? null })
  }
  const strings: string[] = []
  for await (const item of elementsIn(archive, pathOf('sharedStrings'), ['si'])) strings.push(joinedText(item))
  const context: CellContext = { strings, formats: await formatsIn(archive, pathOf('styles')), from1904 }
  return sheets.map(({ name, path }) => ({ name, rows: () => rowsIn(archive, path, context) }))
}

/** Without what leads up again. */
function joined(path: string): string {
  return path.split(/[\\/]/).reduce<readonly string[]>((parts, part) => (part === '..' ? parts.slice(0, -1) : part === '' || part === '.' ? parts : [...parts, part]), []).join('/')
}

/** The formats of cells, by their number. */
async function formatsIn(archive: Archive, path: string | null): Promise<readonly NumberFormat[]> {
  const codes = new Map<number, string>()
  const formats: NumberFormat[] = []
  for await (const element of elementsIn(archive, path, ['numFmt', 'cellXfs'])) {
    if (element.name === 'numFmt') codes.set(Number(element.attributes.get('numFmtId')), element.attributes.get('formatCode') ?? '')
    else
      for (const format of all(element, 'xf')) {
        const id = Number(format.attributes.get('numFmtId') ?? 0)
        formats.push(numberFormat(id, codes.get(id) ?? null))
      }
  }
  return formats
}

async function* rowsIn(archive: Archive, path: string | null, context: CellContext): AsyncGenerator<SheetRow> {
  if (path === null || !archive.names.includes(path)) throw damagedBook(path ?? 'xl/worksheets')
  let last = 0
  for await (const row of elementsIn(archive, path, ['row'])) {
    last = Number(row.attributes.get('r') ?? last + 1)
    if (!(last >= 1 && last <= ROWS_MAX)) throw damagedBook(`${path}, r="${last}"`)
    const cells: string[] = []
    for (const cell of all(row, 'c')) {
      const at = columnOf(cell.attributes.get('r')) ?? cells.length
      if (at >= COLUMNS_MAX) continue
      while (cells.length < at) cells.push('')
      cells[at] = cellText(cell, context)
    }
    yield { cells, number: last }
  }
}

/** From 0; `C12` is in the third. Null where no place is told: the cell is beside the one before. */
function columnOf(place: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}/i.exec(place ?? '')?.[0]
  return letters === undefined ? null : [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

/** The elements of these names in a file of the archive, each whole, as they come. */
async function* elementsIn(archive: Archive, path: string | null, names: readonly string[]): AsyncGenerator<Element> {
  if (path === null) return
  let read: Element[] = []
  const parser = new ElementParser({ wanted: (at) => names.includes(at.at(-1)!), opened: () => null, read: (element) => (read.push(element), null), closed: () => null })
  const taken = (): readonly Element[] => {
    const now = read
    read = []
    return now
  }
  let begun = false
  for await (const text of decodeText(archive.read(path))) {
    begun = true
    const failure = parser.write(text)
    yield* taken()
    if (failure !== null) throw new ArchiveFault({ ...failure, message: `The workbook is damaged (${path}). Download it again.`, line: 0 })
  }
  const failure = begun ? parser.end() : null
  yield* taken()
  if (failure !== null) throw new ArchiveFault({ ...failure, message: `The workbook is damaged (${path}). Download it again.`, line: 0 })
}
