/**
 * Single keys of a page. They never fire while somebody types or chooses in a field, nor with a modifier,
 * and can be switched off for good (WCAG 2.1.4).
 */
import { useEffect, useRef, useState } from 'react'
import { tinykeys } from 'tinykeys'
import { keepChoice, kept } from '../kept.ts'

const OFF = 'relink-keys-off'

export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>

/** Whether an event comes out of something that takes letters itself, or of a form whose buttons are about another matter than the page's keys. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('[data-keys=own]') !== null || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

export function useKeys(keys: Keys): { readonly isOn: boolean; readonly toggle: () => void } {
  const [isOn, setOn] = useState(() => kept(OFF) === null)
  const newest = useRef(keys)
  newest.current = keys
  const names = Object.keys(keys).join('\n')
  useEffect(() => {
    if (!isOn) return
    const bindings = Object.fromEntries(names.split('\n').map((name) => [name, (event: KeyboardEvent) => {
      if (isTyping(event)) return
      event.preventDefault()
      newest.current[name]?.(event)
    }]))
    return tinykeys(window, bindings)
  }, [isOn, names])
  const toggle = (): void => {
    keepChoice(OFF, isOn ? 'yes' : null)
    setOn(!isOn)
  }
  return { isOn, toggle }
}
