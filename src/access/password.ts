/**
 * Which passwords are taken: 12 to 128 characters, and none that a guesser would try early. The strength is
 * that of zxcvbn, the same on the page, which shows it while one types.
 */
const SHORTEST = 12
const LONGEST = 128
/** Of 0 to 4: it withstands 10^8 guesses. */
const WEAKEST = 3

/** What is wrong with it, as a sentence; null: nothing. `about`: the person's own words, which make bad passwords. */
export async function refusePassword(password: string, about: readonly string[]): Promise<string | null> {
  if (password.length < SHORTEST) return `A password has at least ${SHORTEST} characters; several words are easy to keep in mind.`
  if (password.length > LONGEST) return `A password has at most ${LONGEST} characters.`
  const { score } = (await (measure ??= loadMeasure())).check(password, [...about, 'relink'])
  return score < WEAKEST ? 'This password is among those that are guessed first. Several unrelated words are better.' : null
}

/** Loaded with its lists of common passwords when the first one is chosen. */
let measure: ReturnType<typeof loadMeasure> | null = null

async function loadMeasure() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')])
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })
}
