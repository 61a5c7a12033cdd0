/** The health of each bank, learned from all connections that use it. */
import { useQuery } from '@tanstack/react-query'
import { get, type Bank } from '../api.ts'
import { Chip, type Tone } from '../parts/chip.tsx'
import { Sentence } from '../parts/sentence.tsx'
import { Empty, Trouble } from '../shell.tsx'

const TONES: Record<Bank['health'], { tone: Tone; word: string }> = {
  working: { tone: 'ok', word: 'Working' },
  slow: { tone: 'wait', word: 'Slow' },
  down: { tone: 'stop', word: 'Not answering' },
  unknown: { tone: 'off', word: 'Not known' },
}

export function BanksPage() {
  const banks = useQuery({ queryKey: ['banks'], queryFn: () => get<{ items: Bank[] }>('/banks') })
  if (banks.error !== null) return <Trouble error={banks.error} />
  if (banks.data === undefined) return null
  return (
    <>
      <h1 className="mb-4">Banks</h1>
      {banks.data.items.length === 0 && <Empty title="No bank is connected yet">Their health appears here once you connect one.</Empty>}
      <ul className="grid gap-2">
        {banks.data.items.map((bank) => (
          <li key={bank.institutionId} className="panel flex flex-wrap items-center justify-between gap-3">
            <div><span className="font-medium">{bank.name}</span><p className="text-muted"><Sentence parts={bank.sentence} /></p></div>
            <Chip tone={TONES[bank.health].tone}>{TONES[bank.health].word}</Chip>
          </li>
        ))}
      </ul>
    </>
  )
}
