/**
 * The compound files of OLE (MS-CFB), in which old Excel keeps a workbook: streams by name, in sectors that are chained by a table.
 * Held whole in memory. What leads outside of the file, or in a circle, is damage.
 */
import { failed, ok, type Result } from '../../domain/result.ts'
import type { FormatFailure } from '../../domain/statement.ts'

const SIGNATURE = [0xd0, 0xcf, 0x11, 0xe0] as const
const HEADER = 512
const ENTRY = 128
/** From here up numbers of sectors say something else: the end of a chain, a free one. */
const NO_SECTOR = 0xfffffffa
const IN_HEADER = 109

export const CUT_OFF: FormatFailure = { code: 'truncated', message: 'The workbook is cut off or damaged. Download it again.', line: 0 }

export function isCompound(start: Uint8Array): boolean {
  return SIGNATURE.every((byte, at) => start[at] === byte)
}

/** The stream of the first of these names that is there; null where there is none. */
export function streamIn(file: Buffer, names: readonly string[]): Result<Buffer | null, FormatFailure> {
  try {
    const compound = new Compound(file)
    const name = names.find((wanted) => compound.has(wanted))
    return ok(name === undefined ? null : compound.read(name))
  } catch (error) {
    if (error instanceof RangeError) return failed(CUT_OFF)
    throw error
  }
}

/** Throws `RangeError` where the file is not whole: as Node's buffers do for what lies beyond them. */
class Compound {
  readonly #file: Buffer
  readonly #sector: number
  /** How many sectors the file has: no chain is longer, and no table tells of more. */
  readonly #sectors: number
  readonly #table: readonly number[]
  readonly #entries: ReadonlyMap<string, { readonly start: number; readonly size: number }>
  readonly #shortBelow: number
  /** The sectors of short streams, and where they lie. */
  readonly #shortTable: readonly number[]
  readonly #short: Buffer

  constructor(file: Buffer) {
    this.#file = file
    this.#sector = 1 << file.readUInt16LE(30)
    if (this.#sector !== 512 && this.#sector !== 4_096) throw new RangeError('sectors of no size')
    this.#sectors = Math.ceil(file.length / this.#sector) - 1
    this.#table = this.#tableSectors().flatMap((sector) => numbersOf(this.#sectorAt(sector)))
    const list = this.#chain(file.readUInt32LE(48))
    const entries = new Map<string, { readonly start: number; readonly size: number }>()
    let root = { start: NO_SECTOR, size: 0 }
    for (let at = 0; at + ENTRY <= list.length; at += ENTRY) {
      const type = list[at + 66]
      const entry = { start: list.readUInt32LE(at + 116), size: list.readUInt32LE(at + 120) }
      if (type === 5) root = entry
      // The first of a name is that of the top: others lie in what is embedded.
      const name = list.toString('utf16le', at, at + Math.max(0, list.readUInt16LE(at + 64) - 2)).toLowerCase()
      if (type === 2 && !entries.has(name)) entries.set(name, entry)
    }
    this.#entries = entries
    this.#shortBelow = file.readUInt32LE(56)
    this.#shortTable = numbersOf(this.#chain(file.readUInt32LE(60)))
    this.#short = this.#chain(root.start)
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase())
  }

  read(name: string): Buffer {
    const { start, size } = this.#entries.get(name.toLowerCase())!
    const bytes = size < this.#shortBelow ? chained(start, this.#shortTable, Math.ceil(this.#short.length / 64), (sector) => this.#short.subarray(sector * 64, sector * 64 + 64)) : this.#chain(start)
    if (bytes.length < size) throw new RangeError('a stream ends before its size')
    return bytes.subarray(0, size)
  }

  /** The sectors that hold the table: the first stand in the header, the others in a chain of their own. */
  #tableSectors(): readonly number[] {
    const count = Math.min(this.#file.readUInt32LE(44), Math.ceil((this.#sectors * 4) / this.#sector))
    const sectors = numbersOf(this.#file.subarray(76, 76 + 4 * IN_HEADER))
    const seen = new Set<number>()
    for (let next = this.#file.readUInt32LE(68); sectors.length < count && next < NO_SECTOR && !seen.has(next); ) {
      seen.add(next)
      const numbers = numbersOf(this.#sectorAt(next))
      sectors.push(...numbers.slice(0, -1))
      next = numbers.at(-1)!
    }
    return sectors.slice(0, count).filter((sector) => sector < NO_SECTOR)
  }

  #chain(start: number): Buffer {
    return chained(start, this.#table, this.#sectors, (sector) => this.#sectorAt(sector))
  }

  #sectorAt(sector: number): Buffer {
    const from = (sector + 1) * this.#sector
    // The last one may be shorter than a sector: some programs do not fill it.
    if (from >= this.#file.length || from < HEADER) throw new RangeError('a sector outside of the file')
    return this.#file.subarray(from, from + this.#sector)
  }
}

function chained(start: number, table: readonly number[], most: number, sectorAt: (sector: number) => Buffer): Buffer {
  const sectors: Buffer[] = []
  for (let sector = start; sector < NO_SECTOR; sector = table[sector]!) {
    if (sector >= table.length || sectors.length >= most) throw new RangeError('a chain that leads nowhere')
    sectors.push(sectorAt(sector))
  }
  return Buffer.concat(sectors)
}

function numbersOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length >> 2 }, (_, at) => bytes.readUInt32LE(at * 4))
}
