/**
 * The memory of a long run, told at its end: at most, and in its first and last tenth, so that one sees
 * whether something of each part stays behind. Looked at between the parts; between looks it may be more.
 */
const TENTHS = 10
const MEGABYTE = 1_000_000

export class Footprint {
  readonly #read: () => number
  readonly #parts: number
  readonly #most = new Array<number>(TENTHS).fill(0)

  /** `read`: bytes now. */
  constructor(parts: number, read: () => number) {
    this.#parts = parts
    this.#read = read
  }

  /** The part with this number, from 1, has ended. */
  look(part: number): void {
    const tenth = Math.min(TENTHS - 1, Math.floor(((part - 1) * TENTHS) / this.#parts))
    this.#most[tenth] = Math.max(this.#most[tenth]!, this.#read())
  }

  /** One sentence; of a run that was stopped nothing is known of its last tenth. */
  tell(): string {
    const inMegabytes = (bytes: number): string => `${Math.round(bytes / MEGABYTE)} MB`
    const most = `Memory: ${inMegabytes(Math.max(...this.#most))} at most`
    const last = this.#most.at(-1)!
    return this.#parts < TENTHS || last === 0 ? `${most}.` : `${most}; ${inMegabytes(this.#most[0]!)} in the first tenth of the seeds, ${inMegabytes(last)} in the last.`
  }
}
