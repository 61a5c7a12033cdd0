/** What is left in English on a page in German. */
import type { Page } from 'playwright-core'

/** Words that no German text has, and hardly an English sentence lacks. */
const ENGLISH = /\b(the|and|of|to|is|are|it|its|this|that|with|your|you|not|for|from|by|on|at|be|or|no|all|has|have|what|when|which|how|until|without)\b/iu

/** Text as a person sees it, but for what is named or said by others: banks, accounts, rows, quotations, audit codes. */
const SEEN = `(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const seen = []
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const holder = node.parentElement
    if (node.textContent.trim() === '' || holder.closest('q, bdi, code, [lang], .name, script, style, noscript, option') !== null || holder.closest('html[lang="de"]') === null) continue
    if (holder.checkVisibility()) seen.push(node.textContent.trim())
  }
  const spoken = [...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap((one) => ['aria-label', 'title', 'placeholder'].flatMap((name) => one.getAttribute(name) ?? []))
  return [...seen, ...spoken]
})()`

/** `names`: of accounts, which stay as the bank has them. */
export async function englishOn(page: Page, names: readonly string[] = []): Promise<readonly string[]> {
  return (await page.evaluate<string[]>(SEEN)).filter((text) => ENGLISH.test(names.reduce((rest, name) => rest.replaceAll(name, ''), text)))
}
