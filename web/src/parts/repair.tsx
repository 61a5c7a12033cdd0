/**
 * The repair, step by step. A step ticks when its effect is seen, never by a click alone; what Relink
 * can do by itself starts when somebody looks. One primary button at most: the step that is now.
 */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useId, useState, type ReactNode } from 'react'
import { useAct } from '../act.ts'
import { get, type Connection, type Plan, type Problem } from '../api.ts'
import { message, say } from '../language/language.ts'
import { Say } from '../language/say.tsx'
import { useMay } from '../me.ts'
import { AskOwner } from './ask-owner.tsx'
import { candidatesFor, GoesOn } from './feeds.tsx'
import { LoginForm, NotSignedIn, signInNeeds, useTyped, type Typed } from './login-form.tsx'
import { Paper, type PaperKind } from './papers.tsx'
import { Sign, type SignName } from './sign.tsx'
import { Loaded, Trouble } from './states.tsx'
import { Instant, untilInstant, useTold } from './time.tsx'
import { ToCome } from './to-come.tsx'

type Step = Plan['steps'][number]

export function Repair({ problem, connection }: { problem: Problem; connection: Connection }) {
  const plan = useQuery({ queryKey: ['plan', problem.id], queryFn: () => get<Plan>(`/problems/${problem.id}/repair`) })
  const goOn = useAct()
  const may = useMay()
  const now = plan.data?.steps.find(({ state }) => state === 'now')
  // One thing at a time: the answer to a question tells more than any step.
  const answersFirst = problem.card.next?.kind === 'answer'
  const isDue = useTold(() => isNow(now?.notBefore))
  const byItself = may('sync') && now !== undefined && now.who !== 'person' && isDue
  const path = `/connections/${problem.connectionId}/repair`
  // What was told of it since the steps were planned; who waits for what comes of it is not left with the steps of before.
  const news = plan.data?.hasNews === true && may('sync') ? problem.updatedAt : null
  // Here, because a read that begins or ends draws the steps anew, and must not take a password from under whoever types it.
  const typed = useTyped(keptAs(connection))
  // What is hidden loses the focus.
  const isTyping = Object.values(typed[0]).some((value) => value !== '')
  // Of two problems each has steps: these are of the card above.
  const name = useId()
  const [lookedAt, setLookedAt] = useState<string | null>(null)
  const looks = news !== null && (lookedAt !== news || goOn.isPending)
  useEffect(() => {
    if (byItself || news !== null) goOn.send('POST', path, {})
    setLookedAt(news)
    // Once for each step and for all that is told: a step that has to wait is asked again when its time has come, not in a circle.
  }, [byItself, now?.id, news, path])
  return (
    <section className="panel mb-4" aria-labelledby={`${name} ${cardId(problem)}-whose ${cardId(problem)}-what`}>
      <h2 id={name} className="mb-3">{say('Steps')}</h2>
      {goOn.error !== null && <Trouble error={goOn.error} />}
      <Loaded query={plan} toCome={<ToCome bare heights={[320]} />}>
        {({ steps }) => (
          <Steps steps={steps}>{(step) => {
            const control = <><p role="status" className="text-muted empty:hidden">{looks ? say('Relink looks at what was answered…') : ''}</p><div hidden={looks && !isTyping}><Control step={step} connection={connection} problem={problem} typed={typed} /></div></>
            return answersFirst ? <details><summary className="link min-h-6 cursor-pointer">{say('Go on without an answer')}</summary><div className="mt-2">{control}</div></details> : control
          }}</Steps>
        )}
      </Loaded>
      <div className="meta mt-4 flex flex-wrap gap-x-4">
        {PAPERS.filter((kind) => kind !== paperOf(now)).map((kind) => <Paper key={kind} kind={kind} problem={problem} />)}
      </div>
    </section>
  )
}

/** By which the heading of its card is found. */
export function cardId({ id }: Problem): string {
  return `problem-${id}`
}

const PAPERS: readonly PaperKind[] = ['letter', 'bundle']

/** What a step is to be sent; it stands there. */
function paperOf(step: Step | undefined): PaperKind | null {
  return step?.kind === 'contact_bank' ? 'letter' : step?.kind === 'contact_support' ? 'bundle' : null
}

const MARKS: Record<Step['state'], { sign: SignName; word: string }> = {
  done: { sign: 'done', word: message('done') },
  now: { sign: 'now', word: message('now') },
  running: { sign: 'wait', word: message('running') },
  waiting: { sign: 'then', word: message('then') },
  did_not_help: { sign: 'failed', word: message('did not help') },
  skipped: { sign: 'left_out', word: message('left out') },
}

/** The step that is now. */
const NOW = 'now'

/** Leads to what the step that is now waits for, which is further down than a small window shows. */
export function goToStep(): void {
  const step = document.getElementById(NOW)
  step?.scrollIntoView({ block: 'center' })
  step?.querySelector<HTMLElement>('input, select, textarea, button, a')?.focus({ preventScroll: true })
}

