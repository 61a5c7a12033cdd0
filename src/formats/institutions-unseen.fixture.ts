/** Files of further institutions that were read wrongly when they were first met, a payee among it: name, file, what a bookkeeper expects of each account (`account|currency rows sum first last opening closing`), encoding, and what the rows are called, each once. */
type Expected = readonly [string, string, readonly string[], string?, (readonly (string | null)[])?]

export const UNSEEN: readonly Expected[] = [
]
