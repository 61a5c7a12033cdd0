/** Chance comes through this port, so that the simulator can repeat a seed byte for byte. */
export type Entropy = {
  bytes(length: number): Uint8Array
  /** Uniform in [0, 1). For jitter only; never for secrets. */
  fraction(): number
  /** A version 7 UUID of the given instant: sorts by time. */
  id(epochMs: number): string
}
