/** What may be said of a file that cannot be read: why, in words where the system's code has some. Never what it holds. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'], ['EISDIR', 'it is a directory'], ['EACCES', 'this user may not read it'], ['ENOTDIR', 'a part of its path is no directory'],
])

/** `error`: of the system, whose `code` is shown where there are no words for it. */
export function fileFault(error: unknown): string {
  const { code = 'unknown error' } = error as { readonly code?: string }
  return WORDS.get(code) ?? code
}
