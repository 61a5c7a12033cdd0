/**
 * UTF-8 that a program took for Windows-1252 or ISO 8859-1 and wrote as UTF-8 once more: `MÃ¼ller`, `â‚¬`. Only a text of
 * which all that is no ASCII reads so is taken for one, and only runs that do are read back: what was added later
 * stays as it is.
 */
import { WINDOWS_1252 } from './code-pages.ts'

/** What goes on for longer is not waited for. */
const LONGEST_RUN = 65_536
const RUNS = /[^\x00-\x7f]+/gu
/** Such letters and signs stand in the texts of banks; what else comes out was no text before. */
const TEXT = /^[\u00a0-\u017f\u0218-\u021b\u0370-\u05ea\u0e00-\u0e7f\u2010-\u203a\u20a0-\u20bf\u2122\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef\ufeff]+$/u

/** Whether all of the beginning of a text reads so, and there is some of it. */
export function isTwiceEncoded(start: string): boolean {
  // The last run may be cut.
  const runs = start.slice(0, start.length - runAtEnd(start)).replace(/^\ufeff/, '').match(RUNS) ?? []
  return runs.length > 0 && runs.every((run) => readBack(run) !== null)
}

/** Reads such a text, however it is cut into pieces. */
export class TwiceDecoder {
  readonly #outer = new TextDecoder('utf-8')
  #held = ''

  decode(bytes: Uint8Array, options?: { readonly stream: boolean }): string {
    const isEnd = options?.stream !== true
    const text = this.#held + this.#outer.decode(bytes, { stream: !isEnd })
    const held = isEnd ? 0 : runAtEnd(text)
    this.#held = held > LONGEST_RUN ? '' : text.slice(text.length - held)
    return text.slice(0, text.length - this.#held.length).replace(RUNS, (run) => readBack(run) ?? run).replace(/^\ufeff/, '')
  }
}

/** How many letters at the end belong to one run. */
function runAtEnd(text: string): number {
  let from = text.length
  while (from > 0 && text[from - 1]! > '\x7f') from -= 1
  return text.length - from
}

/** What a run of letters was before; null where it was nothing else. */
function readBack(run: string): string | null {
  const bytes = [...run].map((letter) => (letter <= '\u00ff' ? letter.charCodeAt(0) : WINDOWS_1252.includes(letter) ? 0x80 + WINDOWS_1252.indexOf(letter) : null))
  if (bytes.includes(null)) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes as readonly number[]))
    return TEXT.test(text) ? text : null
  } catch {
    return null
  }
}
