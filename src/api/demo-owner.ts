/** The owner of a demo: nobody has to be set up there. Without a password; the link on the terminal signs in. */
import type { Instance } from '../instance.ts'

const DEMO_EMAIL = 'owner@demo.invalid'

/** The user id; made when the first link is asked for. */
export async function demoOwner({ demo, store, signIn, audit, clock, bindToKey }: Instance): Promise<string> {
  if (demo === null) throw new Error('only the demo has an owner of its own')
  const known = (await store.access.members()).find(({ email }) => email === DEMO_EMAIL)
  if (known !== undefined) return known.userId
  await bindToKey()
  const userId = await signIn.createUser({ name: 'Demo owner', email: DEMO_EMAIL, password: null })
  if (userId === null) throw new Error('the demo has an owner whom nobody made')
  await store.access.addFirst(
    { userId, name: 'Demo owner', email: DEMO_EMAIL, role: 'owner', delegated: [], createdAt: clock.now(), createdBy: 'host', removedAt: null },
    audit.seal({ actor: 'host', action: 'owner.set_up', object: userId, codes: {} }),
  )
  return userId
}
