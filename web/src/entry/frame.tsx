/** The frame of pages before the sign-in: the name, one thing to do, nothing else. */
import type { ReactNode } from 'react'
import { ChooseLanguage } from '../language/choose.tsx'
import { Mark } from '../parts/mark.tsx'
import { Title } from '../parts/states.tsx'

export function EntryFrame({ title, children, intro }: { title: string; intro?: ReactNode; children: ReactNode }) {
  return (
    <main className="mx-auto grid max-w-md gap-4 px-4 py-10 sm:py-20">
      <p className="flex items-center gap-2 text-[17px] font-semibold"><Mark /> Relink</p>
      <Title>{title}</Title>
      {intro !== undefined && <p className="text-muted">{intro}</p>}
      {children}
      <ChooseLanguage />
    </main>
  )
}
