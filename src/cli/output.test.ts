/** What reaches a terminal. */
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { createOutput } from './output.ts'

test('a name or text that steers a terminal or turns its writing is shown without that; JSON carries it whole', () => {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const output = createOutput(false, { out: Object.assign(out, { isTTY: true }), err, noColour: false })
  const evil = 'a\u001b]0;owned\u0007\u001b[2J\u202egpj.exe\r\u009b31mz'
  output.say(`${output.bold('Name')} ${evil}`)
  output.table(['Text'], [[evil]])
  output.error(evil)
  const [said, wrong] = [String(out.read()), String(err.read())]
  assert.match(said, /^\u001b\[1mName\u001b\[0m a\]0;owned\[2Jgpj\.exe31mz\n/)
  assert.doesNotMatch(said.replaceAll(/\u001b\[[01]m/g, '') + wrong, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  const json = new PassThrough()
  createOutput(true, { out: json, err, noColour: true }).data({ evil })
  assert.deepEqual(JSON.parse(String(json.read())), { evil })
})
