/**
 * Puts the telling of alerts together: what is told is the card of the page, the way out is guarded as every
 * other, and links lead to this page. One round is short and may fail; the next makes up for it.
 */
import { failed, type Result } from './domain/result.ts'
import type { Destination, Place } from './domain/alert.ts'
import { makeChallengeLink } from './access/challenge-link.ts'
import { problemResource } from './api/connection-resource.ts'
import { createCourier, refusalOf } from './adapters/courier.ts'
import { sendMail, type Mail } from './adapters/mail.ts'
import type { WayOut } from './adapters/post.ts'
import { handNow, sendQuestion, sendTest, tellRound, type TellDeps } from './alerts/tell.ts'
import { watch } from './alerts/watch.ts'
import { readLanguages } from './language/language.ts'
import type { Bare } from './instance.ts'
import type { SendFailure } from './ports/alerts.ts'
import type { Drawer } from './ports/vault.ts'

export type Alerting = {
  readonly drawer: Drawer
  /** Under which links in messages lead to the page; null: not known. */
  readonly page: string | null
  /** The page is served here by this very process, whatever was configured: links lead there from now on. */
  servedAt(origin: string): void
  /** Why nothing is sent to a place as it was entered; null: nothing is wrong. */
  refusal(place: Place): string | null
  /** One round of looking and telling. */
  round(): Promise<void>
  test(destination: Destination): Promise<Result<null, SendFailure>>
  /** Whether an owner entered a mail server that did not refuse Relink. */
  hasMailServer(): Promise<boolean>
  /** Mail to one person over the first of these servers that takes it. */
  mailTo(address: string, mail: Pick<Mail, 'subject' | 'text'>): Promise<Result<null, SendFailure>>
  /** Empty: nobody hears of questions, or it is over. */
  sendQuestion(challengeId: string): ReturnType<typeof sendQuestion>
}

type MailPlace = Destination & { readonly place: Place & { readonly kind: 'email' } }

/** A paused one sends no alerts, and its server is as good as before; one that is in use comes first. */
async function mailPlaces({ alerts }: Bare['store']): Promise<readonly MailPlace[]> {
  const usable = (await alerts.destinations()).filter((one): one is MailPlace => one.place.kind === 'email' && one.state !== 'stopped')
  return [...usable.filter(({ state }) => state === 'active'), ...usable.filter(({ state }) => state === 'paused')]
}

export type AlertingParts = { readonly drawer: Drawer; readonly way: WayOut; /** As the configuration has it: for processes that serve no page, as workers. */ readonly page: string | null }

/** Balances and dates change slowly. */
const WATCH_MS = 10 * 60_000

export function createAlerting(instance: Bare, { drawer, way, page: configured }: AlertingParts): Alerting {
  const { store, clock, entropy, log, events } = instance
  let page = configured
  const deps: TellDeps = {
    store, clock, entropy, log, drawer,
    get page() {
      return page
    },
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
    drawer,
    get page() {
      return page
    },
    servedAt(origin) {
      page = origin
    },
    refusal: (place) => refusalOf(place, way),
    async round() {
      await readLanguages()
      const now = clock.now()
      if (Math.abs(now - watchedAt) >= WATCH_MS) {
        await watch({ ...deps, endsAt: ({ connector, connectorState }) => instance.connectors.get(connector)?.endsAt?.(connectorState) ?? null })
        watchedAt = now
      }
      if (await tellRound(deps)) events.publish({ kind: 'alert', id: '' })
    },
    async sendQuestion(challengeId) {
      await readLanguages()
      return sendQuestion(deps, challengeId)
    },
    hasMailServer: async () => (await mailPlaces(store)).length > 0,
    async mailTo(address, mail) {
      let result: Result<null, SendFailure> = failed({ message: 'There is no mail server.', again: 'stop' })
      for (const destination of await mailPlaces(store)) {
        const now = clock.now()
        result = await handNow(deps, destination, ({ password = null }) => sendMail({ ...destination.place.server, to: [address] }, password, { id: entropy.id(now), at: now, ...mail }, way))
        if (result.ok) return result
      }
      return result
    },
    async test(destination) {
      await readLanguages()
      const result = await sendTest(deps, destination)
      events.publish({ kind: 'alert', id: destination.id })
      return result
    },
  }
}
