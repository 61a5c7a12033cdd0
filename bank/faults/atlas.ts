/** The fault atlas: every way in which the sandbox bank can break. Data; the engine acts on it. */
import { BANK_SERVER_FAULTS } from './bank_server.ts'
import type { FaultDefinition } from './fault.ts'

export const ATLAS: readonly FaultDefinition[] = [...BANK_SERVER_FAULTS]
