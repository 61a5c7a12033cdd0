/** What every page has beside its content: its heading, nothing yet, nothing at all, and trouble. */
import { Link } from '@tanstack/react-router'
import { useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { createContext, useContext, type ReactNode } from 'react'
import { isAway, proveAgain, ServerProblem } from '../api.ts'
import { useArrival } from '../focus.ts'
import { say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { AskOwner } from './ask-owner.tsx'
import { ToCome } from './to-come.tsx'

/** The heading of what comes in the place of something else; it takes the focus if what had it is gone. */
export function Arrival({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <h2 ref={useArrival<HTMLHeadingElement>()} className={className}>{children}</h2>
}

/** The heading of the page and the title of the window are the same words. */
export function Title({ children }: { children: string }) {
  return (
    <>
      <title>{say('{title} · Relink', { title: children })}</title>
      <PageHeading key={children}>{children}</PageHeading>
    </>
  )
}

function PageHeading({ children }: { children: string }) {
  return <h1 ref={useArrival<HTMLHeadingElement>()} className="name">{children}</h1>
}

type LoadedProps<T> = { query: UseQueryResult<T>; children: (data: T) => ReactNode; toCome?: ReactNode }

/** Shows the content as soon as there is any; until then what stands for it. What was loaded stays while the server is away; trouble is said only where there is nothing. */
export function Loaded<T>({ query, children, toCome }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.error !== null && !isAway(query.error)) return <Trouble error={query.error} />
  return <Waiting error={query.error} toCome={toCome} />
}

/** The same for what the whole page is about: what cannot be read has a heading and a way on, too. */
export function LoadedPage<T>({ query, children, toCome = <ToCome head heights={[240, 240]} /> }: LoadedProps<T>) {
  const { data, error } = query
  if (data !== undefined || error === null || isAway(error)) return <Loaded query={query} toCome={toCome}>{children}</Loaded>
  if (error instanceof ServerProblem && (error.code === 'not_found' || OF_AN_ADDRESS.test(error.message))) return <NotFound />
  return (
    <>
      <Title>{say('This page could not be read')}</Title>
      <div className="mt-4"><Trouble error={error} /></div>
      <ToAccounts />
    </>
  )
}

/** Whether the frame around it says already that nobody answers: once is enough. */
export const AwayIsTold = createContext(false)

/** Nothing is here yet: it is being read, or will be as soon as the server answers. */
export function Waiting({ error, toCome = <ToCome heights={[132]} /> }: { error: Error | null; toCome?: ReactNode }) {
  const isTold = useContext(AwayIsTold)
  if (error !== null && !isTold) return <Trouble error={error} />
  return error === null ? toCome : <p className="meta">{say('Not read yet; it comes when the server answers.')}</p>
}

/** What to do about these speaks to a program, as does what names a part of a request or answer; a command of Relink's is for people. */
const FOR_PROGRAMS: ReadonlySet<string> = new Set(['invalid_request', 'unauthorized', 'forbidden', 'not_found', 'wrong_state'])
const NAMES_A_PART = /`(?!relink )[^`]+`/

/** Where the server found in a request what no form here lets through as it is, it names the part of the request. */
const OF_A_PART = /^(querystring|body|params|headers)\b/
/** What it finds in the address of the page is the name of something. */
const OF_AN_ADDRESS = /^params\b/

function wordsOf(error: Error): string {
  return OF_A_PART.test(error.message) ? say('Something that was entered is too long, or not as it should be. Nothing has changed.') : error.message
}

/** What a person can do about it; empty: nothing that the server knows. */
function remedyOf(error: Error): string {
  if (!(error instanceof ServerProblem)) return ''
  const seconds = error.body['retryAfter']
  if (typeof seconds === 'number') return say('Wait {minutes, plural, one {# minute} other {# minutes}}; until then no try counts.', { minutes: Math.max(1, Math.ceil(seconds / 60)) })
  if (error.code === 'internal_error') return say('The server’s log names the place; please report it.')
  return FOR_PROGRAMS.has(error.code) || NAMES_A_PART.test(error.remedy) ? '' : error.remedy
}

/** What went wrong and what to do, in the grammar of a problem card. */
export function Trouble({ error, children }: { error: Error; children?: ReactNode }) {
  const remedy = remedyOf(error)
  if (useContext(AwayIsTold) && isAway(error)) return null
  return (
    <div role="alert" className="panel mb-4 border-stop">
      <p className="font-medium [overflow-wrap:anywhere]">{wordsOf(error)}</p>
      {remedy !== '' && <p className="text-muted">{remedy.split('`').map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</p>}
      {error instanceof ServerProblem && error.code === 'sign_in_again' && <SignInAgain />}
      {error instanceof ServerProblem && error.code === 'forbidden' && <AskOwner />}
      {children}
    </div>
  )
}

function SignInAgain() {
  const queries = useQueryClient()
  return <button className="button mt-3" onClick={() => void proveAgain('fresh').then((isFresh) => (isFresh ? queries.invalidateQueries() : undefined))}>{say('Sign in again')}</button>
}

/** What will be here, why not yet, and one action. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="panel py-10 text-center">
      <h2>{title}</h2>
      <div className="mx-auto mt-2 max-w-[31em] text-muted">{children}</div>
    </div>
  )
}

/** In the place of a list of rows, higher than the window, so that nothing that is seen moves when they are here. */
export function RowsToCome() {
  return <div className="mt-10"><ToCome rows heights={[Math.max(600, window.innerHeight)]} /></div>
}

/** The way to the first rows, for who may go it. */
export function FirstBank() {
  const may = useMay()
  if (may('administer')) return <Link to="/add" className="button">{say('Connect a bank')}</Link>
  return may('review') ? <Link to="/import" className="button">{say('Import a file')}</Link> : null
}

export function NotFound() {
  return (
    <>
      <Title>{say('There is no such page')}</Title>
      <p className="my-2 text-muted">{say('What was here is removed or taken back, or the address was not copied whole.')}</p>
      <ToAccounts />
    </>
  )
}

function ToAccounts() {
  return <p><Link to="/accounts" className="link alone py-1">{say('Go to the accounts')}</Link></p>
}
