import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choose } from './choose.ts'
import { CommandError } from './output.ts'

const only = { id: '01a220e8-3b6d-70e5-92ca-958f14844ca4', names: ['Business Checking', '1000200031'], label: 'Business Checking' }

test('what says nothing chooses nothing, also where there is only one', () => {
  for (const nothing of ['', '0', '01', '01a', 'B', '31']) assert.throws(() => choose('accounts', nothing, [only]), CommandError, nothing)
  for (const meant of ['01a2', '01A220E8-3B6D-70E5-92CA-958F14844CA4', 'check', '0031']) assert.equal(choose('accounts', meant, [only]), only, meant)
})