/** Who looks has looked, whatever was seen: that is the result. */
function shownAs({ kind, state }: Step): Step['state'] {
  return kind === 'bank_status' && state === 'did_not_help' ? 'done' : state
}

type StepsProps = { steps: readonly Step[]; children?: ((step: Step) => ReactNode) | undefined }

/** The list alone; `children` is what belongs to the step that is now and waits for the person. What follows it, or a wait for the bank, is wanted only where it is not enough, so one thing is asked for, or none. */
export function Steps({ steps, children }: StepsProps) {
  const now = steps.findIndex(({ state, who }) => state === 'now' && who !== 'relink')
  const later = now === -1 ? [] : steps.slice(now + 1).filter(({ kind }) => kind !== 'proof')
  return (
    <>
      <StepList steps={steps.filter((step) => !later.includes(step))}>{children}</StepList>
      {later.length > 0 && (
        <details className="mt-3">
          <summary className="link min-h-6 cursor-pointer">{say('If that is not enough: {count, plural, one {one more way} other {# more ways}}', { count: later.length })}</summary>
          <div className="mt-2"><StepList steps={later} /></div>
        </details>
      )}
    </>
  )
}

function StepList({ steps, children }: StepsProps) {
  return (
    <ol className="grid gap-2.5">
      {steps.map((step) => (
        // A read may put steps before the one that is now: what is typed there keeps the focus.
        <li key={step.state === 'now' ? `now-${step.kind}` : step.id} id={step.state === 'now' ? NOW : undefined} className="grid grid-cols-[1.25rem_1fr]" aria-current={step.state === 'now' ? 'step' : undefined}>
          <span className={shownAs(step) === 'done' ? 'text-ok' : step.state === 'now' ? 'text-accent' : 'text-muted'}><Sign of={MARKS[shownAs(step)].sign} /></span>
          <div className="min-w-0">
            <p>
              <span className="sr-only">{say(MARKS[shownAs(step)].word)}: </span>
              <span className={step.state === 'now' ? 'font-medium' : shownAs(step) === 'done' ? '' : 'text-muted'}>{step.title}</span>
              {step.who === 'person' && step.state === 'now' && <span className="meta"> {say('about {minutes} min', { minutes: Math.max(1, Math.round(step.personMinutes)) })}</span>}
            </p>
            {step.result !== null && <p className="meta">{step.result}</p>}
            {step.state === 'now' && step.who !== 'person' && <p className="meta"><WhenAsked notBefore={step.notBefore} /></p>}
            {step.state === 'now' && step.who === 'person' && children !== undefined && <div className="mt-2">{children(step)}</div>}
          </div>
        </li>
      ))}
    </ol>
  )
}

function isNow(notBefore: string | null | undefined): boolean {
  return notBefore == null || untilInstant(notBefore) <= 0
}

function WhenAsked({ notBefore }: { notBefore: string | null }) {
  return useTold(() => isNow(notBefore)) || notBefore === null ? say('Checking…') : <Say message="Relink asks again {at}." at={<Instant at={notBefore} />} />
}

function Control({ step, connection, problem, typed }: { step: Step; connection: Connection; problem: Problem; typed: Typed }) {
  const act = useAct()
  const may = useMay()
  const says = (did: 'done' | 'cannot'): void => act.send('POST', `/connections/${problem.connectionId}/repair`, { stepId: step.id, did })
  const away = connection.problems.some(({ card }) => card.chip === 'waiting_for_bank')
  const locked = problem.cause === 'login_locked' && step.kind === 'act_at_bank'
  const paper = paperOf(step)
  const site = problem.card.next?.href ?? null
  // Changed there, it is entered here: to look with the old one would send a password that the bank wants to be another.
  const isNewPassword = problem.cause === 'password_change_required' && step.kind === 'act_at_bank'
  if (!may('sync') || !may(step.needs, connection.id)) return <AskOwner />
  const isReading = connection.health === 'reading'
  const readsNow = <p className="text-muted">{say('Relink is reading now…')}</p>
  if (step.kind === 'mfa' && connection.challenge !== null) return <p className="text-muted">{say('The question is above.')}</p>
  if (step.kind === 'reconnect' && problem.cause === 'account_not_found') {
    if (isReading) return readsNow
    const missing = connection.accounts.find(({ id }) => id === problem.accountId)
    const candidates = missing === undefined ? [] : candidatesFor(missing, connection)
    if (!may('administer')) return <AskOwner />
    if (missing !== undefined && candidates.length > 0) return <GoesOn account={missing} candidates={candidates} connectionId={connection.id} first />
  } else if ((step.kind === 'credentials' || isNewPassword || (step.kind === 'reconnect' && problem.cause !== 'connection_migrated' && site === null)) && !away) {
    if (!may(signInNeeds(connection), connection.id)) return <AskOwner />
    return <>{isNewPassword && site !== null && <p className="mb-3"><ToBank site={site} /></p>}<SignInAgain connection={connection} isReading={isReading} typed={typed} /></>
  }
  if (isReading) return readsNow
  return (
    <>
      {act.error !== null && <Trouble error={act.error} />}
      {paper !== null && <Paper kind={paper} problem={problem} first />}
      <div className="flex flex-wrap items-center gap-3">
        <Prepared step={step} problem={problem} connection={connection} />
        <button className="button button-primary" disabled={act.isPending} onClick={() => (step.kind === 'choose_account' && problem.accountId !== null ? act.send('PATCH', `/accounts/${problem.accountId}`, { state: 'paused' }, () => says('done')) : says('done'))}>
          {act.isPending ? say('Checking…') : say(WORDS[step.kind] ?? (locked ? message('Check once') : message('Check now')))}
        </button>
        {!locked && <button className="button" disabled={act.isPending} onClick={() => says('cannot')}>{step.kind === 'same_secret' || step.kind === 'allow_sign_in' ? say('No, do not send it') : say('Not possible for me')}</button>}
      </div>
      {locked && <p className="meta mt-2">{say('Unlock the login at the bank first: Relink signs in exactly once, so that nothing gets worse.')}</p>}
    </>
  )
}

