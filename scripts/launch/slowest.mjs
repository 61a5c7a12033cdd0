/** A reporter for Node's test runner: the files that took longest, since the whole has a limit. */
const SHOWN = 15

export default async function* slowest(events) {
  const files = []
  for await (const { type, data } of events) {
    if (type === 'test:summary' && data.file !== undefined) files.push({ file: data.file, seconds: data.duration_ms / 1_000 })
  }
  files.sort((a, b) => b.seconds - a.seconds)
  if (files.length <= SHOWN) return
  yield `The ${SHOWN} longest of ${files.length} test files:\n`
  for (const { file, seconds } of files.slice(0, SHOWN)) yield `${seconds.toFixed(1).padStart(7)} s  ${file.slice(process.cwd().length + 1)}\n`
}
