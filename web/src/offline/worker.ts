/**
 * The service worker: keeps the program of the page, so that it opens while the server cannot be reached. A
 * page is always asked from the server first; the kept one answers only when nobody else does. Nothing of
 * the API is kept here (see keep.ts).
 */
/// <reference lib="webworker" />
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope
/** Set by the build: every file of the page, with a digest where its name has none. */
declare const PAGE_FILES: { url: string; revision: string | null }[]

self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
cleanupOutdatedCaches()
// The page comes from the server while there is one, so it is registered before the kept files.
registerRoute(new NavigationRoute(async ({ request }) => {
  const answer = await fetch(request).catch(() => null)
  // A gateway answers for a server that it does not reach.
  return answer !== null && ![502, 503, 504].includes(answer.status) ? answer : ((await matchPrecache('/index.html')) ?? answer ?? Response.error())
}, { denylist: [/^\/(?:api|simplefin|openapi)/] }))
precacheAndRoute(PAGE_FILES)
