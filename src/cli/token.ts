/** `relink token`: the link that sets up the first owner, and the token for programs of this machine, for who started the server where neither is shown: as a service, in a container, by a script. */
import { readFile } from 'node:fs/promises'
import { setupFileOf, tokenFileOf } from '../api/listen.ts'
import { fileFault } from '../domain/file-fault.ts'
import { pageAddress } from '../address.ts'
import { CommandError, type Output } from './output.ts'
import { configuration } from './with-instance.ts'

export async function tokenCommand(output: Output): Promise<void> {
  const config = configuration()
  const token = await readToken(tokenFileOf(config.home))
  const setup = await readFile(setupFileOf(config.home), 'utf8').then((text) => text.trim(), () => null)
  const address = pageAddress(config)
  const [setupUrl, fragment] = setup === null ? [null, null] : [address === null ? null : `${address}/#setup=${setup}`, `#setup=${setup}`]
  output.data({ token, pageUrl: address === null ? null : `${address}/`, setupUrl, setupFragment: fragment })
  if (setup === null) output.say(`Relink is set up: sign in at ${address === null ? 'the address that `relink start` has printed' : `${address}/`}`)
  else output.say(setupUrl ?? `${fragment}\n${output.dim('Put it behind the address that `relink start` has printed: with RELINK_PORT=0 only that process knows its port.')}`)
  output.say(output.dim(`Programs of this machine may use the API with the token in ${tokenFileOf(config.home)}; others with a key made on the page.`))
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new CommandError('There is no token yet: `relink start` makes it. With RELINK_HOME set there, set it here too.')
    throw new CommandError(`The token ${path} cannot be read: ${fileFault(error)}. Run this as the user that runs Relink.`)
  }
}
