/** A list of messages, sorted by position, each once. */

import type { Message } from '../model'

type Messages = readonly Message[]

/** Where a position stands or would stand. */
function placeOf(messages: Messages, position: number): number {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((messages[middle]?.position ?? 0) < position) low = middle + 1
    else high = middle
  }
  return low
}

/** A final message never becomes pending again: a repeated frame may be older than what we have. */
const older = (known: Message, told: Message): boolean =>
  told.type !== 'sign' && told.status === 'pending' && known.status !== 'pending'

/** With the message added, or with what is new of it. */
export function put(messages: Messages, told: Message): Messages {
  const known = messages.findLastIndex((each) => each.message_id === told.message_id)
  const before = messages[known]
  if (before !== undefined) {
    if (older(before, told)) return messages
    const position = told.position ?? before.position
    return messages.with(known, { ...before, ...told, position })
  }
  const place = placeOf(messages, told.position)
  return [...messages.slice(0, place), told, ...messages.slice(place)]
}

/** With a page of the past; what frames have told since is newer and stays. */
export function putAll(
  messages: Messages,
  page: Messages,
  deleted: ReadonlySet<string>,
): Messages {
  const known = new Map(messages.map((each) => [each.message_id, each]))
  for (const each of page) {
    if (deleted.has(each.message_id)) continue
    const before = known.get(each.message_id)
    if (before === undefined || before.status === 'pending') known.set(each.message_id, each)
    else known.set(each.message_id, { ...each, ...before })
  }
  return [...known.values()].sort((one, other) => one.position - other.position)
}
