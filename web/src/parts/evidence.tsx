/** What speaks for the first cause and against it: three and two facts, the rest on request; what Relink found wrong with the answer; then the bank's own words, as it wrote them. */
import type { Problem } from '../api.ts'
import { say } from '../language/language.ts'
import { Sentence } from './sentence.tsx'

const FOR = 3
const AGAINST = 2

export function Evidence({ problem: { causes, bankSays, found } }: { problem: Problem }) {
  const [first, ...others] = causes
  if (first === undefined) return null
  const more = first.for.length > FOR || first.against.length > AGAINST || others.some((one) => one.for.length > 0)
  return (
    <div className="mt-3 grid gap-3">
      <div className="grid gap-x-6 gap-y-3 @xl:grid-cols-2">
        <Facts title={say('Speaks for it')} facts={first.for.slice(0, FOR)} />
        <Facts title={say('Speaks against it')} facts={first.against.slice(0, AGAINST)} />
      </div>
      {found !== null && (
        <div>
          <p className="meta">{say('What Relink found')}</p>
          <p className="[overflow-wrap:anywhere]">{found}</p>
        </div>
      )}
      {bankSays !== null && (
        <figure>
          <figcaption className="meta">{say('The bank’s words')}</figcaption>
          <blockquote className="border-l-2 border-line pl-3 [overflow-wrap:anywhere]">
            <bdi>{say('“{text}”', { text: bankSays.text })}</bdi>
            {bankSays.codes.length > 0 && <span className="meta"> {say('(code {codes})', { codes: bankSays.codes.join(', ') })}</span>}
          </blockquote>
        </figure>
      )}
      {more && (
        <details>
          <summary className="link w-fit">{say('All evidence')}</summary>
          <div className="mt-2 grid gap-3">
            {causes.filter((one, index) => index === 0 || one.for.length > 0).map((one) => (
              <div key={one.cause}>
                <p className="font-medium"><Sentence parts={one.what} /> <span className="meta">{one.share}</span></p>
                <div className="grid gap-x-6 gap-y-2 @xl:grid-cols-2">
                  <Facts title={say('For')} facts={one.for} />
                  <Facts title={say('Against')} facts={one.against} />
                </div>
              </div>
            ))}
          </div>
        </details>
      )}
    </div>
  )
}

function Facts({ title, facts }: { title: string; facts: readonly string[] }) {
  if (facts.length === 0) return null
  return (
    <div className="min-w-0">
      <p className="meta">{title}</p>
      <ul className="list-disc pl-5">{facts.map((fact) => <li key={fact} className="[overflow-wrap:anywhere]">{fact}</li>)}</ul>
    </div>
  )
}