/** What the button of a step says where “Check now” would not tell what happens. */
const WORDS: Partial<Record<string, string>> = { mfa: message('Get a new question'), choose_account: message('Close this feed, keep the rows'), allow_sign_in: message('Sign in once'), same_secret: message('It is right: send it once more') }

/** What a person needs at hand for a step: the bank's site, the file page, another way to the same account, the check of this server. */
function Prepared({ step, problem, connection: { id } }: { step: Step; problem: Problem; connection: Connection }) {
  const may = useMay()
  const site = problem.card.next?.href ?? null
  const otherWay = may('enter_secret', id) && <Link className="button" to="/connections/$id/reconnect" params={{ id }}>{say('Another entry or way of the bank')}</Link>
  const server = <Link className="button" to="/settings/server">{say('See the check of this server')}</Link>
  if (step.kind === 'import_file') return <><Link className="button" to="/import">{say('Import a file')}</Link>{problem.cause === 'access_restricted' && otherWay}</>
  if (step.action === 'fix_network') return server
  if (step.action === 'fix_configuration') return <>{otherWay}{server}</>
  // The way that the bank moved to is another one: it is signed in to beside this one, and looked at first.
  if (step.kind === 'reconnect' && problem.cause === 'connection_migrated') return otherWay
  if ((step.kind === 'act_at_bank' || step.kind === 'reconnect') && site !== null) return <ToBank site={site} />
  return null
}

function ToBank({ site }: { site: string }) {
  return <a className="button" href={site} target="_blank" rel="noreferrer">{say('Open the bank’s site ↗')}</a>
}

function keptAs({ id }: Connection): string {
  return `relink-login-${id}`
}

/** Only the secret has to be typed; the rest stays as it was unless something is entered. Where none is typed here, the way leads to the bank at once. */
function SignInAgain({ connection, isReading, typed }: { connection: Connection; isReading: boolean; typed: Typed }) {
  const act = useAct()
  // What was kept back is not stored: to ask for it is to send it again as it was sent.
  const [sent, setSent] = useState<Record<string, string>>({})
  const send = (form: Record<string, string>, onceMore: boolean): void => {
    setSent(form)
    act.send('PUT', `/connections/${connection.id}/secret`, { form, goesTo: connection.goesTo, onceMore }, () => typed[1]({}))
  }
  if (connection.fields.every(({ kind }) => kind !== 'secret')) {
    return (
      <>
        {connection.challenge !== null ? <p className="text-muted">{say('The way to the bank is above.')}</p> : <button className="button button-primary" disabled={act.isPending} onClick={() => act.send('PUT', `/connections/${connection.id}/secret`, { form: {} })}>{act.isPending ? say('Checking…') : say('Give the permission anew')}</button>}
        {act.error !== null && <div className="mt-3"><Trouble error={act.error} /></div>}
      </>
    )
  }
  const fields = connection.fields.map((field) => (field.kind === 'secret' ? field : { ...field, required: false, hint: say('Leave it empty to keep {login}', { login: connection.loginLabel }) }))
  return (
    <>
      {connection.isElsewhere && <p className="mb-3 [overflow-wrap:anywhere]">{say('The bank has another address now.')} {say('What is typed here goes to {host}.', { host: connection.goesTo.join(', ') })}</p>}
      <LoginForm keptAs={keptAs(connection)} typed={typed} fields={fields} submit={(form) => send(form, false)} label={say('Save and sign in once')} busy={act.isPending || isReading} />
      {act.error !== null && <div className="mt-3"><NotSignedIn error={act.error} busy={act.isPending} onceMore={() => send(sent, true)} /></div>}
    </>
  )
}
