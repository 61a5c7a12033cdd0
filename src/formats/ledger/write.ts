/**
 * Ledger reads the journal that hledger reads: the writer keeps to what both understand (tested with
 * both programs), so there is one of it.
 */
export { writeHledger as writeLedger } from '../hledger/write.ts'
