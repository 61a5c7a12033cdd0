/**
 * Where the focus goes when what had it is gone: a keyboard is never left nowhere. What comes in its place takes
 * it (`useArrival`), such as the question that follows a password; else the first control of what was put into its
 * very place, such as a form that a button opens; else the same control of what follows in its list; else the heading
 * of the section that it was in.
 * A control that was off while it worked has the focus again when it is on.
 */
import { useEffect, useRef, type RefObject } from 'react'

/** What has the focus, or had it last, and the parts of the page that it is in, innermost first. */
let held: HTMLElement | null = null
let around: readonly Element[] = []
/** All that it is in, innermost first. */
let within: readonly Element[] = []
/** Where it is in a list: one goes on with what follows. */
let listed: { readonly list: Element; readonly item: Element; readonly index: number; readonly control: number } | null = null
let byKeyboard = false
let wasOff = false
/** A heading that took the focus for want of anything better. */
let standIn: Element | null = null
/** What appeared since: it may be here before what had the focus is gone. */
let arrived: readonly HTMLElement[] = []

function isNowhere(): boolean {
  return document.activeElement === null || document.activeElement === document.body
}

function isLost(): boolean {
  return (held !== null && !held.isConnected && isNowhere()) || (standIn !== null && document.activeElement === standIn)
}

function take(target: HTMLElement): void {
  target.tabIndex = -1
  // Who uses a mouse is not moved to another place of the page.
  target.focus({ preventScroll: !byKeyboard })
}

/** Somebody went on by the keyboard to something that is not here yet, from what stays where it is. */
let isAwaited = false

/** Whoever opens something by a key is led to it: the next heading that appears takes the focus. */
export function awaitArrival(): void {
  isAwaited = true
}

/** For the heading of what appears: it takes the focus if what had it is gone, or if somebody went to it. */
export function useArrival<E extends HTMLElement>(): RefObject<E | null> {
  const heading = useRef<E>(null)
  useEffect(() => {
    if (heading.current === null) return
    arrived = [...arrived, heading.current]
    if (isLost() || isAwaited) take(heading.current)
  }, [])
  return heading
}

/** Whether the last key was the one that leads on; a list that leads by its own keys scrolls by itself. */
let isTab = false

/** From the start of the page on. */
export function keepFocus(): void {
  document.addEventListener('keydown', ({ key }) => { isTab = key === 'Tab' }, { capture: true })
  document.addEventListener('pointerdown', () => { isTab = false }, { capture: true })
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return
    held = target
    wasOff = false
    isAwaited = false
    if (target !== standIn) {
      standIn = null
      arrived = []
      byKeyboard = target.matches(':focus-visible')
    }
    if (isTab) keepInSight(target)
    const parts: Element[] = []
    for (let part = target.closest('section, main'); part !== null; part = part.parentElement?.closest('section, main') ?? null) parts.push(part)
    around = parts
    listed = placeInList(target)
    within = []
    for (let part = target.parentElement; part !== null; part = part.parentElement) within = [...within, part]
  })
  new MutationObserver((changes) => {
    if (held === null) return
    // The browser takes the focus of what is off only when it next draws, so this cannot wait until it is gone.
    if (held.isConnected && held.matches(':disabled')) wasOff = true
    else if (!isNowhere()) return
    else if (!held.isConnected) {
      const inPlace = putInItsPlace(changes)
      requestAnimationFrame(() => requestAnimationFrame(() => standForIt(inPlace)))
    }
    else if (wasOff) held.focus({ preventScroll: true })
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled'] })
}

/** The rows of a long list are measured on the way, and what comes after them is then further down than the browser scrolled to. Whoever does anything next may scroll away. */
function keepInSight(target: HTMLElement): void {
  const watch = new ResizeObserver(() => target.scrollIntoView({ block: 'nearest' }))
  watch.observe(document.body)
  const done = new AbortController()
  const end = (): void => {
    watch.disconnect()
    done.abort()
  }
  target.addEventListener('blur', end, { signal: done.signal })
  for (const act of ['keydown', 'wheel', 'pointerdown', 'touchmove']) addEventListener(act, end, { capture: true, passive: true, signal: done.signal })
}

const CONTROLS = 'a[href], button, input, select, textarea, summary'

/** The first control of what the same change put where it was: into the innermost of what it was in that is still here. */
function putInItsPlace(changes: readonly MutationRecord[]): HTMLElement | null {
  const place = within.find((part) => part.isConnected)
  const added = changes.filter(({ target }) => target === place).flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof HTMLElement)
  return added.map((node) => (node.matches(CONTROLS) ? node : node.querySelector<HTMLElement>(CONTROLS))).find((one) => one !== null) ?? null
}

function placeInList(target: HTMLElement): typeof listed {
  const item = target.closest('li')
  const list = item?.parentElement ?? null
  return item === null || list === null ? null : { list, item, index: [...list.children].indexOf(item), control: [...item.querySelectorAll(CONTROLS)].indexOf(target) }
}

/** Of a list that lost the item: the same control of the one that took its place, or of the last. */
function following(): HTMLElement | null {
  if (listed === null || listed.item.isConnected || !listed.list.isConnected) return null
  const controls = [...(listed.list.children[Math.min(listed.index, listed.list.children.length - 1)]?.querySelectorAll<HTMLElement>(CONTROLS) ?? [])]
  return controls[listed.control] ?? controls.at(-1) ?? null
}

/** After those that come in its place had their turn. */
function standForIt(inPlace: HTMLElement | null): void {
  if (held === null || held.isConnected || !isNowhere()) return
  const next = arrived.findLast((one) => one.isConnected)
  if (next !== undefined) return take(next)
  const follower = inPlace?.isConnected === true ? inPlace : following()
  if (follower?.matches(':disabled') === true) {
    // What it sets off is on its way still; it has the focus as soon as it is on.
    held = follower
    wasOff = true
    return
  }
  if (follower !== null) return follower.focus({ preventScroll: !byKeyboard })
  const heading = [...around.filter((part) => part.isConnected), document].map((part) => part.querySelector<HTMLElement>('h1, h2, h3')).find((one) => one !== null)
  if (heading === undefined) return
  standIn = heading
  take(heading)
}
