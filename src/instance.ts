/**
 * A running Relink, as the API and the command line see it: the store, the verbs, and what they
 * need beside. Both faces call the same verbs, so that nothing is done in two ways. `open.ts`
 * builds one from the configuration.
 */
import type { Language } from './language/language.ts'
import type { KeyObject } from 'node:crypto'
import type { Audit } from './access/audit.ts'
import type { Connector } from './connector-kit/connector.ts'
import type { HostFinding } from './diagnose/host-check.ts'
import type { Institution } from './domain/institution.ts'
import type { Clock } from './ports/clock.ts'
import type { Entropy } from './ports/entropy.ts'
import type { Log } from './ports/log.ts'
import type { SignIn } from './ports/sign-in.ts'
import type { TenantStore } from './ports/store.ts'
import type { Vault } from './ports/vault.ts'
import type { Alerting } from './alerting.ts'
import type { Events } from './events.ts'
import type { Resets } from './resets.ts'
import type { ReadingNow } from './reading-now.ts'
import type { Verbs } from './verbs.ts'

/** What the demo's panel may do to its sandbox bank. */
export type DemoControl = {
  readonly bankUrl: string
  hints(language: Language): readonly string[]
  faults(): Promise<readonly { readonly family: string; readonly familyName: string; readonly fault: string; readonly sentence: string; readonly active: boolean }[]>
  inject(fault: string): Promise<void>
  clear(fault: string): Promise<void>
  /** Lets hours pass for bank and server alike, so that the bank books rows. */
  passTime(hours: number): void
}

/** Before what tells people is put together, which shows what the rest makes. */
export type Bare = Omit<Instance, 'alerting' | 'resets' | 'checkHost'>

export type Instance = {
  readonly version: string
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: Log
  readonly store: TenantStore
  readonly vault: Vault
  readonly institutions: readonly Institution[]
  readonly connectors: ReadonlyMap<string, Connector>
  readonly verbs: Verbs
  readonly events: Events
  readonly readingNow: ReadingNow
  readonly audit: Audit
  readonly alerting: Alerting
  readonly resets: Resets
  /** Looks at this host as `relink doctor` does. */
  readonly checkHost: () => Promise<readonly HostFinding[]>
  /** Opens what it needs when it is first asked. */
  readonly signIn: SignIn
  /** Signs links to a bank's question. */
  readonly linkKey: KeyObject
  /** What is sealed or signed from now on needs this master key, so that another one is refused at the start. */
  readonly bindToKey: () => Promise<void>
  /** Deletes everything that is held here, with the key of its secrets. What was opened is of no use then: `gone` resolves, and whoever opened it closes it. */
  readonly deleteAll: (actor: string) => Promise<void>
  readonly gone: Promise<void>
  /** Null outside of `relink demo`. */
  readonly demo: DemoControl | null
}
