/** Rules, dry runs and suggestions as resources of the API. */
import type { z } from 'zod'
import type { CategoryRule } from '../domain/review.ts'
import { formatMoney } from '../domain/money.ts'
import type { DryRun } from '../review/rules.ts'
import type { Suggested } from '../review/suggest.ts'
import { SAMPLE, type dryRunShape, type ruleShape, type suggestedShape } from './review-shape.ts'
import { isoInstant, transactionResource } from './shapes.ts'

export function ruleResource({ createdAt, ...rule }: CategoryRule): z.output<typeof ruleShape> {
  return { ...rule, createdAt: isoInstant(createdAt) }
}

export function dryRunResource({ fresh, against, same }: DryRun, isWhole: boolean): z.output<typeof dryRunShape> {
  const rows = (of: DryRun['fresh']) => ({ count: of.length, newest: of.slice(0, SAMPLE).map(transactionResource) })
  return { fresh: rows(fresh), against: rows(against), same: same.length, isWhole }
}

export function suggestedResource({ row, category, transfer, unusual }: Suggested): z.output<typeof suggestedShape> {
  return {
    transaction: transactionResource(row),
    category,
    transfer: transfer === null ? null : { other: transactionResource(transfer.other), days: transfer.days },
    unusual: unusual === null ? null : unusual.kind === 'twice' ? { kind: 'twice', other: transactionResource(unusual.other) } : { kind: 'amount', largest: formatMoney({ minor: unusual.largest, currency: row.currency }), times: unusual.times },
  }
}
