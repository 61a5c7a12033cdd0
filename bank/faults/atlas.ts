/** The fault atlas: every way in which the sandbox bank can break. Data; the engine acts on it. */
import { ACCOUNT_FAULTS } from './account.ts'
import { AUTHENTICATION_FAULTS } from './authentication.ts'
import { BANK_SERVER_FAULTS } from './bank_server.ts'
import { DATA_FAULTS } from './data.ts'
import type { FaultDefinition } from './fault.ts'
import { MAINTENANCE_FAULTS } from './maintenance.ts'
import { MFA_FAULTS } from './mfa.ts'
import { OUTDATED_FAULTS } from './outdated.ts'
import { OWN_SIDE_FAULTS } from './own_side.ts'
import { RESTRICTION_FAULTS } from './restriction.ts'

export const ATLAS: readonly FaultDefinition[] = [
  ...BANK_SERVER_FAULTS,
  ...AUTHENTICATION_FAULTS,
  ...ACCOUNT_FAULTS,
  ...MFA_FAULTS,
  ...OUTDATED_FAULTS,
  ...RESTRICTION_FAULTS,
  ...MAINTENANCE_FAULTS,
  ...OWN_SIDE_FAULTS,
  ...DATA_FAULTS,
]
