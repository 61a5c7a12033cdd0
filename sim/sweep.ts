/**
 * Gives back what ended seeds left behind. V8 lets garbage pile up while the machine has memory, and
 * a run of many seeds then holds half a gigabyte of it; swept now and then it holds what one seed needs.
 * The engine's own switches, which no flag of the command line has to set.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | null = null

/** Collects all garbage now: some 50 ms, however many seeds left it. */
export function sweep(): void {
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    // Or what the seeds between two sweeps did not run would be compiled anew for the next one that does.
    setFlagsFromString('--no-flush-bytecode')
    collect = runInNewContext('gc') as () => void
  }
  collect()
}
