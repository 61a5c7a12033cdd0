import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostEntropy } from '../adapters/entropy.ts'
import type { ConnectorContext } from '../connector-kit/connector.ts'
import { createVault } from '../vault/vault.ts'
import { masterKeyOf } from '../vault/keys.ts'
import { connectInstitution, reconnect } from './connect.ts'
import { syncConnection } from './sync.ts'
import { refusal, World } from './testing.ts'

const ORIGIN = 'https://bank.example:443'

/** The world with the real vault: each list of accounts signs in, and the bank knows these passwords. */
class VaultWorld extends World {
  readonly sent: string[] = []
  readonly passwords = new Map([['anna', 'right']])
  readonly vault = createVault({ secrets: this.store.secrets, tenantId: 't', masterKey: masterKeyOf(new Uint8Array(32).fill(1)), clock: { now: () => this.now, sleep: async () => {} }, entropy: hostEntropy })
  readonly real = { ...this.deps, vault: this.vault, openTransport: (connection: { readonly id: string; readonly loginIndex: string }) => ({ exchange: async () => await this.#signIn(connection) }) }

  constructor() {
    super()
    const { connector } = this.bank
    const listAccounts = async (context: ConnectorContext) => {
      const answer = await context.transport.exchange({} as never)
      return answer.ok ? await connector.listAccounts(context) : { kind: 'failed' as const, failure: answer.failure, state: context.state, facts: {} }
    }
    const signingIn = { ...connector, manifest: connector.manifest, listAccounts }
    Object.assign(this.real, { connectorOf: () => signingIn })
  }

  async #signIn(connection: { readonly id: string; readonly loginIndex: string }) {
    const lease = await this.vault.lend({ connectionId: connection.id, loginIndex: connection.loginIndex }, ['user', 'password'], ORIGIN)
    if (!lease.ok) return lease
    const { user = '', password = '' } = lease.value.values
    this.sent.push(`${user}/${password}`)
    const accepted = this.passwords.get(user.trim().toLowerCase()) === password
    await lease.value.settle(accepted ? 'accepted' : 'refused')
    return accepted ? ({ ok: true, value: {} } as never) : { ok: false as const, failure: refusal('15500', { stage: 'signon', retry: { kind: 'afterPerson' } }) }
  }

  async connectAs(user: string, password: string): Promise<string> {
    const connected = await connectInstitution(this.real, { institutionId: 'riverbank', connector: null, form: { user, password } })
    return connected.kind === 'connected' ? connected.connection.id : connected.kind
  }
}

test('a refused secret typed for another connection is not sent, and takes the place of nothing', async () => {
  const world = new VaultWorld()
  const id = await world.connectAs('anna', 'right')
  assert.equal(await world.connectAs('bob', 'wrong1'), 'failed')
  const typed = await reconnect(world.real, id, { user: 'bob', password: 'wrong1' })
  assert.equal(!typed.ok && typed.failure.code, 'secret_withheld')
  world.now += 86_400_000
  const run = await syncConnection(world.real, id, 'schedule')
  assert.equal(run.ok && run.value.outcome, 'succeeded')
  assert.deepEqual(world.sent, ['anna/right', 'bob/wrong1', 'anna/right'])
})

test('a login written in capitals or with a space is the same login: connected once, and its refused secret sent once', async () => {
  const world = new VaultWorld()
  await world.connectAs('anna', 'right')
  assert.deepEqual([await world.connectAs('ANNA', 'right'), await world.connectAs('anna ', 'right')], ['exists', 'exists'])
  assert.deepEqual([await world.connectAs('bob', 'wrong'), await world.connectAs('BOB', 'wrong'), await world.connectAs('bob ', 'wrong')], ['failed', 'withheld', 'withheld'])
  assert.deepEqual(world.sent, ['anna/right', 'bob/wrong'])
})
