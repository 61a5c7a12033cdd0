import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { read } from './evidence-text.ts'
import { KNOWLEDGE } from './knowledge/base.ts'
import { mayContain, needlesOf } from './needles.ts'

const sentences = readFileSync(new URL('../../test/fixtures/bank-sentences.jsonl', import.meta.url), 'utf8').split('\n').filter((line) => line !== '').map((line) => read(JSON.parse(line)).text)
const expressions = [...new Set(KNOWLEDGE.rules.flatMap(({ when: { text, near = [], not } }) => [text, ...near, not?.text].flatMap((source) => source ?? [])))]

test('no expression of the knowledge that matches a sentence of the banks is said to have no chance there, and most searches are spared', () => {
  let [searched, matched] = [0, 0]
  for (const source of expressions) {
    const [needles, words] = [needlesOf(source), new RegExp(source, 'u')]
    for (const text of sentences) {
      const [may, does] = [needles === null || mayContain(text, needles), words.test(text)]
      assert.ok(may || !does, `${source} matches ${text}`)
      if (may) searched++
      if (does) matched++
    }
  }
  assert.ok(searched < 3 * matched + expressions.length * sentences.length * 0.05, `${searched} searches for ${matched} matches`)
})

test('what must be there is told from what may be there', () => {
  const may = (source: string, text: string) => {
    const needles = needlesOf(source)
    return needles === null || mayContain(text, needles)
  }
  for (const [source, text, expected] of [
    ['password', 'wrong password', true], ['password', 'wrong pin', false],
    ['pass ?words?', 'pass word', true], ['colou?r', 'color', true], ['ab{0,2}cde', 'acde', true], ['(?:very )?old key', 'old key', true],
    ['old|new', 'new', true], ['old|new', 'none', false], ['(old|new) key', 'new lock', false], ['(old|new) key', 'new key', true],
    ['bank[^.]{0,20}(down|closed)', 'bank is closed', true], ['bank[^.]{0,20}(down|closed)', 'bank is open', false],
    ['not(?! known) here', 'not here', true], ['(?<!un)known', 'known', true], ['\\bip\\b', 'an ip is', true], ['\\bip\\b', 'none', false],
    ['\\d\\d:\\d\\d', '12:30', true], ['[ab]cd|ef', 'bcd', true], ['a\\.b\\.c', 'a.b.c', true], ['授权', '授权', true], ['授权', '同意', false],
    ['(ab|(bc|de)fg)hi', 'dehi', false], ['(ab|(bc|de)fg)hi', 'defghi', true], ['(ab|(bc|de)fg)hi', 'abhi', true], ['(?:one|two)+ three', 'two three', true],
  ] as const) {
    assert.equal(may(source, text), expected, `${source} in ${text}`)
    assert.ok(expected || !new RegExp(source, 'u').test(text), 'an expectation that the expression itself denies')
  }
})
