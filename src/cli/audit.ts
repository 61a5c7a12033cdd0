/** `relink audit`: who did what, and whether somebody changed the log. */
import { isoInstant } from '../api/shapes.ts'
import { hex } from '../access/audit.ts'
import { CommandError, type Output } from './output.ts'
import { withInstance } from './with-instance.ts'

const PAGE = 200

export async function list(output: Output, limit: string): Promise<void> {
  if (!/^[1-9]\d{0,6}$/.test(limit)) throw new CommandError('--limit must be a whole number above 0.', 2)
  await withInstance(output, async ({ store }) => {
    let [left, before] = [Number(limit), undefined as number | undefined]
    while (left > 0) {
      const lines = await store.audit.list({ limit: Math.min(left, PAGE), ...(before === undefined ? {} : { before }) })
      for (const { seq, at, actor, action, object, codes, hash } of lines) {
        output.data({ seq, at: isoInstant(at), actor, action, object, codes, hash: hex(hash) })
        output.say(`${String(seq).padStart(6)}  ${isoInstant(at)}  ${actor}  ${action}  ${[object, ...Object.entries(codes).map(([name, value]) => `${name}=${value}`)].filter((part) => part !== '').join(' ')}`)
      }
      if (lines.length === 0) return
      left -= lines.length
      before = lines.at(-1)!.seq
    }
  })
}

export async function verify(output: Output, head: string | undefined): Promise<void> {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(head ?? '') ?? []
  if (head !== undefined && seq === undefined) throw new CommandError('--head must be NUMBER:HASH, as `relink audit verify` prints it.', 2)
  await withInstance(output, async ({ audit }) => {
    const verdict = await audit.verify(seq === undefined || hash === undefined ? null : { seq: Number(seq), hash })
    output.data(verdict)
    if (verdict.firstBad !== null) {
      output.say(`Line ${verdict.firstBad} does not fit: it was changed, or lines are missing there.`)
      process.exitCode = 1
    } else output.say(verdict.head === null ? 'The log is empty.' : `All ${verdict.lines} lines hold together. Note the head elsewhere: ${verdict.head.seq}:${verdict.head.hash}`)
  })
}
