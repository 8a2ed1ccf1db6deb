export interface ServerSent {
  id: string
  type: string
  data: string
}

/** The events of a `text/event-stream` (WHATWG HTML, section 9.2); one that is cut off is none.
 *
 * `onBytes` is called for whatever comes, comments too. */
export async function* eventsOf(
  stream: ReadableStream<Uint8Array>,
  onBytes: () => void = () => undefined,
): AsyncGenerator<ServerSent> {
  let fields: Record<string, string> = {}
  for await (const line of linesOf(stream, onBytes)) {
    if (line !== '') {
      fields = { ...fields, ...fieldOf(line, fields) }
      continue
    }
    const { id = '', event = 'message', data } = fields
    if (data !== undefined) yield { id, type: event, data }
    fields = { id }
  }
}

/** `name: value`; a comment has no name, and further lines of data are added to the first. */
function fieldOf(line: string, known: Readonly<Record<string, string>>): Record<string, string> {
  const colon = line.includes(':') ? line.indexOf(':') : line.length
  const name = line.slice(0, colon)
  const value = line.slice(colon + 1).replace(/^ /, '')
  if (name === 'data' && known['data'] !== undefined) return { data: `${known['data']}\n${value}` }
  return name === 'id' || name === 'event' || name === 'data' ? { [name]: value } : {}
}

async function* linesOf(
  stream: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<string> {
  // Not the stream's own iterator, which Safari has not.
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onBytes()
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines
  }
}
