/**
 * Reading what may be hostile for the first time where it can be stopped. A reader is a function of its
 * bytes: one that came to its end within the limits does so again, and its result need not travel.
 */

/** `ofx`: an answer of that protocol; `file`: a statement file of any format. */
export type Reader = { readonly kind: 'ofx' } | { readonly kind: 'file'; readonly fileName: string }

/** `read`: the reader came to an end, whatever it found. `too_slow`, `too_large`: it was stopped at the limit of time or of memory. `not_begun`: this host gave no process, which says nothing of the bytes. */
export type RehearsalEnd = 'read' | 'too_slow' | 'too_large' | 'not_begun'

export type Rehearse = (reader: Reader, bytes: Uint8Array) => Promise<RehearsalEnd>

/** Less cannot do harm, whatever it holds: readers are linear. */
export const REHEARSED_BYTES = 256 * 1024
