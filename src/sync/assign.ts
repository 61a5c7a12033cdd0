/**
 * Least-cost one-to-one assignment between two small sets, exact (Hungarian method with
 * potentials, O(n²m)). Pairs without an edge are never made; leaving a row alone costs `alone`.
 */

export type Edge = { readonly left: number; readonly right: number; readonly cost: number }

/** Above this the exact method would cost more than it is worth; equal rows by the hundred are then paired cheapest first. */
const EXACT_LIMIT = 150

/** The edges of a cheapest assignment. Deterministic: equal costs are broken by the order of the indices. */
export function assign<E extends Edge>(edges: readonly E[], alone: number): readonly E[] {
  const chosen: E[] = []
  for (const component of components(edges)) {
    const lefts = distinct(component.map((edge) => edge.left))
    const rights = distinct(component.map((edge) => edge.right))
    chosen.push(...(lefts.length > EXACT_LIMIT || rights.length > EXACT_LIMIT ? cheapestFirst(component) : exact(component, lefts, rights, alone)))
  }
  return chosen
}

/** Groups edges that share a left or a right, directly or through others; groups in the order of their first edge. */
export function components<E extends Edge>(edges: readonly E[]): readonly E[][] {
  const parent = new Map<string, string>()
  const root = (node: string): string => {
    let at = node
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up
    parent.set(node, at)
    return at
  }
  for (const { left, right } of edges) parent.set(root(`l${left}`), root(`r${right}`))
  const groups = new Map<string, E[]>()
  for (const edge of edges) {
    const key = root(`l${edge.left}`)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [edge])
    else group.push(edge)
  }
  return [...groups.values()]
}

function exact<E extends Edge>(edges: readonly E[], lefts: readonly number[], rights: readonly number[], alone: number): E[] {
  const columns = rights.length + lefts.length
  const forbidden = alone * 1000
  const cost: number[][] = lefts.map((_, row) => Array.from({ length: columns }, (_, column) => (column === rights.length + row ? alone : forbidden)))
  const rowOf = new Map(lefts.map((left, index) => [left, index]))
  const columnOf = new Map(rights.map((right, index) => [right, index]))
  const byCell = new Map<number, E>()
  for (const edge of edges) {
    const [row, column] = [rowOf.get(edge.left)!, columnOf.get(edge.right)!]
    if (edge.cost >= cost[row]![column]!) continue
    cost[row]![column] = edge.cost
    byCell.set(row * columns + column, edge)
  }
  const chosen: E[] = []
  hungarian(cost).forEach((column, row) => {
    const edge = byCell.get(row * columns + column)
    if (edge !== undefined && edge.cost < alone) chosen.push(edge)
  })
  return chosen
}

/** For each row the column of a least-cost perfect assignment; rows are at most as many as columns. */
function hungarian(cost: readonly (readonly number[])[]): number[] {
  const rows = cost.length
  const columns = cost[0]?.length ?? 0
  const rowPotential = new Array<number>(rows + 1).fill(0)
  const columnPotential = new Array<number>(columns + 1).fill(0)
  const rowAt = new Array<number>(columns + 1).fill(0)
  const cameFrom = new Array<number>(columns + 1).fill(0)
  for (let row = 1; row <= rows; row++) {
    rowAt[0] = row
    let column = 0
    const best = new Array<number>(columns + 1).fill(Infinity)
    const used = new Array<boolean>(columns + 1).fill(false)
    do {
      used[column] = true
      const current = rowAt[column]!
      let delta = Infinity
      let next = 0
      for (let j = 1; j <= columns; j++) {
        if (used[j]) continue
        const reduced = cost[current - 1]![j - 1]! - rowPotential[current]! - columnPotential[j]!
        if (reduced < best[j]!) {
          best[j] = reduced
          cameFrom[j] = column
        }
        if (best[j]! < delta) {
          delta = best[j]!
          next = j
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (used[j]) {
          rowPotential[rowAt[j]!]! += delta
          columnPotential[j]! -= delta
        } else best[j]! -= delta
      }
      column = next
    } while (rowAt[column] !== 0)
    while (column !== 0) {
      rowAt[column] = rowAt[cameFrom[column]!]!
      column = cameFrom[column]!
    }
  }
  const columnOf = new Array<number>(rows).fill(-1)
  for (let j = 1; j <= columns; j++) if (rowAt[j] !== 0) columnOf[rowAt[j]! - 1] = j - 1
  return columnOf
}

function cheapestFirst<E extends Edge>(edges: readonly E[]): E[] {
  const lefts = new Set<number>()
  const rights = new Set<number>()
  const chosen: E[] = []
  for (const edge of [...edges].sort((a, b) => a.cost - b.cost || a.left - b.left || a.right - b.right)) {
    if (lefts.has(edge.left) || rights.has(edge.right)) continue
    lefts.add(edge.left)
    rights.add(edge.right)
    chosen.push(edge)
  }
  return chosen
}

function distinct(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b)
}
