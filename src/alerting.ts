/**
 * Puts the telling of alerts together: what is told is the card of the page, the way out is guarded as every
 * other, and links lead to this page. One round is short and may fail; the next makes up for it.
 */
import type { Result } from './domain/result.ts'
import type { Destination, Place } from './domain/alert.ts'
import { makeChallengeLink } from './access/challenge-link.ts'
import { problemResource } from './api/connection-resource.ts'
import { createCourier, refusalOf } from './adapters/courier.ts'
import type { WayOut } from './adapters/post.ts'
import { sendQuestion, sendTest, tellRound, type TellDeps } from './alerts/tell.ts'
import { watch } from './alerts/watch.ts'
import { readLanguages } from './language/language.ts'
import type { Instance } from './instance.ts'
import type { SendFailure } from './ports/alerts.ts'
import type { Drawer } from './ports/vault.ts'

export type Alerting = {
  readonly drawer: Drawer
  /** Under which links in messages lead to the page; null: not known. */
  readonly page: string | null
  /** Why nothing is sent to a place as it was entered; null: nothing is wrong. */
  refusal(place: Place): string | null
  /** One round of looking and telling. */
  round(): Promise<void>
  test(destination: Destination): Promise<Result<null, SendFailure>>
  /** Empty: nobody hears of questions, or it is over. */
  sendQuestion(challengeId: string): ReturnType<typeof sendQuestion>
}

export type AlertingParts = { readonly drawer: Drawer; readonly way: WayOut; readonly page: string | null }

/** Balances and dates change slowly. */
const WATCH_MS = 10 * 60_000

export function createAlerting(instance: Omit<Instance, 'alerting'>, { drawer, way, page }: AlertingParts): Alerting {
  const { store, clock, entropy, log, events } = instance
  const deps: TellDeps = {
    store, clock, entropy, log, drawer, page,
    courier: createCourier({ way, clock }),
    cardOf: async (problemId, language) => {
      const problem = await store.problems.get(problemId)
      if (problem === null) return null
      const { card, cause } = await problemResource(language, instance, problem)
      return { what: card.what, relink: card.relink, next: card.next?.label ?? null, cause }
    },
    bankName: (id) => instance.institutions.find((one) => one.id === id)?.name ?? id,
    questionPath: (challengeId, now) => `/c/${makeChallengeLink(instance.linkKey, challengeId, now, entropy)}`,
  }
  let watchedAt = Number.NEGATIVE_INFINITY
  return {
    drawer, page,
    refusal: (place) => refusalOf(place, way),
    async round() {
      await readLanguages()
      const now = clock.now()
      if (Math.abs(now - watchedAt) >= WATCH_MS) {
        await watch(deps)
        watchedAt = now
      }
      if (await tellRound(deps)) events.publish({ kind: 'alert', id: '' })
    },
    async sendQuestion(challengeId) {
      await readLanguages()
      return sendQuestion(deps, challengeId)
    },
    async test(destination) {
      await readLanguages()
      const result = await sendTest(deps, destination)
      events.publish({ kind: 'alert', id: destination.id })
      return result
    },
  }
}
