/** `relink simulate --report repair`: what repairing costs a person, by family, beside the classic eight steps and beside an oracle. */
import { breathe, type OpenGround } from '../../sim/ground.ts'
import { playEpisode, RepairReport, strikesOf, type Episode, type FamilySums } from '../../sim/repair/report.ts'
import { percent, type Output } from './output.ts'

/** What must hold, of all feeds that broke (issue 4). */
const LEAST_RIGHT = 0.95
const MOST_OF_CLASSIC = 1 / 4
const MOST_OF_ORACLE = 1.2

/** Plays every fault alone and `pairs` pairs; status 1 when an aim is missed. */
export async function reportRepairs(output: Output, ground: OpenGround, seed: number, pairs: number): Promise<void> {
  const report = new RepairReport()
  let played = 0
  for (const { seed: own, strikes } of strikesOf(seed, pairs)) {
    const episode = await playEpisode(own, strikes, ground)
    report.add(episode)
    if (++played % 20 === 0) output.progress(`${played} broken feeds played, each in three ways`)
    await breathe()
  }
  output.data(report)
  tell(output, report)
  if (!aimsOf(report.total).every(({ met }) => met)) process.exitCode = 1
}

function tell(output: Output, report: RepairReport): void {
  const { total } = report
  output.table(
    ['family', 'broke', 'read on', 'right first', 'after probes', 'mended', 'minutes: ours', 'classic', 'oracle', 'hours: ours', 'classic', 'asked while down', 'refused resent'],
    [...report.families, total].map((one) => [
      one.family, String(one.broken), String(one.survived), percent(one.rightAtFirst, one.broken), percent(one.rightAfterProbes, one.broken), percent(one.mended, one.broken),
      ...[one.minutes.ours, one.minutes.classic, one.minutes.oracle].map((sum) => mean(sum, one.broken)), mean(one.hours.ours, one.broken), mean(one.hours.classic, one.broken), String(one.askedWhileDown), String(one.secretsResent),
    ]),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  )
  output.say()
  for (const { sentence, met } of aimsOf(total)) output.say(`${met ? '✓' : '✕'} ${sentence}`)
  output.say(output.dim('Minutes are the attention of a person until a read works, hours the time until then; what each act costs, and what ends each fault, stands in sim/repair/ends.ts.'))
  const dearest = report.wrong.toSorted((a, b) => excess(b) - excess(a)).slice(0, 8)
  if (dearest.length > 0) output.say()
  for (const { faults, ours, oracle } of dearest) {
    output.say(output.dim(`${faults.join(' + ')}: said ${ours.causeAfterProbes}, is ${ours.truths.join(' and ')}; ${ours.minutes} minutes, the oracle ${oracle.minutes}${ours.acts.length === 0 ? '' : ` (${ours.acts.join(', ')})`}${ours.mended ? '' : '; NOT mended'}`))
  }
}

function aimsOf(total: FamilySums): readonly { readonly sentence: string; readonly met: boolean }[] {
  const { broken, rightAfterProbes, mended, minutes, askedWhileDown, secretsResent } = total
  return [
    { sentence: `the right cause first once probes have run: ${percent(rightAfterProbes, broken)} (aim 95 %)`, met: rightAfterProbes >= LEAST_RIGHT * broken },
    { sentence: `mended to a read that works: ${percent(mended, broken)} (aim 100 %)`, met: mended === broken },
    { sentence: `minutes of a person: ${(minutes.ours / minutes.classic).toFixed(2)} of the classic order (aim at most 0.25)`, met: minutes.ours <= MOST_OF_CLASSIC * minutes.classic },
    { sentence: `minutes of a person: ${(minutes.ours / minutes.oracle).toFixed(2)} of an oracle that knows the fault (aim at most 1.20)`, met: minutes.ours <= MOST_OF_ORACLE * minutes.oracle },
    { sentence: `asked for a password while the bank was down: ${askedWhileDown} (aim 0); a refused password sent again unasked: ${secretsResent} (aim 0)`, met: askedWhileDown === 0 && secretsResent === 0 },
  ]
}

function excess({ ours, oracle }: Episode): number {
  return ours.minutes - oracle.minutes + (ours.mended ? 0 : 1_000)
}

function mean(sum: number, count: number): string {
  return count === 0 ? '-' : (sum / count).toFixed(1)
}
