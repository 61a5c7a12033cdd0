/** Whether things on a page are told apart without colour: their pictures in grey are compared point by point. */
import type { Locator, Page } from 'playwright-core'

/** A point differs when it is lighter or darker by so much of 255. */
const STEP = 40

/**
 * The least share of points in which two of the elements differ, in grey, cut to their common size; with the
 * two that are most alike.
 */
export async function leastDifference(page: Page, elements: readonly Locator[]): Promise<{ readonly share: number; readonly of: readonly [number, number] }> {
  const pictures: string[] = []
  for (const element of elements) pictures.push((await element.screenshot()).toString('base64'))
  // The policy of the page itself lets nothing in that it did not serve.
  const blank = await page.context().newPage()
  return blank.evaluate(
    async ({ pictures, step }) => {
      const scope = globalThis as unknown as { fetch(url: string): Promise<{ blob(): Promise<unknown> }>; createImageBitmap(blob: unknown): Promise<{ width: number; height: number }>; OffscreenCanvas: new (width: number, height: number) => { getContext(kind: '2d'): { drawImage(image: unknown, x: number, y: number): void; getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray } } } }
      const images = []
      for (const picture of pictures) images.push(await scope.createImageBitmap(await (await scope.fetch(`data:image/png;base64,${picture}`)).blob()))
      const [width, height] = [Math.min(...images.map((one) => one.width)), Math.min(...images.map((one) => one.height))]
      const points = images.map((image) => {
        const canvas = new scope.OffscreenCanvas(width, height).getContext('2d')
        canvas.drawImage(image, 0, 0)
        const { data } = canvas.getImageData(0, 0, width, height)
        // Rec. 709, as WCAG's relative luminance weighs them.
        return Array.from({ length: width * height }, (_, at) => 0.2126 * data[at * 4]! + 0.7152 * data[at * 4 + 1]! + 0.0722 * data[at * 4 + 2]!)
      })
      let least = { share: 1, of: [0, 0] as [number, number] }
      for (let a = 0; a < points.length; a++) {
        for (let b = a + 1; b < points.length; b++) {
          let differing = 0
          for (let at = 0; at < width * height; at++) if (Math.abs(points[a]![at]! - points[b]![at]!) > step) differing++
          const share = differing / (width * height)
          if (share < least.share) least = { share, of: [a, b] }
        }
      }
      return least
    },
    { pictures, step: STEP },
  )
}
