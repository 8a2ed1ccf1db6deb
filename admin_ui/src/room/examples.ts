import type { Frame, Message, Room } from './model'

/** What frames carry, for tests. */
export const room = (news: Partial<Room> = {}): Room => ({
  room_id: 'r',
  title: 'Room',
  has_password: false,
  capacity: 2,
  language: 'ko',
  current_speaker_user_id: null,
  expires_at: null,
  baton_grant: 0,
  participants: [{ user_id: 'me', email: 'me@example.com', status: 'online' }],
  last_seq: 10,
  queue: [],
  offered_user_id: null,
  offer_expires_at: null,
  ...news,
})

export const message = (position: number, news: Partial<Message> = {}): Message => ({
  message_id: `m${position}`,
  room_id: 'r',
  sender_user_id: 'other',
  position,
  type: 'stt',
  text: `text ${position}`,
  status: 'final',
  language: 'ko',
  duration_s: 2,
  created_at: '2026-11-21T08:00:00Z',
  has_audio: true,
  ...news,
})

export const frame = (seq: number, type: string, payload: object = {}): Frame => ({
  type,
  payload: payload as Record<string, unknown>,
  ts: '2026-11-21T08:00:00Z',
  seq,
})
