/** How much somebody may have open at once (security.md row 31): who keeps many open takes none from others. */
export type AtOnce = {
  /** Takes one of the places of whoever asks; the returned function gives it back, once however often it is called. Null: all are taken. */
  begin(actor: string): (() => void) | null
}

export function createAtOnce(most: number): AtOnce {
  const open = new Map<string, number>()
  return {
    begin(actor) {
      const others = open.get(actor) ?? 0
      if (others >= most) return null
      open.set(actor, others + 1)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        const left = open.get(actor)! - 1
        if (left > 0) open.set(actor, left)
        else open.delete(actor)
      }
    },
  }
}
