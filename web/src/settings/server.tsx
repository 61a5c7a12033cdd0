/** This server: what `relink doctor` finds of this host, for whoever a card tells that the fault is here. Looked anew each time the page is opened. */
import { useQuery } from '@tanstack/react-query'
import { get, type HostFinding } from '../api.ts'
import { message, say } from '../language/language.ts'
import { useMay } from '../me.ts'
import { AskOwner } from '../parts/ask-owner.tsx'
import { Chip, type Tone } from '../parts/chip.tsx'
import { Loaded, Title } from '../parts/states.tsx'
import { ToCome } from '../parts/to-come.tsx'

const STATES: Record<HostFinding['state'], { readonly tone: Tone; readonly word: string }> = {
  ok: { tone: 'ok', word: message('In order') }, warning: { tone: 'need', word: message('Worth a look') }, broken: { tone: 'stop', word: message('Broken') }, not_known: { tone: 'off', word: message('Not known') },
}
/** What is wrong stands first. */
const ORDER: readonly HostFinding['state'][] = ['broken', 'warning', 'not_known', 'ok']

export function ServerPage() {
  const may = useMay()
  return (
    <div className="grid gap-4">
      <Title>{say('This server')}</Title>
      <p className=" text-muted">{say('Names, certificates, clock, disk and keys of the computer on which Relink runs. It asks the public sites of your banks how far a connection gets, and sends no password.')}</p>
      {may('sync') ? <Findings /> : <div className="panel"><AskOwner /></div>}
    </div>
  )
}

function Findings() {
  // Static: what happens elsewhere has every other query asked anew, and this one calls banks.
  const check = useQuery({ queryKey: ['server-check'], queryFn: () => get<{ items: HostFinding[] }>('/server/check'), gcTime: 0, staleTime: 'static' })
  return (
    <>
      {/* Above what comes late, so that nothing moves. */}
      <p><button type="button" className="button" disabled={check.isFetching} onClick={() => void check.refetch()}>{check.isFetching ? say('Checking…') : say('Check again')}</button></p>
      <Loaded query={check} toCome={<ToCome heights={[680]} />}>
        {({ items }) => (
          <ul className="panel grid gap-3" aria-label={say('What was found')} aria-busy={check.isFetching}>
            {[...items].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).map(({ check: key, name, state, sentence }) => (
              <li key={key} className="grid gap-x-4 gap-y-1 sm:grid-cols-[12rem_minmax(0,1fr)]">
                <span className="flex flex-wrap items-center justify-between gap-x-2 sm:flex-col sm:flex-nowrap sm:items-start sm:justify-start"><span className="font-medium">{name}</span><Chip tone={STATES[state].tone}>{say(STATES[state].word)}</Chip></span>
                <span className="min-w-0 max-w-[31em] [overflow-wrap:anywhere]">{sentence}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  )
}
