/**
 * What a source may not say: time, chance and the outside without a port (architecture.md, rule 7), a
 * way around the types, raw SQL, markup from text (security.md, 12 and 25), a wait that works at its first look alone, cases that are drawn.
 */
import { dotted, isSource, isTest, lineOf, type Node, parsed, type Rule, type Files } from './source.ts'

/** Where the outside begins. */
const ADAPTERS = [/^src\/adapters\//, /^src\/main\.ts$/, /^src\/store\/postgres\/embedded\//, /^bank\/(listen|main)\.ts$/, /^(scripts|bench|test|web)\//]

/** Whoever talks to sockets may wait for the end of the turn in which they were read: that is no time. */
const TURNS = /^src\/store\/postgres\//
const OUTSIDE_CALLS = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'Date'])
const OUTSIDE_MEMBERS = /^(globalThis\.)?(Date\.now|Math\.random|performance\.now|process\.hrtime(\.bigint)?|crypto\.(randomUUID|getRandomValues|randomBytes))$|^globalThis\.(fetch|setTimeout|setInterval)$/
/** Keys, salts and tokens need real chance; what the simulator runs must get even that through the port. */
const SIMULATED = /^(src\/(domain|formats|connector-kit|connectors|sync|diagnose|repair|review|alerts|vault|store\/memory)|sim|bank\/ledger)\//
const REAL_CHANCE = new Set(['randomBytes', 'randomUUID', 'randomInt', 'getRandomValues', 'webcrypto'])

function finding(files: Files, among: (path: string) => boolean, find: (node: Node, path: string) => string | null): readonly string[] {
  return [...files].flatMap(([path, text]) => {
    if (!isSource(path) || !among(path)) return []
    return parsed(path, text).nodes.flatMap(node => {
      const wrong = find(node, path)
      return wrong === null ? [] : [`${path}:${lineOf(text, node.start)} ${wrong}`]
    })
  })
}

export const throughPorts: Rule = {
  name: 'time, chance and the outside come through ports',
  violations: files =>
    finding(files, path => !isTest(path) && !ADAPTERS.some(place => place.test(path)), (node, path) => {
      if (node.type === 'NewExpression' && dotted(node['callee']) === 'Date' && (node['arguments'] as unknown[]).length === 0) return 'new Date() reads the clock'
      if (node.type === 'CallExpression') {
        const name = dotted(node['callee'])
        if (name !== null && OUTSIDE_CALLS.has(name) && !(name === 'setImmediate' && TURNS.test(path))) return `${name}() goes outside`
      }
      if (node.type === 'MemberExpression') {
        const name = dotted(node)
        if (name !== null && OUTSIDE_MEMBERS.test(name)) return `${name} goes outside`
      }
      if (node.type === 'ImportDeclaration') {
        const source = String((node['source'] as { value: unknown }).value)
        if (/^node:timers/.test(source)) return `${source} is a timer`
        const imported = (node['specifiers'] as { imported?: { name?: string } }[]).map(specifier => specifier.imported?.name ?? '')
        const chance = source === 'node:crypto' && SIMULATED.test(path) ? imported.find(name => REAL_CHANCE.has(name)) : undefined
        if (chance !== undefined) return `${chance} is chance`
      }
      return null
    }),
  planted: [
    { 'src/sync/a.ts': 'export const now = () => Date.now()' },
    { 'src/sync/a.ts': 'export const clock = Date.now' },
    { 'src/sync/a.ts': 'export const today = new Date()' },
    { 'src/cli/a.ts': 'export const n = Math.random()' },
    { 'src/diagnose/a.ts': `await fetch('https://bank.example')` },
    { 'sim/kernel.ts': 'setTimeout(() => {}, 1)' },
    { 'src/sync/a.ts': 'setImmediate(() => {})' },
    { 'src/store/postgres/a.ts': 'setTimeout(() => {}, 1)' },
    { 'src/vault/a.ts': `import { randomBytes } from 'node:crypto'` },
    { 'bank/ledger/a.ts': `import { setTimeout as pause } from 'node:timers/promises'` },
    { 'src/api/a.ts': 'export const id = crypto.randomUUID()' },
  ],
  kept: {
    'src/domain/a.ts': `// Date.now()\nexport const day = (ms: number) => new Date(ms).toISOString() + 'Date.now()'`,
    'src/adapters/clock.ts': 'export const now = () => Date.now()',
    'src/store/postgres/a.ts': 'setImmediate(() => {})',
    'src/sync/a.ts': 'export const wait = (clock: { sleep(ms: number): void; now(): number }) => clock.sleep(clock.now())',
  },
}

