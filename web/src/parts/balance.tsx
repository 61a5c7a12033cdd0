/** Where balance and rows disagree: what differs, what explains it, what would mend it. All sentences come from the server. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get, type BalanceProof } from '../api.ts'
import { say } from '../language/language.ts'
import { Chip } from './chip.tsx'
import { Sentence } from './sentence.tsx'

type Break = BalanceProof['breaks'][number]

export function useBalanceProof(accountId: string): UseQueryResult<BalanceProof> {
  return useQuery({ queryKey: ['balance-proof', accountId], queryFn: () => get<BalanceProof>(`/accounts/${accountId}/balance-proof`) })
}

/** Nothing where balances agree: the strip of days says so already. */
export function BalanceBreaks({ accountId }: { accountId: string }) {
  const breaks = useBalanceProof(accountId).data?.breaks ?? []
  if (breaks.length === 0) return null
  return (
    <section className="panel mt-3 grid gap-3" aria-label={say('Balance and rows')}>
      {breaks.map((each) => <Difference key={each.from} of={each} />)}
    </section>
  )
}

function Difference({ of: { status, says, explanations } }: { of: Break }) {
  const [first, ...others] = explanations
  return (
    <div className="grid gap-1 [overflow-wrap:anywhere]">
      <p><Chip tone={status === 'broken' ? 'need' : 'wait'}>{status === 'broken' ? say('Disagrees') : say('Not yet')}</Chip> <Sentence parts={says} /></p>
      {first !== undefined && (
        <>
          <ul className="list-disc pl-5">{first.faults.map((fault, index) => <li key={index}><Sentence parts={fault.says} /></li>)}</ul>
          <p className="meta"><Sentence parts={first.mend} />{first.faults.some(({ kind }) => kind === 'doubled') && <> <Link className="link" to="/review">{say('Open Review')}</Link></>}</p>
        </>
      )}
      {others.length > 0 && (
        <details className="meta">
          <summary className="cursor-pointer">{say('What else would explain it')}</summary>
          <ul className="list-disc pl-5">{others.map(({ faults }, index) => <li key={index}>{faults.map((fault, at) => <span key={at}><Sentence parts={fault.says} /> </span>)}</li>)}</ul>
        </details>
      )}
    </div>
  )
}
