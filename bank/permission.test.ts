/** The permission that a customer gives to a program at the web site, and the tokens that come of it. */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { type Bank, createBank } from './bank.ts'
import { createPerson } from './person.ts'
import { sendInMemory } from './send.ts'

const VERIFIER = 'v'.repeat(43)
const RETURN = 'http://localhost:7351/return'

const bankOf = (): Bank => createBank({ clock: { now: () => Date.UTC(2026, 10, 22, 20) }, seed: 1, historyDays: 10 })

/** The code that ana's permission comes with. */
async function permit(bank: Bank): Promise<string> {
  const asked = new URLSearchParams({ response_type: 'code', client_id: 'relink', redirect_uri: RETURN, state: 's', code_challenge: hash('sha256', VERIFIER, 'base64url'), code_challenge_method: 'S256' })
  const back = await createPerson({ user: 'ana', password: 'correct horse', send: sendInMemory(bank) }).givePermission(`http://localhost/authorize?${asked.toString()}`)
  return new URL(back).searchParams.get('code') ?? ''
}

async function tokens(bank: Bank, given: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly access_token?: string; readonly refresh_token?: string; readonly error?: string }> {
  const { status, text } = await sendInMemory(bank)({ method: 'POST', path: '/token', headers: {}, body: new URLSearchParams({ client_id: 'relink', ...given }).toString() })
  return { ...(text.startsWith('{') ? JSON.parse(text) : {}), status }
}

const byCode = (bank: Bank, code: string) => tokens(bank, { grant_type: 'authorization_code', code, code_verifier: VERIFIER, redirect_uri: RETURN })
const renewed = (bank: Bank, refresh: string | undefined) => tokens(bank, { grant_type: 'refresh_token', refresh_token: refresh ?? '' })

// Fails when: only the newest token but one is good (was so): after two answers that were lost nobody could renew any more.
test('the token that was shown is good until the new one was, however often the answer is lost', async () => {
  const bank = bankOf()
  const first = await byCode(bank, await permit(bank))
  const statuses: number[] = []
  for (let lost = 0; lost < 3; lost++) statuses.push((await renewed(bank, first.refresh_token)).status)
  const came = await renewed(bank, first.refresh_token)
  const next = await renewed(bank, came.refresh_token)
  assert.deepEqual([statuses, came.status, next.status], [[200, 200, 200], 200, 200])
  assert.equal((await renewed(bank, first.refresh_token)).error, 'invalid_grant', 'the new one was shown')
})

test('a code that is shown twice, or by who did not set out, gives nothing, and what it gave before ends', async () => {
  const bank = bankOf()
  const [code, other] = [await permit(bank), await permit(bank)]
  const given = await byCode(bank, code)
  assert.equal((await byCode(bank, code)).error, 'invalid_grant')
  assert.equal((await renewed(bank, given.refresh_token)).error, 'invalid_grant')
  assert.equal((await tokens(bank, { grant_type: 'authorization_code', code: other, code_verifier: 'w'.repeat(43), redirect_uri: RETURN })).error, 'invalid_grant')
})

// Fails when: what has no other address is told to have moved as well (was so): the new address of the OFX server mended nothing.
test('tokens stay where they are when the OFX server moves, and are not given when the bank is away', async () => {
  const bank = bankOf()
  const { refresh_token: refresh } = await byCode(bank, await permit(bank))
  bank.inject({ name: 'url-moved' })
  const moved = await renewed(bank, refresh)
  bank.inject({ name: 'http-503' })
  assert.deepEqual([moved.status, (await renewed(bank, moved.refresh_token)).status], [200, 503])
})
