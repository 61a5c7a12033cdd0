/**
 * DOS code pages, which the platform's TextDecoder does not know: 437 (USA), 850 (Western Europe) and 852 (Central
 * Europe). Programs and banks that began under DOS still export in them. One place makes the decoders of all charsets.
 */

/** 0x80 to 0xFF of each; 850 with the euro sign that it got as 858. */
const PAGES: ReadonlyMap<string, string> = new Map([
  ['ibm437', 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'],
  ['ibm850', 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0'],
  ['ibm852', 'ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u00ad˝˛ˇ˘§÷¸°¨˙űŘř■\u00a0'],
])

/** Numbers of code pages that the platform knows by another name only. */
const NAMES: ReadonlyMap<string, string> = new Map([['932', 'shift_jis'], ['936', 'gbk'], ['950', 'big5'], ['10000', 'macintosh']])

/** 0x80 to 0x9F of Windows-1252; the five undefined codes stay the control characters they are in ISO 8859-1. */
export const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

export type Decoder = { decode(bytes: Uint8Array, options?: { readonly stream: boolean }): string }

/** The decoder of a charset by its label, an alias or the number of a DOS code page; null for one that nobody knows. */
export function decoderOf(label: string, fatal = false): (Decoder & { readonly encoding: string }) | null {
  const number = /^(?:cp|ibm|dos|pc|oem)?[-_ ]?(437|85[028])$/i.exec(label.trim())?.[1]
  const encoding = `ibm${number === '858' ? '850' : number}`
  const letters = PAGES.get(encoding)
  if (letters !== undefined) return { encoding, decode: (bytes) => fromPage(bytes, letters) }
  try {
    return new TextDecoder(NAMES.get(label.replace(/^(?:windows|cp|ms)-?/i, '')) ?? label, { fatal })
  } catch {
    return null
  }
}

function fromPage(bytes: Uint8Array, letters: string): string {
  const ascii = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  return ascii.replace(/[\x80-\xff]/g, (character) => letters[character.charCodeAt(0) - 0x80]!)
}
