/**
 * The sandbox bank of the benchmark of reads, in a process of its own: what a bank computes is not ours, and neither its
 * sockets nor its processor time may be counted as ours. Its parent tells it to let a day pass and to say what it used.
 */
import { createBank } from '../bank/bank.ts'
import { ANA, type CustomerSpec } from '../bank/customers.ts'
import { listen } from '../bank/listen.ts'

export type BankOrder = { readonly kind: 'day'; readonly ms: number; readonly rows: number } | { readonly kind: 'tell' } | { readonly kind: 'close' }
export type BankWord = { readonly kind: 'open'; readonly ofxUrl: string } | { readonly kind: 'told'; readonly processorMs: number; readonly exchanges: number }

/** So many customers with one account each. */
export function customersOf(count: number): readonly CustomerSpec[] {
  return Array.from({ length: count }, (_, n) => ({ ...ANA, user: `user${n}`, accounts: [{ ...ANA.accounts[0]!, key: `account-${n}`, number: String(7_000_000_000 + n) }] }))
}

if (import.meta.main) {
  const [count, startsAheadMs] = process.argv.slice(2).map(Number)
  let aheadMs = startsAheadMs!
  const customers = customersOf(count!)
  const bank = createBank({ clock: { now: () => Date.now() + aheadMs }, seed: 3, historyDays: 90, customers })
  let exchanges = 0
  const handle = bank.handle.bind(bank)
  bank.handle = (request) => {
    exchanges++
    return handle(request)
  }
  const listening = await listen(bank, { dateOfBank: true })
  const say = (word: BankWord): void => void process.send!(word)
  const tell = (): void => {
    const { user, system } = process.cpuUsage()
    say({ kind: 'told', processorMs: (user + system) / 1_000, exchanges })
  }
  process.on('disconnect', () => process.exit())
  process.on('message', (order: BankOrder) => {
    if (order.kind === 'close') return void listening.close().then(() => process.exit())
    if (order.kind === 'day') {
      aheadMs += order.ms
      for (const { accounts } of customers) for (let n = 0; n < order.rows; n++) bank.book(accounts[0]!.key, { minor: BigInt(-100 - n), name: `NEW ROW ${n} ${performance.now()}` })
    }
    tell()
  })
  say({ kind: 'open', ofxUrl: listening.ofxUrl })
}
