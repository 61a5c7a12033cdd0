/**
 * What repairing costs, over all faults of the atlas, one at a time and in pairs: is the cause named
 * first, and how many minutes of a person does it take to a working feed, beside the classic fixed
 * order and beside an oracle. Sums only.
 */
import { ATLAS } from '../../bank/faults/atlas.ts'
import type { CauseCode } from '../../src/domain/cause.ts'
import { chance } from '../kernel.ts'
import type { Ground } from '../world.ts'
import type { Strike } from './broken.ts'
import { playClassic, playOracle, playOurs, type Ours, type Played } from './ways.ts'

export type Episode = { readonly seed: number; readonly faults: readonly string[]; readonly family: string; readonly ours: Ours; readonly classic: Played; readonly oracle: Played }

export type FamilySums = {
  readonly family: string
  broken: number
  survived: number
  rightAtFirst: number
  rightAfterProbes: number
  mended: number
  minutes: { ours: number; classic: number; oracle: number }
  hours: { ours: number; classic: number; oracle: number }
  classicMended: number
  askedWhileDown: number
  secretsResent: number
}

/** Each fault alone, in its forms, then `pairs` pairs drawn by the seed. */
export function* strikesOf(seed: number, pairs: number): Iterable<{ readonly seed: number; readonly strikes: readonly Strike[] }> {
  const forms = FORMS.map(({ name, parameters }): Strike => ({ definition: ATLAS.find((one) => one.name === name)!, parameters }))
  for (const form of forms) yield { seed, strikes: [form] }
  const random = chance(seed, 'pairs')
  for (let pair = 0; pair < pairs; pair++) {
    const first = random.pick(forms)
    const second = random.pick(forms.filter(({ definition }) => definition.name !== first.definition.name))
    yield { seed: seed + 1 + pair, strikes: [first, second] }
  }
}

/** Faults that break a feed by their plain names, and forms that break what the plain one leaves whole. */
const FORMS: readonly { readonly name: string; readonly parameters: Strike['parameters'] }[] = [
  ...ATLAS.filter(({ family }) => family !== 'data').map(({ name }) => ({ name, parameters: {} })),
  { name: 'version-refused', parameters: { minimum: 900 } },
  { name: 'version-refused', parameters: { minimum: 900, http400: true } },
  { name: 'url-moved', parameters: { status: 301 } },
  { name: 'account-list-empty', parameters: { statements: 'refused' } },
  { name: 'mfa-code-wrong', parameters: { method: 'question' } },
  { name: 'mfa-method-changed', parameters: { method: 'question' } },
  { name: 'mfa-method-changed', parameters: { method: 'push' } },
]

/** The three ways on one seed. */
export async function playEpisode(seed: number, strikes: readonly Strike[], ground: Ground): Promise<Episode> {
  const [first] = strikes
  const named = strikes.map(({ definition: { name }, parameters }) => [name, ...Object.entries(parameters).map(([key, value]) => `${key}=${value}`)].join(' '))
  return {
    seed, faults: named, family: strikes.length > 1 ? 'pairs' : first!.definition.family,
    ours: await playOurs(seed, strikes, ground), classic: await playClassic(seed, strikes, ground), oracle: await playOracle(seed, strikes, ground),
  }
}

export class RepairReport {
  readonly families: FamilySums[] = []
  readonly wrong: Episode[] = []

  add(episode: Episode): void {
    const { family, ours, classic, oracle } = episode
    const sums = this.families.find((one) => one.family === family) ?? emptySums(family)
    if (!this.families.includes(sums)) this.families.push(sums)
    sums.askedWhileDown += ours.askedWhileDown
    sums.secretsResent += ours.secretsResent
    if (ours.survived) {
      sums.survived++
      return
    }
    const right = (cause: CauseCode | null): number => Number(cause !== null && ours.truths.includes(cause))
    sums.broken++
    sums.rightAtFirst += right(ours.causeAtFirst)
    sums.rightAfterProbes += right(ours.causeAfterProbes)
    sums.mended += Number(ours.mended)
    sums.classicMended += Number(classic.mended)
    for (const unit of ['minutes', 'hours'] as const) {
      sums[unit].ours += ours[unit]
      sums[unit].classic += classic[unit]
      sums[unit].oracle += oracle[unit]
    }
    if (!right(ours.causeAfterProbes) || !ours.mended || ours.minutes > oracle.minutes * 1.5 + 2) this.wrong.push(episode)
  }

  get total(): FamilySums {
    const total = emptySums('all')
    for (const one of this.families) {
      for (const key of ['broken', 'survived', 'rightAtFirst', 'rightAfterProbes', 'mended', 'classicMended', 'askedWhileDown', 'secretsResent'] as const) total[key] += one[key]
      for (const unit of ['minutes', 'hours'] as const) for (const way of ['ours', 'classic', 'oracle'] as const) total[unit][way] += one[unit][way]
    }
    return total
  }

  /** The document of `--json`. */
  toJSON(): unknown {
    return { families: this.families, total: this.total, worst: this.wrong }
  }
}

function emptySums(family: string): FamilySums {
  return { family, broken: 0, survived: 0, rightAtFirst: 0, rightAfterProbes: 0, mended: 0, minutes: { ours: 0, classic: 0, oracle: 0 }, hours: { ours: 0, classic: 0, oracle: 0 }, classicMended: 0, askedWhileDown: 0, secretsResent: 0 }
}
