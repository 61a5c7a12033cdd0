/** Reconnect previews of one tenant in memory; see `PreviewStore`. A switch checks first and then only writes: it is one step. */
import type { Connection } from '../../domain/connection.ts'
import type { PreviewStore } from '../../ports/history.ts'
import { assertOnePage } from '../page.ts'
import { commitPages } from './feed-commit.ts'
import { by } from './order.ts'
import { insert, patch } from './rows.ts'
import type { TenantState } from './state.ts'

export function memoryPreviews(state: TenantState): PreviewStore {
  const { previews, connections } = state
  return {
    async create(preview) {
      if (!connections.has(preview.connectionId) || !connections.has(preview.shadowId)) throw new Error('a preview of a connection that does not exist')
      insert(previews, preview)
    },
    async get(id) {
      return previews.get(id) ?? null
    },
    async list({ connectionId, shadowId, switchRunId }) {
      const wanted = [...previews.values()].filter(
        (p) => (connectionId === undefined || p.connectionId === connectionId) && (shadowId === undefined || p.shadowId === shadowId) && (switchRunId === undefined || p.switchRunId === switchRunId),
      )
      return wanted.sort(by((p) => p.createdAt, (p) => p.id)).reverse()
    },
    async update(id, from, changes) {
      const preview = previews.get(id)
      if (preview === undefined || !from.includes(preview.state)) return false
      patch(previews, id, changes)
      return true
    },
    async addAnswer(previewId, answer) {
      if (!previews.has(previewId)) throw new Error('an answer of a preview that does not exist')
      state.previewAnswers.push({ previewId, answer })
    },
    async answers(previewId, accountId) {
      return state.previewAnswers.filter((a) => a.previewId === previewId && a.answer.accountId === accountId).map((a) => a.answer)
    },
    async dropAnswers(previewId) {
      state.previewAnswers = state.previewAnswers.filter((a) => a.previewId !== previewId)
    },
    async switchOver({ previewId, run, newSources, sources, connections: switched, pages }) {
      if (previews.get(previewId)?.state !== 'ready') return false
      const accountOf = (id: string) => (newSources.find((source) => source.id === id) ?? state.sources.get(id))?.accountId
      if (pages.some((page) => page.runId !== run.id || accountOf(page.sourceId) !== page.accountId)) throw new Error('a page for a source or of a run that is not of this switch')
      pages.forEach(assertOnePage)
      insert(state.runs, run)
      for (const source of newSources) insert(state.sources, source)
      commitPages(state, pages)
      for (const { id, state: to } of sources) patch(state.sources, id, { state: to })
      for (const { id, patch: changes } of switched) patch<Connection>(connections, id, changes)
      patch(previews, previewId, { state: 'switched', switchedAt: run.startedAt, switchRunId: run.id, updatedAt: run.startedAt })
      return true
    },
  }
}
