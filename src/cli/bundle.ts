/** The papers of a repair, letter and support file: shown, then saved, for a person to send; and the latter read again, offline, to the same verdict. */
import { readFile, writeFile } from 'node:fs/promises'
import { answerCase, isBundle, type LineAnswer } from '../diagnose/jsonl.ts'
import { problemsOf } from '../diagnose/problems.ts'
import type { Connection, Problem } from '../domain/connection.ts'
import { fileFault } from '../domain/file-fault.ts'
import type { Instance } from '../instance.ts'
import { readLanguages, type Language } from '../language/language.ts'
import { letterToBank, supportBundle, type SupportBundle } from '../repair/papers.ts'
import { chooseConnection } from './connections.ts'
import { inquirer } from './inquirer.ts'
import { CommandError, type Output } from './output.ts'
import { withInstance } from './with-instance.ts'

/** Nothing is sent: the person reads the file first, and sends it or not. */
export async function bundleCommand(output: Output, wanted: string, file: string): Promise<void> {
  await withInstance(output, async (instance) => {
    const { connection, problem } = await newestProblem(instance, wanted, 'a support file')
    const bundle = await supportBundle(instance.store, problem, instance.version)
    const text = `${JSON.stringify(bundle, null, 2)}\n`
    output.say(text.trimEnd())
    output.say(`This is all that the file holds: ${bundle.exchanges.length} exchanges of the run that failed last, without secrets, user names, rows and amounts.`)
    if (!(await saved(output, file, text))) return
    output.say(`Saved as ${file}. Relink sends it nowhere; relink diagnose --bundle ${file} reads it without this database.`)
    output.data({ connectionId: connection.id, problemId: problem.id, file, bundle })
  })
}

export async function letterCommand(output: Output, wanted: string, file: string, language: Language): Promise<void> {
  await withInstance(output, async (instance) => {
    const { connection, problem } = await newestProblem(instance, wanted, 'a letter')
    await readLanguages()
    const letter = await letterToBank(language, instance.store, problem)
    output.say(letter.trimEnd())
    if (!(await saved(output, file, letter))) return
    output.say(`Saved as ${file}. Relink sends it nowhere.`)
    output.data({ connectionId: connection.id, problemId: problem.id, file, letter })
  })
}

/** One that is open, else the last one. */
async function newestProblem(instance: Instance, wanted: string, paper: string): Promise<{ readonly connection: Connection; readonly problem: Problem }> {
  const connection = await chooseConnection(instance, wanted)
  const [open] = await problemsOf(instance.store, connection)
  const problem = open ?? (await instance.store.problems.list({ connectionId: connection.id, limit: 1 }))[0]
  if (problem === undefined) throw new CommandError(`${connection.institutionName} had no problem that ${paper} could tell of.`)
  return { connection, problem }
}

/** Whoever reads it on a terminal may still say no. */
async function saved(output: Output, file: string, text: string): Promise<boolean> {
  if (process.stdin.isTTY && output.isTerminal && !output.json && !(await (await inquirer()).confirm({ message: `Save it as ${file}?` }))) return false
  await save(file, text)
  return true
}

/** Never over a file that is there: a wrong name must not cost one. */
async function save(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CommandError(code === 'EEXIST' ? `${file} exists; give another name.` : `${file} cannot be written (${code}); give another place.`)
  }
}

/** Reads a support file and diagnoses it anew; another verdict than the one in it makes the status 1. */
export async function replayCommand(output: Output, file: string): Promise<void> {
  const bundle = await readBundle(file)
  const answer = answerCase(bundle.record, 1)
  if ('error' in answer) throw new CommandError(`${file}: ${answer.error.message}`)
  const same = isSame(answer, bundle.verdict)
  output.data({ ...answer, same })
  for (const { cause, p } of answer.causes.slice(0, 5)) output.say(`  ${(p * 100).toFixed(1).padStart(5)} %  ${cause}`)
  for (const sentence of answer.for) output.say(`    + ${sentence}`)
  for (const sentence of answer.against) output.say(`    - ${sentence}`)
  output.say(`  Next: ${answer.action}`)
  if (same) return output.say('The verdict is the one in the file.')
  output.error(`The file says otherwise: ${bundle.verdict.causes[0]?.cause}, ${bundle.verdict.action}. It was made by Relink ${bundle.version}, whose knowledge may differ.`)
  process.exitCode = 1
}

async function readBundle(file: string): Promise<SupportBundle> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new CommandError(error instanceof SyntaxError ? `${file} is no support file: it is not JSON.` : `${file} cannot be read: ${fileFault(error)}.`)
  }
  const verdict = isBundle(value) && 'verdict' in value ? (value.verdict as Partial<SupportBundle['verdict']> | null) : null
  if (!Array.isArray(verdict?.causes)) throw new CommandError(`${file} is no support file; relink repair CONNECTION --bundle FILE writes one.`)
  return value as SupportBundle
}

/** To the sixth decimal, to which an answer is rounded. */
function isSame(answer: LineAnswer, verdict: SupportBundle['verdict']): boolean {
  return answer.action === verdict.action && verdict.causes.every(({ cause, p }, at) => answer.causes[at]?.cause === cause && Math.abs((answer.causes[at]?.p ?? 0) - p) < 1e-5)
}
