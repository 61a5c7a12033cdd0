/**
 * Gives back what ended seeds left behind. V8 lets garbage pile up while the machine has memory, and
 * a run of many seeds then holds half a gigabyte of it; swept now and then it holds what one seed needs.
 * The engine's own switch, which no flag of the command line has to set.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | null = null

/** Collects all garbage now: some 50 ms, however many seeds left it. */
export function sweep(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
