import { queryOptions } from '@tanstack/react-query'
import { Problem } from '../api/problem'
import { meOf } from '../app/me'
import { queries } from '../app/queries'
import { currentToken } from '../app/session'
import type { Message, Room } from './model'
import { messagesBefore, roomNow } from './requests'

/**
 * What a room is opened with. The page is read after the room, and the socket begins at the
 * room's `last_seq`: what is said in between comes by one of them or by both.
 */
export interface Opening {
  room: Room & { joined: boolean }
  /** The newest messages; null outside the room, and when they could not be read. */
  page: readonly Message[] | null
}

export const openingOf = (roomId: string) =>
  queryOptions({
    queryKey: ['room', roomId, currentToken()],
    queryFn: () => open(roomId),
    staleTime: Infinity,
    gcTime: 10_000,
    refetchOnWindowFocus: false,
  })

/** Ask for all that the page will show, while its code is on the way. */
export function ready(roomId: string): void {
  void queries.prefetchQuery(meOf(currentToken()))
  void queries.prefetchQuery(openingOf(roomId))
}

/** The room was left, or its page. */
export const forget = (roomId: string): void =>
  queries.removeQueries({ queryKey: ['room', roomId] })

async function open(roomId: string): Promise<Opening> {
  const room = await roomNow(roomId)
  return { room, page: room.joined ? await newest(roomId) : null }
}

async function newest(roomId: string): Promise<Message[] | null> {
  try {
    return await messagesBefore(roomId, null)
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}
