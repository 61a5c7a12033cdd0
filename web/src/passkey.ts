/** Passkeys in this browser, by the library that speaks WebAuthn; loaded when one is used. */
import { ask } from './api.ts'
import { say } from './language/language.ts'

/** Browsers make passkeys for names only, never for an address such as 127.0.0.1. Null: they work here. */
export function whyNoPasskeys(): string | null {
  if (!('PublicKeyCredential' in window)) return say('This browser has no passkeys.')
  if (!/^[\d.]+$|^\[/.test(location.hostname)) return null
  return say('Passkeys need a name in the address: open {address} instead.', { address: location.origin.replace(location.hostname, 'localhost') })
}

/** `whose`: the address of the person who is known already; nobody else's passkey will do. */
export async function signInByPasskey(whose?: string): Promise<void> {
  const { startAuthentication } = await import('@simplewebauthn/browser')
  const optionsJSON = await ask<Parameters<typeof startAuthentication>[0]['optionsJSON']>('POST', '/sign-in/passkey/options')
  await ask('POST', '/sign-in/passkey', { response: await said(startAuthentication({ optionsJSON })), ...(whose === undefined ? {} : { whose }) })
}

export async function makePasskey(name: string): Promise<void> {
  const { startRegistration } = await import('@simplewebauthn/browser')
  const optionsJSON = await ask<Parameters<typeof startRegistration>[0]['optionsJSON']>('POST', '/account/passkeys/options')
  await ask('POST', '/account/passkeys', { name, response: await said(startRegistration({ optionsJSON })) })
}

/** Browsers say very little of a ceremony that did not end; a person who closed it knows why. */
async function said<T>(ceremony: Promise<T>): Promise<T> {
  try {
    return await ceremony
  } catch (error) {
    const known = (error as Error).name === 'InvalidStateError' ? say('This device holds a passkey for you already.') : say('No passkey was given. Try again, or choose another way.')
    throw new Error(known, { cause: error })
  }
}
