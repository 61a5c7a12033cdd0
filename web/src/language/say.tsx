import { Fragment, type ReactNode } from 'react'
import { formatOf } from './language.ts'

type Wrap = (inside: ReactNode) => ReactNode
type Value = ReactNode | Wrap

/**
 * A message whose values may be more than text: `<Say message="read <at></at>" …>` is never needed, `{at}` takes an element;
 * what is inside a tag is given to its function: `message="See <a>the steps</a>." a={(inside) => <Link …>{inside}</Link>}`.
 */
export function Say({ message, ...values }: { readonly message: string } & { readonly [name: string]: Value }) {
  const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'function' ? (chunks: ReactNode[]) => value(keyed(chunks)) : value]))
  const said = formatOf(message).format<ReactNode>(given as never)
  return <>{keyed(Array.isArray(said) ? said : [said])}</>
}

function keyed(pieces: readonly ReactNode[]): ReactNode {
  return pieces.map((piece, at) => <Fragment key={at}>{piece}</Fragment>)
}
