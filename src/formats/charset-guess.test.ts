/** Texts that do not say their charset: tables of banks of many countries as their exports are encoded, and the words that tell. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guessByLooks, guessCharset } from './charset-guess.ts'
import { countHeadings } from './csv/headings.ts'
import { readCsv } from './csv/read.ts'
import { readQif } from './qif/read.ts'
import { bytes, collect, summary } from './testing/collect.ts'

/** Charset, the file in base64, the name of its first row, its summary. */
const FILES: readonly (readonly [string, string, string, string])[] = [
  ['shift_jis', 'k/qVdCyTRZd2LI54laWCoovginosl2GCqYLoi+CKeiyNt4j4jmONggoyMDI0LzIvNSy+zN7dIJVcjqYsMTI1MCwsOTg3NTAKMjAyNC8yLzYsi4uXXiwsMTAwMDAwLDE5ODc1MAo=', 'ｾﾌﾞﾝ 表示', '2 98750 2024-02-05 2024-02-06 100000 198750'],
  ['gb18030', 'vbvS18jVxtosvbvS173wtu4s0+C27iy9u9LX1arSqgoyMDI0MDIwNSwtMTIuNTAsOTg3LjUwLM/7t9EKMjAyNDAyMDYsMTAwMC4wMCwxOTg3LjUwLLmk18oK', '消费', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['euc-kr', 'sMW3ocDPvcMswPu/5CzD4rHdvtcswNSx3b7XLMDcvtcKMjAyNC4wMi4wNSzEq7XlLDEyNTAwLDAsOTg3NTAwCjIwMjQuMDIuMDYssd6/qSwwLDEwMDAwMDAsMTk4NzUwMAo=', '카드', '2 987500 2024-02-05 2024-02-06 1000000 1987500'],
  ['windows-1251', 'xODy4CDu7+Xw4Pbo6DvR8+zs4CDu7+Xw4Pbo6DvO7+jx4O3o5QowNS4wMi4yMDI0Oy0yNTAsNTA7z//yuPDu9+rgCjA2LjAyLjIwMjQ7MTAwMDAsMDA7x+Dw7+vg8uAK', 'Пятёрочка', '2 9749.5 2024-02-05 2024-02-06 - -'],
  ['windows-1250', 'I0RhdGEgb3BlcmFjamk7I09waXMgb3BlcmFjamk7I0t3b3RhOyNTYWxkbyBwbyBvcGVyYWNqaQoyMDI0LTAyLTA1O69BQktBIKPTRI87LTEyLDUwOzk4Nyw1MAoyMDI0LTAyLTA2O1dZUKNBVEE7MSAwMDAsMDA7MSA5ODcsNTAK', 'ŻABKA ŁÓDŹ', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-1253', 'x+zl8e/s5+3f4TvQ5fHp4/Hh9t470O/z/DvV8Pzr7+nw7wowNS8wMi8yMDI0O8HDz9HBOy0xMiw1MDs5ODcsNTAKMDYvMDIvMjAyNDvMydPIz9M7MS4wMDAsMDA7MS45ODcsNTAK', 'ΑΓΟΡΑ', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-1254', 'VGFyaWg7Qef9a2xhbWE7VHV0YXI7QmFraXllCjA1LjAyLjIwMjQ7QUxJ3lZFUt3eOy0xMiw1MDs5ODcsNTAKMDYuMDIuMjAyNDtNQUHeOzEuMDAwLDAwOzEuOTg3LDUwCg==', 'ALIŞVERİŞ', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['windows-1255', '+uD46eos+ung5fgs4PHu6/rgLOHn5eHkLOHm6+X6LOn6+OQKMDUvMDIvMjQs8eX0+CwxMjMsMTIuNTAsLDk4Ny41MAowNi8wMi8yNCzu+evl+PosMTI0LCwxMDAwLjAwLDE5ODcuNTAK', 'סופר', '2 987.5 2024-02-05 2024-02-06 1000 1987.5'],
  ['macintosh', 'RGF0ZTtMaWJlbGyOO0SOYml0O0NyjmRpdAowNS8wMi8yMDI0O0NBRoM7MTIsNTA7CjA2LzAyLzIwMjQ7U0FMQUlSRTs7MTAwMCwwMAo=', 'CAFÉ', '2 987.5 2024-02-05 2024-02-06 - -'],
  ['windows-1252', 'RGF0ZTtMaWJlbGzpO0TpYml0O0Ny6WRpdAowNS8wMi8yMDI0O0NBRskgwCBMkoxVRjsxMiw1MDsKMDYvMDIvMjAyNDtHcvbfZSwgxnL4ICYgxXNlOzsxMDAwLDAwCg==', 'CAFÉ À L’ŒUF', '2 987.5 2024-02-05 2024-02-06 - -'],
]

for (const [charset, base64, name, expected] of FILES) {
  test(`a table in ${charset} is read in its letters, however it is cut`, async () => {
    const file = Buffer.from(base64, 'base64')
    assert.equal(guessCharset(file, countHeadings), charset === 'windows-1252' ? null : charset)
    for (const size of [1, 7, 100_000]) {
      const { statements, failure } = await collect(readCsv(bytes(file, size)))
      assert.equal(failure, null, failure?.message)
      assert.deepEqual([statements[0]!.rows[0]!.name, summary(statements[0]!)], [name, expected])
    }
  })
}

test('UTF-8 is UTF-8, also with a letter or two in another charset, and a character that is cut is no proof', () => {
  const words = Buffer.from('Дата;Müller;日付;Crédit;Größe')
  assert.equal(guessByLooks(words), null)
  assert.equal(guessByLooks(Buffer.concat([words, Buffer.from([0xe9])])), null)
  assert.equal(guessByLooks(Buffer.from('plain')), null)
})

test('western texts stay Windows-1252 where nothing speaks for another charset', () => {
  for (const text of ['Grüße aus Köln', 'Débit différé à Orléans', 'Kjøp på Ås, Ærø', 'AÇÃO CRÉDITO SÃO PAULO', '5 £ « ok »', 'É', 'À ÉTÉ'])
    assert.equal(guessByLooks(Buffer.from(text, 'latin1')), null, text)
})

test('a QIF without headings tells its charset by its letters', async () => {
  const file = Buffer.concat([Buffer.from('!Type:Bank\nD05.02.2024\nT-1,00\nP'), Buffer.from([0xcf, 0xff, 0xf2, 0xb8, 0xf0, 0xee, 0xf7, 0xea, 0xe0]), Buffer.from('\n^\n')])
  const { statements } = await collect(readQif(bytes(file)))
  assert.equal(statements[0]!.rows[0]!.name, 'Пятёрочка')
})
