/** The colours of states, out of the page's own style sheet: told apart also by whoever sees two colours of three. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

type Three = readonly [number, number, number]

const STATES = ['ok', 'wait', 'need', 'stop', 'off'] as const
/** By which two colours are seen to differ at a glance (OKLab). */
const APART = 0.075
/** Full protanopia, deuteranopia and tritanopia on linear sRGB: Machado, Oliveira and Fernandes 2009, and of the first two Viénot, Brettel and Mollon 1999. */
const SEEN: Readonly<Record<string, readonly [Three, Three, Three]>> = {
  all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
  'protanopia (1999)': [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
  'deuteranopia (1999)': [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}

const dot = (row: Three, [r, g, b]: Three): number => row[0] * r + row[1] * g + row[2] * b
const through = ([x, y, z]: readonly [Three, Three, Three], colour: Three): Three => [dot(x, colour), dot(y, colour), dot(z, colour)]

function linear(hex: string): Three {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return [r, g, b]
}

/** Björn Ottosson's OKLab. */
function oklab(colour: Three): Three {
  const [r, g, b] = colour.map((c) => Math.min(1, Math.max(0, c))) as [number, number, number]
  const cones = through([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], [r, g, b]).map(Math.cbrt) as [number, number, number]
  return through([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], cones)
}

// Fails when: “needs you” and “stopped” are one colour to who sees no green (was so, in the light theme: 0.015 apart).
test('the five colours of states are told apart in both themes, whichever of the three colours one does not see', async () => {
  const css = await readFile(join(import.meta.dirname, '../../web/src/styles.css'), 'utf8')
  const found = STATES.map((state) => [...css.matchAll(new RegExp(`--${state}: (#[0-9a-f]{6});`, 'g'))].map(([, hex = '']) => hex))
  assert.deepEqual(found.map(({ length }) => length), [2, 2, 2, 2, 2])
  const near: string[] = []
  for (const [theme, at] of [['light', 0], ['dark', 1]] as const) {
    for (const [sight, matrix] of Object.entries(SEEN)) {
      const seen = found.map((two) => oklab(through(matrix, linear(two[at]!))))
      for (const [one, a] of seen.entries()) for (const [other, b] of seen.entries()) {
        const by = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
        if (one < other && by < APART) near.push(`${theme}, ${sight}: ${STATES[one]} and ${STATES[other]} are ${by.toFixed(3)} apart`)
      }
    }
  }
  assert.deepEqual(near, [])
})
