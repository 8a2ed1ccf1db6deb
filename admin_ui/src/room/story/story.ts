/** A room as its frames tell it. Pure: the same frames in give the same story, however often. */

import type { Frame, Line, Message, Participant, Room } from '../model'
import { put, putAll } from './messages'

export interface Story {
  room: Room | null
  /** In the order of speaking. */
  messages: readonly Message[]
  /** Deleted ones, so that an older page cannot bring them back. */
  deleted: ReadonlySet<string>
  /** Clips that came to an end without a message. */
  empty: ReadonlySet<string>
  /** The last numbered frame in order: where to go on after a cut. */
  seq: number | null
  /** What the room's state includes already. */
  known: number
  /** A number was skipped: the connection has to be resumed after `seq`. */
  gap: boolean
  /** Server instants (ms) = the page's own monotonic ms + offset; null before the first. */
  offset: number | null
}

export type StoryEvent =
  | { type: 'frame'; frame: Frame; now: number }
  | { type: 'resumed' }
  | { type: 'page'; messages: readonly Message[] }
  | { type: 'changed'; message: Message }
  | { type: 'removed'; messageId: string }
  | { type: 'line'; line: Line }

export const empty: Story = {
  room: null,
  messages: [],
  deleted: new Set(),
  empty: new Set(),
  seq: null,
  known: 0,
  gap: false,
  offset: null,
}

/** Opened with a page of messages. */
export const begun = (messages: readonly Message[]): Story => ({ ...empty, messages })

export function tell(story: Story, event: StoryEvent): Story {
  switch (event.type) {
    case 'frame':
      return read(clocked(story, event.frame, event.now), event.frame)
    case 'resumed':
      return story.gap ? { ...story, gap: false } : story
    case 'page':
      return { ...story, messages: putAll(story.messages, event.messages, story.deleted) }
    case 'changed':
      return { ...story, messages: put(story.messages, event.message) }
    case 'removed':
      return remove(story, event.messageId)
    case 'line':
      return inRoom(story, (room) => ({ ...room, ...event.line }))
  }
}

/** The least delayed frame says best how late it is at the server. */
function clocked(story: Story, frame: Frame, now: number): Story {
  if (typeof frame.ts !== 'string') return story
  const offset = Date.parse(frame.ts) - now
  if (story.offset !== null && offset <= story.offset) return story
  return { ...story, offset }
}

function read(story: Story, frame: Frame): Story {
  if (frame.type === 'room.state') return opened(story, frame)
  if (frame.type === 'ping' || story.seq === null || frame.seq <= story.seq) return story
  if (frame.seq > story.seq + 1) return { ...story, gap: true }
  return applied({ ...story, seq: frame.seq }, frame)
}

function opened(story: Story, frame: Frame): Story {
  const room = frame.payload as unknown as Room
  // A server that forgot our place (a restored backup) would otherwise be ignored for good.
  return { ...story, room: withLine(room), seq: frame.seq, known: room.last_seq, gap: false }
}

const withLine = (room: Room): Room => ({
  ...room,
  queue: room.queue ?? [],
  offered_user_id: room.offered_user_id ?? null,
  offer_expires_at: room.offer_expires_at ?? null,
})

function applied(story: Story, frame: Frame): Story {
  if (frame.type.startsWith('message.')) return said(story, frame)
  // The past, told after a cut: the state knows better.
  return frame.seq <= story.known ? story : inRoom(story, (room) => changed(room, frame))
}

const inRoom = (story: Story, change: (room: Room) => Room): Story =>
  story.room === null ? story : { ...story, room: change(story.room) }

function changed(room: Room, frame: Frame): Room {
  const told = frame.payload
  const user = String(told['user_id'] ?? '')
  switch (frame.type) {
    case 'speaker.changed':
      return {
        ...room,
        current_speaker_user_id: (told['current_speaker_user_id'] as string | null) ?? null,
        expires_at: (told['expires_at'] as string | null) ?? null,
        baton_grant: (told['grant'] as number | null) ?? room.baton_grant,
      }
    case 'speaker.queue':
      return withLine({ ...room, ...(told as unknown as Line) })
    case 'room.participant.joined':
      return seated(room, user)
    case 'room.participant.left':
      return { ...room, participants: room.participants.filter((each) => each.user_id !== user) }
    case 'room.participant.status':
      return withStatus(room, user, String(told['status']))
    default:
      return room
  }
}

/** Frames carry no addresses: an empty one is filled from GET /participants by whoever shows it. */
function seated(room: Room, user: string): Room {
  if (room.participants.some((each) => each.user_id === user)) return room
  const newcomer: Participant = { user_id: user, email: '', status: 'offline' }
  return { ...room, participants: [...room.participants, newcomer] }
}

const withStatus = (room: Room, user: string, status: string): Room => ({
  ...room,
  participants: room.participants.map((each) =>
    each.user_id === user ? { ...each, status } : each,
  ),
})

function said(story: Story, frame: Frame): Story {
  const told = frame.payload as unknown as Message
  const id = told.message_id
  if (frame.type === 'message.deleted') return remove(story, id)
  if (frame.type === 'message.empty') {
    return { ...remove(story, id), empty: new Set(story.empty).add(id) }
  }
  if (story.deleted.has(id)) return story
  // An older page will bring it as it is now.
  if (frame.type === 'message.updated' && !story.messages.some((each) => each.message_id === id)) {
    return story
  }
  const place = frame.type === 'message.pending' ? { position: frame.seq, text: null } : {}
  return { ...story, messages: put(story.messages, { ...told, ...place }) }
}

const remove = (story: Story, id: string): Story => ({
  ...story,
  deleted: new Set(story.deleted).add(id),
  messages: story.messages.filter((each) => each.message_id !== id),
})
