/** `relink recompute`: all reports of an account judged again; shows the difference, and applies it when asked to. */
import { recomputeResource, type RecomputeResource } from '../api/recompute-shape.ts'
import { chooseAccount } from './accounts.ts'
import { verbOrFail } from './connections.ts'
import type { Output } from './output.ts'
import { withInstance } from './with-instance.ts'

const SHOWN_ROWS = 50

export async function recomputeCommand(output: Output, wanted: string, options: { readonly apply?: boolean }): Promise<void> {
  await withInstance(output, async (instance) => {
    const account = await chooseAccount(instance, wanted)
    output.progress(`Judging all reports of ${account.name} again…`)
    tell(output, recomputeResource('en', verbOrFail(await instance.verbs.recompute(account.id, options.apply === true))))
  })
}

function tell(output: Output, told: RecomputeResource): void {
  output.data(told)
  const { counts, rows, run, name } = told
  output.say(`${name}: ${sentence(counts)}`)
  for (const row of rows.slice(0, SHOWN_ROWS)) {
    const { kind, before, after } = row
    output.say(`  ${kind.padEnd(9)} ${after.on}  ${after.amount.padStart(12)}  ${after.text}${before === null || kind !== 'changed' ? '' : output.dim(`  (was ${before.on}  ${before.amount}  ${before.text})`)}`)
  }
  const more = rows.length + told.rowsLeftOff - Math.min(rows.length, SHOWN_ROWS)
  if (more > 0) output.say(`  and ${more} more: --json lists them`)
  if (run !== null) output.say(`Applied. What a person decided stays. To take it back: relink undo ${run.id}`)
  else if (told.different) output.say('Nothing has changed yet; apply it with --apply.')
}

function sentence({ same, joined, parted, changed, withdrawn, restored, questions, closed, moved, kept }: RecomputeResource['counts']): string {
  const parts = [[joined, 'joined'], [parted, 'parted'], [changed, 'changed'], [withdrawn, 'withdrawn'], [restored, 'restored'], [questions, 'to check'], [closed, 'no question any more'], [moved, 'reports that belong elsewhere'], [kept, 'kept as a person decided']] as const
  return [`${same} the same`, ...parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)].join(', ')
}
