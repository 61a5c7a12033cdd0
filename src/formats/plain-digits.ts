/** Numbers as they are written beside other scripts: digits of Arabic, Persian, Indian and Thai writing, full-width ones of East Asia, marks of direction. */

/** The zeros; nine digits follow each. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0]
const FULL_WIDTH = 0xfee0

/** The text with its digits, and the signs that go with them, in ASCII. */
export function plainDigits(text: string): string {
  if (!/[^\x00-\x7f]/.test(text)) return text
  return text
    .replace(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - FULL_WIDTH))
    .replace(/٫/g, '.')
    .replace(/٬/g, ',')
    .replace(/\p{Nd}/gu, (digit) => {
      const code = digit.codePointAt(0)!
      const zero = ZEROS.find((one) => code >= one && code < one + 10)
      return zero === undefined ? digit : String(code - zero)
    })
}
