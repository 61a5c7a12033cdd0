/**
 * The sign-in, loaded and connected when somebody first asks for it: commands and programs with a token
 * never do, and the library takes longer to load than the rest of Relink.
 */
import type { SignInOptions } from './adapters/sign-in.ts'
import type { SignIn } from './ports/sign-in.ts'
import { outageOf } from './store/postgres/outage.ts'

export function signInWhenAsked(options: SignInOptions): SignIn {
  let opened: Promise<SignIn> | null = null
  const open = (): Promise<SignIn> => (opened ??= import('./adapters/sign-in.ts').then(({ openSignIn }) => openSignIn(options)))
  const asked = async <T>(work: (signIn: SignIn) => Promise<T>): Promise<T> => {
    try {
      return await work(await open())
    } catch (error) {
      throw outageOf(error) ?? error
    }
  }
  return {
    ask: (...given) => asked((signIn) => signIn.ask(...given)),
    session: (...given) => asked((signIn) => signIn.session(...given)),
    alone: (work) => asked((signIn) => signIn.alone(work)),
    createUser: (user) => asked((signIn) => signIn.createUser(user)),
    userOf: (email) => asked((signIn) => signIn.userOf(email)),
    deleteUser: (userId) => asked((signIn) => signIn.deleteUser(userId)),
    enter: (...given) => asked((signIn) => signIn.enter(...given)),
    sessions: (userId) => asked((signIn) => signIn.sessions(userId)),
    endSessions: (...given) => asked((signIn) => signIn.endSessions(...given)),
    factors: (userId) => asked((signIn) => signIn.factors(userId)),
    resetUser: (...given) => asked((signIn) => signIn.resetUser(...given)),
    beginReset: (userId) => asked((signIn) => signIn.beginReset(userId)),
    resetOf: (token) => asked((signIn) => signIn.resetOf(token)),
    voidHalfway: (userId) => asked((signIn) => signIn.voidHalfway(userId)),
    mayTry: (account) => asked((signIn) => signIn.mayTry(account)),
    notTried: (account) => asked((signIn) => signIn.notTried(account)),
    succeeded: (account) => asked((signIn) => signIn.succeeded(account)),
    close: async () => (await opened)?.close(),
  }
}
