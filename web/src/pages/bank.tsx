/** One bank: how it is now, each of its days, every outage, and the connections that tell of it. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { get, type Bank, type Connection } from '../api.ts'
import { say } from '../language/language.ts'
import { History } from '../parts/bank-history.tsx'
import { Chip } from '../parts/chip.tsx'
import { ConnectionChip } from '../parts/connection-state.tsx'
import { Sentence } from '../parts/sentence.tsx'
import { ToList } from '../parts/split.tsx'
import { Loaded, NotFound, Title } from '../parts/states.tsx'
import { BANK_HEALTH, Notices, useBanks } from './banks.tsx'
import { ToCome } from '../parts/to-come.tsx'

const route = getRouteApi('/banks/banks/$id')

export function BankPage() {
  const { id } = route.useParams()
  const banks = useBanks()
  return (
    <Loaded query={banks} toCome={<ToCome heights={[380]} />}>
      {({ items }) => {
        const bank = items.find(({ institutionId }) => institutionId === id)
        return bank === undefined ? <NotFound /> : <Whole bank={bank} />
      }}
    </Loaded>
  )
}

function Whole({ bank }: { bank: Bank }) {
  return (
    <>
      <ToList to="/banks">{say('All banks')}</ToList>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <Title>{bank.name}</Title>
        <Chip tone={BANK_HEALTH[bank.health].tone}>{say(BANK_HEALTH[bank.health].word)}</Chip>
      </div>
      <p className="text-muted"><Sentence parts={bank.sentence} /></p>
      <Notices bank={bank} />
      <section className="panel mt-4" aria-label={say('Its days')}><History bank={bank} /></section>
      <Connections bank={bank} />
    </>
  )
}

function Connections({ bank: { institutionId } }: { bank: Bank }) {
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => get<{ items: Connection[] }>('/connections') })
  const own = connections.data?.items.filter((one) => one.institutionId === institutionId) ?? []
  if (own.length === 0) return null
  return (
    <section className="mt-6">
      <h2 className="mb-2">{say('Connections')}</h2>
      <ul className="panel grid gap-2">
        {own.map((connection) => (
          <li key={connection.id} className="flex flex-wrap items-center justify-between gap-3">
            <Link className="link alone py-0.5" to="/connections/$id" params={{ id: connection.id }}>{say('Login {login}', { login: connection.loginLabel })}</Link>
            <ConnectionChip connection={connection} />
          </li>
        ))}
      </ul>
    </section>
  )
}