export const honestTypes: Rule = {
  name: 'no way around the types: no cast to `any`, no suppressed errors',
  violations: files => [
    ...finding(files, path => /\.(ts|tsx)$/.test(path), node => {
      const isCast = node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion'
      return isCast && (node['typeAnnotation'] as Node).type === 'TSAnyKeyword' ? 'a cast to `any` switches the types off; say what it is, or `unknown`' : null
    }),
    ...[...files].flatMap(([path, text]) =>
      // The peers in bench/ have no types of their own.
      isSource(path) && !path.startsWith('bench/')
        ? parsed(path, text).comments.flatMap(comment => (/@ts-(ignore|nocheck|expect-error)/.test(comment.value) ? [`${path}:${lineOf(text, comment.start)} suppresses a type error`] : []))
        : [],
    ),
  ],
  planted: [{ 'src/a.ts': 'export const a = JSON.parse("1") as any' }, { 'src/a.test.ts': '// @ts-ignore\nexport const a: number = 1' }, { 'web/src/a.tsx': '/* @ts-nocheck */' }],
  kept: { 'src/a.ts': `export const any = 'as any' as unknown // the word any alone is a word` },
}

export const sameCases: Rule = {
  name: 'properties are tried of the same cases each time',
  violations: files => finding(files, path => path !== 'test/tries.ts', node => (node.type === 'ImportDeclaration' && (node['source'] as { value: unknown }).value === 'fast-check' ? 'fast-check draws other cases each time; take `fc` of test/tries.ts' : null)),
  planted: [{ 'src/domain/a.test.ts': `import fc from 'fast-check'` }],
  kept: { 'src/domain/a.test.ts': `import { fc } from '../../test/tries.ts'`, 'test/tries.ts': `import fc from 'fast-check'` },
}

export const looksAgain: Rule = {
  name: 'what is waited for in a browser can be looked for more than once',
  violations: files =>
    finding(files, path => /^(test|bench|scripts)\//.test(path), node => {
      if (node.type !== 'CallExpression') return null
      const [callee, [what]] = [node['callee'] as Node, node['arguments'] as Node[]]
      if (callee.type !== 'MemberExpression' || (callee['property'] as { name?: string }).name !== 'waitForFunction') return null
      return what?.type === 'Literal' || what?.type === 'TemplateLiteral' ? 'waitForFunction with a text: the page\'s policy lets it run once, and refuses the second look; give a function, or ask again by `until`' : null
    }),
  planted: [{ 'test/web/a.test.ts': `await page.waitForFunction('scrollY < 10')` }, { 'test/web/a.test.ts': 'await page.waitForFunction(`${name} < 10`)' }],
  kept: { 'test/web/a.test.ts': `await page.waitForFunction((wanted) => name === wanted, 'name')` },
}

export const noRawText: Rule = {
  name: 'no raw SQL and no markup from text',
  violations: files =>
    finding(files, path => /^(src|web|sim|bench)\//.test(path), node => {
      if (node.type === 'MemberExpression' && dotted(node) === 'sql.raw') return 'sql.raw: use parameters, or sql.id for names from a list'
      const name = node.type === 'MemberExpression' && node['computed'] !== true ? (node['property'] as { name?: string }).name : node.type === 'JSXAttribute' ? (node['name'] as { name?: string }).name : undefined
      const isMarkup = name !== undefined && ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'dangerouslySetInnerHTML'].includes(name)
      return isMarkup || (node.type === 'Property' && (node['key'] as { name?: string }).name === 'dangerouslySetInnerHTML') ? `markup from text (${name ?? 'dangerouslySetInnerHTML'})` : null
    }),
  planted: [
    { 'src/store/a.ts': `import { sql } from 'kysely'\nexport const a = sql.raw('select 1')` },
    { 'web/src/a.ts': `document.body.innerHTML = '<b>' + name` },
    { 'web/src/a.tsx': `export const A = () => <p dangerouslySetInnerHTML={{ __html: '' }} />` },
    { 'web/src/a.tsx': `export const props = { dangerouslySetInnerHTML: { __html: '' } }` },
  ],
  kept: { 'src/store/a.ts': `import { sql } from 'kysely'\n// sql.raw is banned\nexport const a = sql\`select 1\``, 'web/src/a.tsx': `export const A = () => <p title="innerHTML">text</p>` },
}
