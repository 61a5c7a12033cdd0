/**
 * The balance proof as a picture: what the rows come to as steps, what the bank stated as dots, and where
 * they disagree a bracket with its amount. Positions are pictures and may be rounded; every amount that is
 * written is the exact string. The table beneath says the same.
 */
import { AxisBottom, AxisLeft } from '@visx/axis'
import { curveStepAfter } from '@visx/curve'
import { Group } from '@visx/group'
import { scaleLinear, scaleTime } from '@visx/scale'
import { LinePath } from '@visx/shape'
import { useEffect, useRef, useState } from 'react'
import { locale, say } from '../language/language.ts'
import { Amount, useMoney } from './money.tsx'
import { Ticked } from './sign.tsx'
import { Day, formatDay } from './time.tsx'

export type BalanceSeries = { steps: { on: string; amount: string }[]; stated: { on: string; amount: string; differs: string }[] }

const HEIGHT = 190
const MARGIN = { top: 16, bottom: 28, left: 56 }
const LETTER = 7.5
const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 })
const short = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' })
const at = (day: string): Date => new Date(`${day}T00:00:00Z`)

export default function BalancePicture({ series, currency }: { series: BalanceSeries; currency: string }) {
  const { steps, stated } = series
  const [frame, width] = useWidth()
  const differing = stated.filter(({ differs }) => /[1-9]/.test(differs))
  const last = differing.at(-1)
  const days = [...steps, ...stated].map(({ on }) => on).sort()
  const amounts = [...steps, ...stated].map(({ amount }) => Number(amount))
  const write = useMoney()
  const bracket = last === undefined ? '' : write(last.differs, currency)
  const inner = { width: Math.max(80, width - MARGIN.left - (last === undefined ? 28 : 24 + bracket.length * LETTER)), height: HEIGHT - MARGIN.top - MARGIN.bottom }
  const x = scaleTime({ domain: [at(days[0] ?? '1970-01-01'), at(days.at(-1) ?? '1970-01-02')], range: [0, inner.width] })
  const y = scaleLinear({ domain: [Math.min(...amounts), Math.max(...amounts)], range: [inner.height, 0], nice: true })
  const name = describe(series, (amount) => write(amount, currency))
  const label = { fill: 'var(--muted)', fontSize: 12, fontFamily: 'inherit' } as const
  return (
    <figure className="panel mt-3">
      <figcaption className="mb-1 font-medium">{say('Balance: the rows as a line, the bank’s balances as dots')}</figcaption>
      <div ref={frame} className="overflow-hidden">
        <svg width={width} height={HEIGHT} role="img" aria-label={name}>
          <Group left={MARGIN.left} top={MARGIN.top}>
            <AxisLeft scale={y} numTicks={4} hideAxisLine tickStroke="var(--line)" tickFormat={(value) => compact.format(Number(value))} tickLabelProps={{ ...label, textAnchor: 'end', dx: -4, dy: 4 }} />
            <AxisBottom scale={x} top={inner.height} numTicks={width < 480 ? 3 : 6} stroke="var(--edge)" tickStroke="var(--edge)" tickFormat={(value) => short.format(value as Date)} tickLabelProps={{ ...label, textAnchor: 'middle' }} />
            <LinePath data={[...steps, ...(days.at(-1) === undefined ? [] : [{ on: days.at(-1)!, amount: steps.at(-1)?.amount ?? '0' }])]} x={({ on }) => x(at(on))} y={({ amount }) => y(Number(amount))} curve={curveStepAfter} stroke="var(--accent)" strokeWidth={2} fill="none" />
            {stated.map(({ on, amount, differs }) => (
              <circle key={on} cx={x(at(on))} cy={y(Number(amount))} r={/[1-9]/.test(differs) ? 4 : 3} fill={/[1-9]/.test(differs) ? 'var(--surface)' : 'var(--ok)'} stroke={/[1-9]/.test(differs) ? 'var(--stop)' : 'var(--ok)'} strokeWidth={2} />
            ))}
            {last !== undefined && <Bracket left={x(at(last.on)) + 8} from={y(Number(last.amount) - Number(last.differs))} to={y(Number(last.amount))} text={bracket} />}
          </Group>
        </svg>
      </div>
      <details className="mt-1 text-[13px]">
        <summary className="link w-fit">{say('As a table')}</summary>
        <table className="mt-2 w-full text-left">
          <thead className="text-muted"><tr><th className="font-medium">{say('Day')}</th><th className="text-right font-medium">{say('The bank states')}</th><th className="text-right font-medium">{say('It counts more')}</th></tr></thead>
          <tbody>{stated.map(({ on, amount, differs }) => <tr key={on} className="border-t border-line"><td><Day day={on} /></td><td className="text-right"><Amount amount={amount} currency={currency} /></td><td className="text-right">{/[1-9]/.test(differs) ? <Amount amount={differs} currency={currency} /> : <Ticked>{say('agrees')}</Ticked>}</td></tr>)}</tbody>
        </table>
      </details>
    </figure>
  )
}

/** From what the rows come to up or down to what the bank states. */
function Bracket({ left, from, to, text }: { left: number; from: number; to: number; text: string }) {
  return (
    <g stroke="var(--stop)" strokeWidth={1.5} fill="none">
      <path d={`M${left - 3},${from}h6V${to}h-6`} />
      <text x={left + 7} y={(from + to) / 2 + 4} stroke="none" fill="var(--stop)" fontSize={12} fontWeight={600}>{text}</text>
    </g>
  )
}

function describe({ stated }: BalanceSeries, write: (amount: string) => string): string {
  const [first, last] = [stated.find(({ differs }) => /[1-9]/.test(differs)), stated.at(-1)]
  if (last === undefined) return say('The bank stated no balance.')
  const states = { day: formatDay(last.on), amount: write(last.amount) }
  return first === undefined
    ? say('The bank’s balance of {day} is {amount}; all {count} stated balances agree with the rows.', { ...states, count: stated.length })
    : say('The bank’s balance of {day} is {amount}; balances and rows disagree from {first} on.', { ...states, first: formatDay(first.on) })
}

/** The width of the element that is given the ref, now and when it changes. */
function useWidth() {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(600)
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 600)))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  return [frame, width] as const
}
