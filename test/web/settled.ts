/** How a test of the browser goes to a page and leaves it. */
import type { Page } from 'playwright-core'

/** Loaded with its data: headings stand, and nothing says that it is loading, in the words of that language. */
export async function settled(page: Page, address: string, loading = 'Loading…'): Promise<void> {
  await page.goto(address, { waitUntil: 'load' })
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator(`main:not(:has-text("${loading}"))`).waitFor()
}

/** Closes the window of a test that answers requests itself: one that is cut off in the middle of an answer would fail whatever runs then. */
export async function leave(page: Page): Promise<void> {
  await page.unrouteAll({ behavior: 'wait' })
  await page.context().close()
}
