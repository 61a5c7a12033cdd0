/**
 * Makes any Unicode encoding one the scanner can read byte by byte. UTF-16 (with or without a byte order mark)
 * becomes UTF-8; a UTF-8 mark is dropped; everything else passes untouched.
 */

/** Enough to tell UTF-16 from single bytes even behind some NUL padding. */
const LOOK = 64

export class Transcoder {
  #start: Uint8Array | null = new Uint8Array(0)
  #utf16: InstanceType<typeof TextDecoder> | null = null

  push(chunk: Uint8Array): Uint8Array {
    if (this.#start === null) return this.#convert(chunk)
    const start = Buffer.concat([this.#start, chunk])
    if (start.length < LOOK) {
      this.#start = start
      return start.subarray(0, 0)
    }
    return this.#decide(start)
  }

  end(): Uint8Array {
    const start = this.#start === null ? new Uint8Array(0) : this.#decide(this.#start)
    if (this.#utf16 === null) return start
    return Buffer.concat([start, Buffer.from(this.#utf16.decode(), 'utf8')])
  }

  #decide(start: Uint8Array): Uint8Array {
    this.#start = null
    const order = utf16Order(start)
    if (order !== null) this.#utf16 = new TextDecoder(order)
    const hasMark = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf
    return this.#convert(hasMark ? start.subarray(3) : start)
  }

  #convert(chunk: Uint8Array): Uint8Array {
    return this.#utf16 === null ? chunk : Buffer.from(this.#utf16.decode(chunk, { stream: true }), 'utf8')
  }
}

function utf16Order(start: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be'
  // Without a mark: OFX begins with ASCII, so one byte of each of the first pairs is zero and the other is not.
  const pairs = Math.min(start.length >> 1, 8)
  let little = 0
  let big = 0
  for (let at = 0; at < pairs * 2; at += 2) {
    if (start[at] !== 0 && start[at + 1] === 0) little++
    if (start[at] === 0 && start[at + 1] !== 0) big++
  }
  if (pairs >= 2 && little === pairs) return 'utf-16le'
  return pairs >= 2 && big === pairs ? 'utf-16be' : null
}
