/** Sentences come from the server as typed parts; the page only formats them. */
import type { Problem } from '../api.ts'
import { Amount } from './money.tsx'
import { Day, Point } from './time.tsx'

type Parts = Problem['card']['what']

export function Sentence({ parts }: { parts: Parts }) {
  return (
    <>
      {parts.map((part, index) => (
        <Piece key={index} part={part} />
      ))}
    </>
  )
}

function Piece({ part }: { part: Parts[number] }) {
  if (typeof part === 'string') return <>{part}</>
  switch (part.kind) {
    case 'day':
      return <Day day={part.day} />
    case 'instant':
      return <Point at={part.at} />
    case 'money':
      return <Amount amount={part.amount} currency={part.currency} />
    case 'count':
      return <>{part.count}</>
    case 'quote':
      return <q><bdi>{part.text}</bdi></q>
    case 'link':
      return <a className="link" href={part.href} target="_blank" rel="noreferrer">{part.text} ↗</a>
  }
}
