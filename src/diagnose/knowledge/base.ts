/** The general knowledge: every table and rule that belongs to no connector, with what was fitted. */
import type { Fitted, Knowledge } from '../knowledge.ts'
import { CODE_WORDS } from './code-words.ts'
import { CONTEXT_RULES } from './context-rules.ts'
import fitted from './fitted.json' with { type: 'json' }
import { PLACE_RULES } from './place-rules.ts'
import { TABLES } from './tables.ts'
import { TEXT_RULES } from './text-rules.ts'
import { TOKEN_RULES } from './token-rules.ts'
import { WORD_PAIRS } from './word-pairs.ts'

export const KNOWLEDGE: Knowledge = {
  tables: TABLES,
  rules: [...CONTEXT_RULES, ...TEXT_RULES, ...TOKEN_RULES, ...CODE_WORDS, ...PLACE_RULES, ...WORD_PAIRS],
  fitted: fitted satisfies Fitted,
}
