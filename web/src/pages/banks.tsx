/** The health of each bank, learned from all connections that use it. */
import { useQuery } from '@tanstack/react-query'
import { get, type Bank } from '../api.ts'
import { Chip, type Tone } from '../parts/chip.tsx'
import { Sentence } from '../parts/sentence.tsx'
import { Empty, Loaded, Title } from '../parts/states.tsx'

export const BANK_HEALTH: Record<Bank['health'], { tone: Tone; word: string }> = {
  working: { tone: 'ok', word: 'Working' },
  slow: { tone: 'wait', word: 'Slow' },
  down: { tone: 'stop', word: 'Not answering' },
  unknown: { tone: 'off', word: 'Not used yet' },
}

export function BanksPage() {
  const banks = useQuery({ queryKey: ['banks'], queryFn: () => get<{ items: Bank[] }>('/banks') })
  return (
    <>
      <div className="mb-4"><Title>Banks</Title></div>
      <Loaded query={banks}>
        {({ items }) => (
          <>
            {items.length === 0 && <Empty title="No bank is connected yet">Their health appears here once you connect one.</Empty>}
            <ul className="grid gap-2">
              {items.map((bank) => (
                <li key={bank.institutionId} className="panel flex flex-wrap items-center justify-between gap-3">
                  <div className="min-w-0"><span className="name font-medium">{bank.name}</span><p className="text-muted"><Sentence parts={bank.sentence} /></p></div>
                  <Chip tone={BANK_HEALTH[bank.health].tone}>{BANK_HEALTH[bank.health].word}</Chip>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </>
  )
}
