/** The documentation pages of all causes as texts by file name; pure. Written by scripts/docs-causes.ts. */
import { CAUSE_CODES, CAUSES, familyOf, type CauseCode, type Family, type Whose } from '../domain/cause.ts'
import { TABLES } from './knowledge/tables.ts'
import { PAGES } from './pages.ts'
import { cardFor, plainText } from './sentences.ts'

const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  bank_server: 'Bank server problems', authentication: 'Authentication', account: 'Account closed or inactive', mfa: 'Multi-factor authentication',
  outdated: 'Outdated connection', restriction: 'Bank restrictions', maintenance: 'Maintenance', own_side: 'Our own side',
}
const ENDED_BY: Readonly<Record<Whose, string>> = { bank: 'the bank', person: 'you', us: 'Relink (an update)', provider: 'the provider in between', host: 'whoever runs this server' }
const CODES_SHOWN = 12

/** `README.md` and one `cause.md` for each cause. */
export function causePages(): ReadonlyMap<string, string> {
  return new Map([['README.md', indexPage()], ...CAUSE_CODES.map((cause) => [`${cause}.md`, page(cause)] as const)])
}

function page(cause: CauseCode): string {
  const { title, symptom, why, does, you } = PAGES[cause]
  const family = familyOf(cause)
  const head = family === null ? 'No family.' : `Family: ${FAMILY_NAMES[family]}. Ended by: ${ENDED_BY[CAUSES[cause as keyof typeof CAUSES].whose]}.`
  const card = plainText(cardFor('en', cause, 1, { bank: 'Your bank' }).what)
  const codes = codesOf(cause)
  return [
    `# ${title}`, '', `\`${cause}\``, '', head, '', `On the card: “${card}”`, '',
    '## What you see', '', symptom, '', '## Why', '', why, '', '## What Relink does', '', does, '', '## What you do', '', you, '',
    ...(codes.length === 0 ? [] : ['## Codes that point to it', '', ...codes, '', 'More with `relink explain CODE`.', '']),
  ].join('\n')
}

/** The codes whose first reason is this cause. */
function codesOf(cause: CauseCode): readonly string[] {
  const lines = TABLES.flatMap((table) => table.codes.filter(({ reasons }) => reasons[0]?.[0] === cause).map(({ code, meaning }) => `- ${table.title} \`${code}\`: ${meaning}`))
  return lines.length <= CODES_SHOWN ? lines : [...lines.slice(0, CODES_SHOWN), `- and ${lines.length - CODES_SHOWN} more`]
}

function indexPage(): string {
  const families = Object.entries(FAMILY_NAMES) as [Family, string][]
  const sections = families.flatMap(([family, name]) => [`## ${name}`, '', ...CAUSE_CODES.filter((cause) => familyOf(cause) === family).map(line), ''])
  const intro = 'Every broken feed has one of these causes. Relink ranks them with probabilities and says what speaks for and against each.'
  return ['# Why a feed breaks', '', intro, '', ...sections, '## None of them', '', line('unknown'), ''].join('\n')
}

function line(cause: CauseCode): string {
  return `- [${PAGES[cause].title}](${cause}.md) \`${cause}\`: ${PAGES[cause].symptom}`
}
