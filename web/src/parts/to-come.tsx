/** Stands for what is still being read, as high as that mostly is, so that little moves when it is here: nothing for a moment, then bars without words. Said once for whoever does not see them. */
import { say } from '../language/language.ts'

/** Shares of a line, so that it looks like text. */
const WIDTHS = ['55%', '85%', '70%', '40%']
/** What two lines are apart; what a panel has above and below them, without the last gap. */
const PITCH_PX = 28
const AROUND_PX = 20

/** `heights`: in pixels, of the panels, one under another or as `className` lays them out. `head`: with the heading of a page above. `rows`: lines of a list in each. `bare`: inside a panel already. */
export function ToCome({ heights, head = false, rows = false, bare = false, className = 'grid gap-4' }: { heights: readonly number[]; head?: boolean; rows?: boolean; bare?: boolean; className?: string }) {
  return (
    <div className="appear-late print:hidden">
      <p role="status" className="sr-only">{say('Loading…')}</p>
      <div aria-busy="true">
        {head && <div className="mt-1 mb-5 h-5 w-48 max-w-full rounded-sm bg-line" />}
        <div className={className}>
          {heights.map((height, at) => <div key={at} className={`overflow-hidden ${bare ? '' : `rounded-[10px] border border-line bg-surface px-4 ${rows ? '' : 'py-4'}`}`} style={{ height }}>{rows ? <Rows height={height} /> : <Lines height={height} />}</div>)}
        </div>
      </div>
    </div>
  )
}

function Lines({ height }: { height: number }) {
  return Array.from({ length: Math.max(1, Math.floor((height - AROUND_PX) / PITCH_PX)) }, (_, at) => <div key={at} className="mb-4 h-3 rounded-sm bg-line" style={{ width: WIDTHS[at % WIDTHS.length] }} />)
}

const ROW_PX = 40

function Rows({ height }: { height: number }) {
  return Array.from({ length: Math.ceil(height / ROW_PX) }, (_, at) => (
    <div key={at} className="flex h-10 items-center justify-between gap-8 border-b border-line">
      <div className="h-3 rounded-sm bg-line" style={{ width: WIDTHS[at % WIDTHS.length] }} />
      <div className="h-3 w-16 shrink-0 rounded-sm bg-line" />
    </div>
  ))
}
