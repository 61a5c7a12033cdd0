/** What sort of account it is, in words. */
import { message, say } from '../language/language.ts'

const KINDS: Readonly<Record<string, string>> = {
  checking: message('checking'), savings: message('savings'), credit_card: message('credit card'), credit_line: message('credit line'), loan: message('loan'),
  money_market: message('money market'), certificate: message('certificate'), investment: message('investment'), other: '',
}

/** As the server names it; what this page does not know yet is shown as it came. Nothing where nobody said what sort it is. */
export function kindWords(kind: string): string {
  const words = KINDS[kind]
  return words === undefined ? kind : words === '' ? '' : say(words)
}
