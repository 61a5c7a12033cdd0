/** ZIP archives and workbooks for tests, byte by byte: what a test wants wrong is put in by hand. */
import { crc32, deflateRawSync } from 'node:zlib'

export type Packed = { readonly name: string; readonly content: string | Uint8Array; /** As stated, where it is not what it is. */ readonly stated?: { readonly size?: number; readonly crc?: number; readonly flags?: number } }

/** PKWARE APPNOTE 4.3: local headers with their data, then the list of files and its end. */
export function zipped(files: readonly Packed[]): Buffer {
  const locals: Buffer[] = []
  const list: Buffer[] = []
  let at = 0
  for (const { name, content, stated = {} } of files) {
    const plain = Buffer.from(content)
    const data = deflateRawSync(plain)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(stated.flags ?? 0x0800, 2)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(stated.crc ?? crc32(plain), 10)
    fields.writeUInt32LE(data.length, 14)
    fields.writeUInt32LE(stated.size ?? plain.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), data])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    list.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, place, Buffer.from(name)]))
    locals.push(local)
    at += local.length
  }
  const directory = Buffer.concat(list)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.length, 4)
  end.writeUInt16LE(files.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}

export type SheetOf = { readonly name: string; /** The `row` elements. */ readonly rows: string; readonly state?: string }

/** Formats of cells: 0 General, 1 a built-in date, 2 an amount with its currency, 3 a date and time of its own. */
const STYLES =
  '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="#,##0.00\\ [$€-407];[Red]\\-#,##0.00\\ [$€-407]"/><numFmt numFmtId="165" formatCode="[$-409]dd/mm/yyyy\\ hh:mm:ss"/></numFmts>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'

export function workbook(sheets: readonly SheetOf[], { strings = '', properties = '' } = {}): Buffer {
  const relation = (id: string, type: string, target: string): string => `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`
  return zipped([
    { name: '[Content_Types].xml', content: '<Types/>' },
    { name: 'xl/workbook.xml', content: `<workbook xmlns:r="x">${properties}<sheets>${sheets.map(({ name, state }, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"${state === undefined ? '' : ` state="${state}"`}/>`).join('')}</sheets></workbook>` },
    { name: 'xl/_rels/workbook.xml.rels', content: `<Relationships>${sheets.map((_, at) => relation(`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`)).join('')}${relation('a', 'styles', 'styles.xml')}${relation('b', 'sharedStrings', '/xl/sharedStrings.xml')}</Relationships>` },
    { name: 'xl/styles.xml', content: STYLES },
    { name: 'xl/sharedStrings.xml', content: `<sst>${strings}</sst>` },
    ...sheets.map(({ rows }, at) => ({ name: `xl/worksheets/sheet${at + 1}.xml`, content: `<worksheet><sheetData>${rows}</sheetData></worksheet>` })),
  ])
}
