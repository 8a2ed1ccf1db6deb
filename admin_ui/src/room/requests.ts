import { API, request } from '../api/client'
import type { Line, Message, Participant, Room } from './model'

const json = async <D>(path: string, method = 'GET', sent?: unknown): Promise<D> => {
  const init: RequestInit = { method }
  if (sent !== undefined) {
    init.body = JSON.stringify(sent)
    init.headers = { 'Content-Type': 'application/json' }
  }
  const response = await request(API + path, init)
  return (response.status === 204 ? undefined : await response.json()) as D
}

const room = (id: string) => `/rooms/${encodeURIComponent(id)}`

export interface Entry {
  password?: string
  invite?: string
}

export const joinRoom = (id: string, entry: Entry) =>
  json<{ joined: boolean }>(`${room(id)}/join`, 'POST', entry)
export const leaveRoom = (id: string) => json<{ left: boolean }>(`${room(id)}/leave`, 'POST')
export const roomNow = (id: string) => json<Room & { joined: boolean }>(room(id))
export const participantsOf = (id: string) => json<Participant[]>(`${room(id)}/participants`)
export const invite = (id: string) => json<{ code: string }>(`${room(id)}/invitation`, 'POST')
export const uninvite = (id: string) => json<undefined>(`${room(id)}/invitation`, 'DELETE')

export interface Grant {
  expires_at: string
  grant: number
}
export const acquire = (id: string) => json<Grant>(`${room(id)}/speaker/acquire`, 'POST')
export const heartbeat = (id: string, grant: number) =>
  json<Grant>(`${room(id)}/speaker/heartbeat`, 'POST', { grant })
export const release = (id: string, grant: number) =>
  json<{ released: boolean }>(`${room(id)}/speaker/release`, 'POST', { grant })
export const raiseHand = (id: string) => json<Line>(`${room(id)}/speaker/hand`, 'POST')
export const lowerHand = (id: string) => json<Line>(`${room(id)}/speaker/hand`, 'DELETE')

export const PAGE = 50
export const messagesBefore = (id: string, before: number | null) =>
  json<Message[]>(
    `/messages?room_id=${encodeURIComponent(id)}&limit=${PAGE}${before === null ? '' : `&before=${before}`}`,
  )
export const editMessage = (id: string, text: string) =>
  json<Message>(`/messages/${id}`, 'PATCH', { text })
export const deleteMessage = (id: string) => json<undefined>(`/messages/${id}`, 'DELETE')

export interface Word {
  start: number
  end: number
  text: string
}
export const wordsOf = (id: string) => json<{ words: Word[] }>(`/messages/${id}/words`)

/** A recording, a video or a poster: the address may not carry the token, so it is fetched. */
export const mediaOf = async (id: string, kind: 'audio' | 'video' | 'poster'): Promise<Blob> =>
  (await request(`${API}/messages/${id}/${kind}`)).blob()

export type ExportFormat = 'txt' | 'srt' | 'json'
export const exportOf = async (id: string, format: ExportFormat): Promise<Blob> =>
  (await request(`${API}${room(id)}/export?format=${format}`)).blob()
