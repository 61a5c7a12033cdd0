/** Alerts, destinations and messages of one tenant in memory; see `AlertStore`. */
import type { AlertPart, Destination, Message } from '../../domain/alert.ts'
import type { AlertStore, Telling } from '../../ports/alerts.ts'
import { addLine } from './access.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'

export type ToldRow = { readonly destinationId: string; readonly alertId: string; readonly part: AlertPart; readonly messageId: string }

export type AlertState = {
  readonly destinations: Map<string, Destination>
  readonly messages: Map<string, Message>
  told: ToldRow[]
  /** Alerts of whose end nothing is told. */
  readonly passed: Set<string>
}

export const emptyAlerts = (): AlertState => ({ destinations: new Map(), messages: new Map(), told: [], passed: new Set() })

export function memoryAlerts({ alerts, alerting, access, problems, connections, incidents, challenges, runs }: TenantState): AlertStore {
  const { destinations, messages, passed } = alerting
  const byOpening = by<{ openedAt: number; id: string }>((a) => a.openedAt, (a) => a.id)
  const toldOf = (alertId: string): readonly ToldRow[] => alerting.told.filter((row) => row.alertId === alertId)
  const raise: AlertStore['raise'] = async (alert) => {
    if ([...alerts.values()].some(({ id, key }) => id === alert.id || (key !== null && key === alert.key))) return false
    insert(alerts, alert)
    return true
  }
  const telling = (alert: Parameters<AlertStore['raise']>[0]): Telling => {
    const problem = alert.problemId === null ? undefined : problems.get(alert.problemId)
    const question = alert.about === 'question' ? challenges.get(alert.id) : undefined
    const connectionId = alert.connectionId ?? problem?.connectionId ?? null
    return {
      alert: { ...alert, connectionId, accountId: alert.accountId ?? problem?.accountId ?? null },
      cause: problem?.diagnosis.causes[0]?.cause ?? null,
      proofRunId: problem?.proofRunId ?? null,
      isOver: question !== undefined ? question.state !== 'open' : problem !== undefined && problem.closedAt !== null,
      expiresAt: question?.expiresAt ?? null,
      trigger: question === undefined ? null : (runs.get(question.runId)?.trigger ?? null),
      isAsked: connectionId !== null && [...challenges.values()].some((one) => one.connectionId === connectionId && one.state === 'open'),
      connectionState: connectionId === null ? null : (connections.get(connectionId)?.state ?? null),
      incidentId: [...incidents.values()].sort(by((i) => i.startedAt, (i) => i.id)).findLast(({ id, problemId }) => id === alert.id || (alert.problemId !== null && problemId === alert.problemId))?.id ?? null,
      told: toldOf(alert.id).map(({ destinationId, part, messageId }) => ({ destinationId, part, state: messages.get(messageId)!.state, endedAt: messages.get(messageId)!.endedAt, messageId })),
    }
  }
  return {
    async list({ open, limit }) {
      const wanted = [...alerts.values()].filter((a) => open === undefined || (a.closedAt === null) === open)
      return wanted.sort((a, b) => byOpening(b, a)).slice(0, limit)
    },
    async get(id) {
      return alerts.get(id) ?? null
    },
    raise,
    async settle(id, closedAt) {
      if (alerts.get(id)?.closedAt === null) patch(alerts, id, { closedAt })
    },
    async telling(since, limit) {
      const wanted = [...alerts.values()].filter(({ id, closedAt }) => {
        if (closedAt === null) return true
        const told = toldOf(id)
        return closedAt > since && told.length > 0 && !passed.has(id) && !told.some(({ part }) => part === 'ends')
      })
      return wanted.sort(byOpening).slice(0, limit).map(telling)
    },
    async destinations() {
      return [...destinations.values()].sort(by((d) => d.createdAt, (d) => d.id))
    },
    async addDestination(destination, alert, seal) {
      insert(destinations, destination)
      await raise(alert)
      addLine(access, seal)
    },
    async changeDestination(id, change, alert, seal) {
      if (!destinations.has(id)) return false
      patch<Destination>(destinations, id, change)
      if (alert !== null) await raise(alert)
      if (seal !== null) addLine(access, seal)
      return true
    },
    async removeDestination(id, alert, seal) {
      if (!destinations.delete(id)) return false
      alerting.told = alerting.told.filter(({ destinationId }) => destinationId !== id)
      for (const message of [...messages.values()]) if (message.destinationId === id) messages.delete(message.id)
      await raise(alert)
      addLine(access, seal)
      return true
    },
    async noteTry(id, { at, failure, stops }) {
      const before = destinations.get(id)
      if (before === undefined) return
      patch(destinations, id, failure === null ? { ...works(at), ...(before.state === 'stopped' ? { state: 'active' as const } : {}) } : fails(before, at, failure, stops))
    },
    async plan(planned) {
      for (const { message, items } of planned) {
        if (!destinations.has(message.destinationId)) continue
        const known = messages.get(message.id)
        if (known !== undefined && (known.state !== 'waiting' || known.attempts > 0)) continue
        const fresh = items.filter(({ alertId, part }) => !alerting.told.some((row) => row.destinationId === message.destinationId && row.alertId === alertId && row.part === part))
        if (fresh.length === 0) continue
        if (known === undefined) insert(messages, message)
        alerting.told = alerting.told.filter((row) => !(row.part === 'ends' && row.destinationId === message.destinationId && fresh.some(({ alertId, part }) => alertId === row.alertId && part !== 'ends')))
        alerting.told.push(...fresh.map((item) => ({ ...item, destinationId: message.destinationId, messageId: message.id })))
      }
    },
    async passOver(ids) {
      for (const id of ids) if (alerts.get(id)?.closedAt != null) passed.add(id)
    },
    async take(now, leaseMs) {
      const due = [...messages.values()].filter(({ state, dueAt, destinationId }) => state === 'waiting' && dueAt <= now && destinations.get(destinationId)?.state === 'active')
      const [first] = due.sort(by((m) => m.dueAt, (m) => m.id))
      if (first === undefined) return null
      const message = { ...first, attempts: first.attempts + 1, dueAt: now + leaseMs }
      messages.set(message.id, message)
      const items = alerting.told.filter(({ messageId }) => messageId === message.id).map(({ alertId, part }) => ({ alertId, part }))
      return { message, destination: destinations.get(message.destinationId)!, items: items.sort(by((item) => item.alertId, (item) => item.part)) }
    },
    async end(id, end) {
      const message = messages.get(id)
      if (message === undefined || message.state !== 'waiting') return
      const isLater = end.state === 'waiting'
      patch(messages, id, { state: end.state, endedAt: isLater ? null : end.at, subject: end.subject ?? message.subject, ...('failure' in end ? { failure: end.failure, dueAt: end.dueAt } : end.state === 'sent' ? { failure: null } : {}) })
      const destination = destinations.get(message.destinationId)!
      if (end.state === 'sent') {
        patch(destinations, destination.id, works(end.at))
        for (const { alertId, messageId } of alerting.told) if (messageId === id && alerts.get(alertId)?.deliveredAt === null) patch(alerts, alertId, { deliveredAt: end.at })
      } else if ('failure' in end) patch(destinations, destination.id, fails(destination, end.at, end.failure, end.stops))
    },
    async untried(limit) {
      return [...messages.values()].filter(({ state, attempts }) => state === 'waiting' && attempts === 0).sort(by((m) => m.createdAt, (m) => m.id)).reverse().slice(0, limit)
    },
    async messages(limit) {
      return [...messages.values()].sort(by((m) => m.createdAt, (m) => m.id)).reverse().slice(0, limit)
    },
  }
}

function works(at: number): Partial<Destination> {
  return { lastSentAt: at, failingSince: null, failure: null }
}

function fails({ failingSince }: Destination, at: number, failure: string, stops: boolean): Partial<Destination> {
  return { failingSince: failingSince ?? at, failure, ...(stops ? { state: 'stopped' as const } : {}) }
}
