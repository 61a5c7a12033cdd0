/** `relink explain`: what a code means, in any system. Needs neither a database nor a bank. */
import { explain, explanationLines } from '../diagnose/explain.ts'
import { CommandError, type Output } from './output.ts'

export function explainCommand(output: Output, code: string): void {
  if (code.trim() === '') throw new CommandError('Name the code that was shown, for example: relink explain 401', 2)
  const explanations = explain(code)
  output.data({ asked: code, explanations })
  for (const line of explanationLines(explanations)) output.say(line)
  if (explanations.every(({ system }) => system === 'unknown')) process.exitCode = 1
}
