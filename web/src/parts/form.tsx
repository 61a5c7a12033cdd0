/**
 * A form whose button is never dead: what is missing, or is not as it should be, is said in a summary that takes the
 * focus and leads to each field, in the words of the page instead of the browser's.
 */
import { useEffect, useRef, useState, type ComponentProps } from 'react'
import { say } from '../language/language.ts'

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

/** `submit`: called with every field as its attributes (`required`, `type`, `pattern`, `minLength`) want it. */
export function Form({ submit, children, ...rest }: Omit<ComponentProps<'form'>, 'onSubmit' | 'noValidate'> & { submit: () => void }) {
  const [wrong, setWrong] = useState<readonly Field[]>([])
  const summary = useRef<HTMLDivElement>(null)
  useEffect(() => {
    for (const field of wrong) field.setAttribute('aria-invalid', 'true')
    summary.current?.focus()
    return () => { for (const field of wrong) field.removeAttribute('aria-invalid') }
  }, [wrong])
  const send = (form: HTMLFormElement): void => {
    const found = wrongIn(form)
    setWrong(found)
    if (found.length === 0) submit()
  }
  return (
    <form {...rest} noValidate onSubmit={(event) => { event.preventDefault(); send(event.currentTarget) }}>
      {wrong.length > 0 && (
        <div ref={summary} tabIndex={-1} role="alert" className="panel w-full border-stop">
          <p className="font-medium">{wrong.every(isEmpty) ? say('{count, plural, one {One field is empty} other {# fields are empty}}', { count: wrong.length }) : say('{count, plural, one {One field is not as it should be} other {# fields are not as they should be}}', { count: wrong.length })}</p>
          <ul>{wrong.map((field, at) => <li key={at}><button type="button" className="link alone text-left" onClick={() => field.focus()}>{faultOf(field)}</button></li>)}</ul>
        </div>
      )}
      {children}
    </form>
  )
}

/** Of a choice the first stands for all. */
function wrongIn(form: HTMLFormElement): readonly Field[] {
  const fields = [...form.elements].filter((one): one is Field => 'willValidate' in one && one.willValidate === true && one instanceof HTMLElement && one.matches('input, select, textarea'))
  const wrong = fields.filter((field) => !field.validity.valid || (field.required && isEmpty(field)))
  return wrong.filter((field, at) => field.type !== 'radio' || wrong.findIndex(({ type, name }) => type === 'radio' && name === field.name) === at)
}

/** Spaces fill nothing in. */
function isEmpty(field: Field): boolean {
  return field.validity.valueMissing || (field.value.trim() === '' && !field.validity.badInput)
}

function faultOf(field: Field): string {
  const name = nameOf(field)
  if (field.type === 'checkbox') return say('“{field}” is not ticked', { field: name })
  if (isEmpty(field)) return say('{field} is missing', { field: name })
  if (field.validity.tooShort && 'minLength' in field) return say('{field}: at least {count} characters', { field: name, count: field.minLength })
  return say('{field} is not as it should be', { field: name })
}

/** The words before the field, without what is said of it behind. */
function nameOf(field: Field): string {
  const legend = field.type === 'radio' ? field.closest('fieldset')?.querySelector('legend') : null
  const words = legend ?? [...(field.labels?.[0]?.childNodes ?? [])].find((node) => node !== field && node.textContent?.trim() !== '')
  return (words?.textContent ?? field.getAttribute('aria-label') ?? '').trim()
}
