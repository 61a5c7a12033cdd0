/** `relink demo`: the sandbox bank, Relink and its page in a temporary place; with `--auto` the whole story, checked. */
import { listen, portIsFree, type ListenOptions } from '../api/listen.ts'
import { DEMO_FAULTS, FAMILY_NAMES } from '../demo/faults.ts'
import { openSandbox, type Sandbox } from '../demo/sandbox.ts'
import { connectAna, playStory, wentWell } from '../demo/story.ts'
import { inquirer } from './inquirer.ts'
import { untilStopped, whileOpen } from './interrupt.ts'
import { CommandError, orFail, type Output } from './output.ts'
import { pageDirectory } from './page.ts'
import { sayProblems } from './sync.ts'
import { configuration } from './with-instance.ts'

export type DemoOptions = { readonly auto?: boolean; readonly port?: number }

const SEED = 7
const HISTORY_DAYS = 120

export async function demoCommand(output: Output, options: DemoOptions): Promise<void> {
  const config = configuration()
  const place = { host: config.host, port: options.port ?? 0, portSetting: '--port' }
  if (options.auto !== true) orFail(await portIsFree(place))
  await whileOpen(
    async () => {
      const sandbox = orFail(await openSandbox(config, { seed: SEED, historyDays: HISTORY_DAYS, tell: (line) => output.progress(line) }))
      const inUse: InUse = []
      const close = async (): Promise<void> => {
        for (const end of inUse.toReversed()) await end()
        await sandbox.close()
      }
      return { sandbox, inUse, close }
    },
    async ({ sandbox, inUse }) => (options.auto === true ? playAuto(output, sandbox) : playLive(output, sandbox, inUse, place)),
  )
}

/** What uses the sandbox ends before it does, the last first: a signal closes it while the menu still waits. */
type InUse = (() => Promise<void>)[]

async function playAuto(output: Output, sandbox: Sandbox): Promise<void> {
  const story = await playStory(sandbox, (line) => output.say(line))
  output.data({ families: story.families, rows: story.rows, lost: story.lost, doubled: story.doubled })
  const well = wentWell(story)
  output.say(well ? `All eight families were understood and mended; ${story.rows} rows, none lost, none doubled.` : 'The story did not end well; see the lines marked ✕.')
  if (!well) process.exitCode = 1
}

async function playLive(output: Output, sandbox: Sandbox, inUse: InUse, place: Pick<ListenOptions, 'host' | 'port' | 'portSetting'>): Promise<void> {
  const { instance } = sandbox.opened
  const listening = orFail(await listen({ instance, ...place, home: sandbox.home, pageDirectory: pageDirectory(), onDemoLinkUsed: (next) => output.say(`The link was used. For another browser: ${next}`) }))
  inUse.push(() => listening.close())
  const connectionId = await connectAna(sandbox, (line) => output.say(line))
  const starting = sandbox.opened.startWorker()
  inUse.push(async () => (await starting)())
  await starting
  const link = await listening.demoLink()
  output.data({ page: link, bank: sandbox.listening.officeUrl })
  output.say('')
  output.say(`${output.bold('Open the page:')} ${link}`)
  output.say(`The sandbox bank's own site: ${sandbox.listening.officeUrl} (sign in as ana, "correct horse")`)
  output.say(output.dim('Break the bank on the page under Demo, or here. Everything is deleted when the demo ends (Ctrl-C).'))
  if (process.stdin.isTTY) await Promise.race([untilStopped(), menu(output, sandbox, connectionId)])
  else await untilStopped()
}

/** Break one of the eight families and see what Relink makes of it; ends with the choice to stop. */
async function menu(output: Output, sandbox: Sandbox, connectionId: string): Promise<void> {
  const { instance } = sandbox.opened
  for (;;) {
    output.say('')
    const faults = (await instance.demo?.faults()) ?? []
    const choice = await (await inquirer()).select({
      message: 'Break the bank:',
      pageSize: 12,
      choices: [
        ...DEMO_FAULTS.map(({ family, fault }) => ({ value: fault, name: `${FAMILY_NAMES[family]}${faults.find((f) => f.fault === fault)?.active === true ? ' (broken now; choose to let the bank repair it)' : ''}` })),
        { value: 'stop', name: 'End the demo' },
      ],
    })
    if (choice === 'stop') return
    const active = faults.find((f) => f.fault === choice)?.active === true
    if (instance.demo === null) throw new CommandError('The demo has no bank.')
    await (active ? instance.demo.clear(choice) : instance.demo.inject(choice))
    output.say(active ? 'The bank is in order again. Reading…' : 'Broken. Reading, to see what Relink makes of it…')
    await instance.verbs.sync(connectionId, 'person')
    await sayProblems(output, instance, connectionId)
    if ((await instance.store.problems.list({ connectionId, open: true, limit: 1 })).length === 0) output.say('Everything was read; the feed works.')
  }
}
