/** `relink token`: the link that signs in to the page, for who started the server where its link is not shown: as a service, in a container, by a script. */
import { readFile } from 'node:fs/promises'
import { tokenFileOf } from '../api/listen.ts'
import { serverAddress } from './address.ts'
import { CommandError, type Output } from './output.ts'
import { configuration } from './with-instance.ts'

export async function tokenCommand(output: Output): Promise<void> {
  const config = configuration()
  const token = await readToken(tokenFileOf(config.home))
  const address = serverAddress(config)
  output.data({ token, signInUrl: address === null ? null : `${address}/#token=${token}` })
  if (address !== null) return output.say(`${address}/#token=${token}`)
  output.say(`#token=${token}`)
  output.say(output.dim('Put it behind the address that `relink start` has printed: with RELINK_PORT=0 only that process knows its port.'))
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new CommandError('There is no token yet: `relink start` makes it. With RELINK_HOME set there, set it here too.')
    throw new CommandError(`The token ${path} cannot be read (${code ?? 'unknown'}). Run this as the user that runs Relink.`)
  }
}
