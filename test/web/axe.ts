/** What axe finds on a page as it stands: the rules of WCAG 2.2 AA and good practice. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violation = { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[] }

/** In both themes; `own`: in the one that the page has. */
export async function violations(page: Page, themes: 'both' | 'own' = 'both'): Promise<readonly string[]> {
  const own = await page.evaluate<boolean>("matchMedia('(prefers-color-scheme: dark)').matches") ? 'dark' : 'light'
  const found: string[] = []
  const other = own === 'dark' ? 'light' : 'dark'
  for (const scheme of themes === 'both' ? ([other, own] as const) : ([own] as const)) {
    await page.emulateMedia({ colorScheme: scheme })
    found.push(...(await run(page, "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']")).map((one) => `${scheme}: ${one}`))
  }
  return found
}

/** Of the colours of the theme that the page has, alone: nothing else that axe looks at depends on it. */
export function contrast(page: Page): Promise<readonly string[]> {
  return run(page, "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }")
}

async function run(page: Page, runOnly: string): Promise<readonly string[]> {
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(AXE)
  // Colours that are on their way to the other theme are of neither.
  await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined)))')
  const found = await page.evaluate<Violation[]>(`axe.run(document, { runOnly: ${runOnly}, resultTypes: ['violations'] }).then((result) => result.violations)`)
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary}`))
}
