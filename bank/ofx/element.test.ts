import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../test/tries.ts'
import { child, type Element, leaf, node, readElements, textOf, writeElements } from './element.ts'

const read = (text: string): Element => {
  const element = readElements(text)
  if (typeof element === 'string') assert.fail(element)
  return element
}

test('reads leaves with and without end tags to the same tree', () => {
  const open = read('<OFX>\r\n<A>\r\n<B>one\r\n<C>two\r\n</A>\r\n<D>x</OFX>')
  assert.deepEqual(read('<OFX><A><B>one</B><C>two</C></A><D>x</D></OFX>'), open)
  assert.equal(textOf(child(open, 'A'), 'C'), 'two')
})

test('an empty leaf that is not closed swallows nothing', () => {
  const element = read('<OFX><A><MEMO><NAME>x</A><D>y</OFX>')
  assert.equal(textOf(child(element, 'A'), 'NAME'), 'x')
  assert.equal(textOf(child(element, 'A'), 'MEMO'), null)
  assert.equal(textOf(element, 'D'), 'y')
})

test('lower-case tags and entities are understood', () => {
  assert.equal(textOf(read('<ofx><memo>AT&amp;T &lt;&#233;&#xe9;&gt; R&D</ofx>'), 'MEMO'), 'AT&T <éé> R&D')
})

test('broken text is refused with a reason', () => {
  for (const text of ['', 'hello', '<OFX', '<OFX></B></OFX>', '<OFX><A b="c">', '<A>'.repeat(100)])
    assert.equal(typeof readElements(text), 'string', text)
})

test('what is written is read back, in both syntaxes', () => {
  const text = fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' })
    .map((value) => value.trim())
    .filter((value) => value !== '')
  const tag = fc.constantFrom('AA', 'BB', 'CC', 'DD')
  const tree: fc.Arbitrary<Element> = fc.letrec<{ node: Element; leaf: Element }>((tie) => ({
    leaf: fc.tuple(tag, text).map(([name, value]) => leaf(`L${name}`, value)!),
    node: fc
      .tuple(tag, fc.array(fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('node')), { minLength: 1, maxLength: 4 }))
      .map(([name, inner]) => node(`N${name}`, inner as Element[])),
  })).node
  fc.assert(
    fc.property(tree, fc.constantFrom('sgml' as const, 'xml' as const), (element, syntax) =>
      assert.deepEqual(read(writeElements(element, syntax).trim()), element),
    ),
    { numRuns: 300 },
  )
})
