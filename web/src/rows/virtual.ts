/**
 * A long list by the keyboard: only what is near the window is in the document, the next page is asked for
 * before its end is reached, and the row that has the focus stays in the document wherever the window is.
 */
import { defaultRangeExtractor, useWindowVirtualizer, type Range } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react'

const ROW_HEIGHT = 40
const PAGE_OF_ROWS = 12
/** So near to the end of what is loaded the next page is asked for. */
const NEAR_THE_END = 60

export type LongList = { readonly rows: readonly { readonly id: string }[]; readonly hasMore: boolean; readonly isLoading: boolean; readonly loadMore: () => void }

/** `rows`: the same array for as long as they are the same rows; all of them are measured anew for another one. */
export function useLongList({ rows, hasMore, isLoading, loadMore }: LongList) {
  const count = rows.length
  const keyOf = useCallback((index: number) => rows[index]?.id ?? String(index), [rows])
  const frame = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [active, setActive] = useState(0)
  // Rises when the focus has to follow: by a key, or because the row that had it is gone.
  const [follow, setFollow] = useState(0)
  // Where the focus was then: who went into a field meanwhile is not called back.
  const askedAt = useRef<Element | null>(null)
  const at = Math.max(0, Math.min(active, count - 1))
  const virtual = useWindowVirtualizer({
    count, estimateSize: () => ROW_HEIGHT, overscan: 12, scrollMargin: top, getItemKey: keyOf,
    rangeExtractor: (range: Range) => {
      const seen = defaultRangeExtractor(range)
      return count === 0 || seen.includes(at) ? seen : [...seen, at].sort((a, b) => a - b)
    },
  })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  // Where the list begins is another place when what stands above it takes more lines or fewer.
  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return
    const measure = (): void => setTop(element.getBoundingClientRect().top + scrollY)
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(document.body)
    return () => watch.disconnect()
  }, [count === 0])
  useEffect(() => {
    if (hasMore && !isLoading && last >= count - NEAR_THE_END) loadMore()
  }, [last, hasMore, isLoading, count])
  useEffect(() => {
    const now = document.activeElement
    if (follow === 0 || (now !== askedAt.current && now !== document.body && frame.current?.contains(now) !== true)) return
    frame.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus({ preventScroll: true })
  }, [follow])
  const go = (to: number): void => {
    const next = Math.max(0, Math.min(count - 1, to))
    askedAt.current = document.activeElement
    setActive(next)
    virtual.scrollToIndex(next, { align: 'auto' })
    setFollow((before) => before + 1)
  }
  /** Arrows, pages and ends; true when the key was one of them. */
  const onMove = (event: KeyboardEvent): boolean => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE_OF_ROWS, PageUp: at - PAGE_OF_ROWS, Home: 0, End: count - 1 }[event.key]
    if (to === undefined) return false
    event.preventDefault()
    go(to)
    return true
  }
  return { frame, shown, active: at, setActive, go, onMove, measure: virtual.measureElement, height: virtual.getTotalSize(), offsetOf: (start: number) => `translateY(${start - top}px)` }
}
