/** The fault atlas as the page docs/faults.md: `node bank/faults/table.ts > docs/faults.md`. */
import { ATLAS } from './atlas.ts'
import type { Family, FaultDefinition } from './fault.ts'

/** The families in the order and words in which people know them. */
export const FAMILY_TITLES: Readonly<Record<Family, string>> = {
  bank_server: 'Bank server problems',
  authentication: 'Authentication',
  account: 'Account closed or inactive',
  mfa: 'Multi-factor authentication',
  outdated: 'Outdated connection',
  restriction: 'Bank restrictions',
  maintenance: 'Maintenance, temporary outage',
  own_side: 'Our own side',
  data: 'Data: the connection works, what comes is strange',
}

const INTRODUCTION = `# The fault atlas

Every way in which the sandbox bank (\`relink bank\`) can break, and what Relink promises for it: *survive* (no row lost or doubled, nothing to do for
anybody), *notice* (the person is told the cause and the one next action), *none*. This page is made from \`bank/faults/\` by \`node bank/faults/table.ts\`, and a
test compares the two.

Each fault takes \`login\` and \`account\` (who; default everybody), \`startsIn\` and \`lasts\` (when and how long; default now, until cleared) and \`likelihood\` (of
striking on one request; default 1). Faults of the connection itself (refused, DNS, certificate, TLS) hold for the whole bank.
`

/** The page as Markdown. */
export function faultTable(): string {
  const sections = Object.entries(FAMILY_TITLES).map(([family, title]) => {
    const rows = ATLAS.filter((definition) => definition.family === family).map(row)
    return `## ${title}\n\n| fault | true cause | promise | what happens | parameters |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `${INTRODUCTION}\n${sections.join('\n')}`
}

function row({ name, cause, promise, sentence, parameters }: FaultDefinition): string {
  const list = Object.entries(parameters).map(([key, { default: value, meaning }]) => `\`${key}\` = ${JSON.stringify(value)}: ${meaning}`)
  return `| \`${name}\` | ${cause === null ? '-' : `\`${cause}\``} | ${promise} | ${sentence} | ${list.join('; ') || '-'} |`
}

if (import.meta.main) process.stdout.write(faultTable())
