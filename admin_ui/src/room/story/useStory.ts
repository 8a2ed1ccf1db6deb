import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import type { Message } from '../model'
import { currentToken, signOut } from '../../app/session'
import { Connection, type Link } from './connection'
import { begun, tell, type Story, type StoryEvent } from './story'

const socketUrl = (roomId: string) => (after: number) => {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return `${scheme}://${location.host}/ws/rooms/${roomId}?after=${after}`
}

export interface LiveStory {
  story: Story
  link: Link
  tellStory: (event: StoryEvent) => void
}

/** The room's story from `first` on, followed live after number `start` while the component stands. */
export function useStory(
  roomId: string,
  start: number,
  first: readonly Message[] | null,
): LiveStory {
  const [story, tellStory] = useReducer(tell, first ?? [], begun)
  const [link, setLink] = useState<Link>('connecting')
  const connection = useRef<Connection | null>(null)
  const seq = useRef(start)
  const follow = useCallback((event: StoryEvent) => tellStory(event), [])

  useEffect(() => {
    seq.current = story.seq ?? start
  }, [story.seq, start])

  useEffect(() => {
    const opened = new Connection({
      url: socketUrl(roomId),
      token: currentToken,
      after: () => seq.current,
      onFrame: (frame) => tellStory({ type: 'frame', frame, now: performance.now() }),
      onLink: setLink,
    })
    connection.current = opened
    return () => opened.close()
  }, [roomId])

  useEffect(() => {
    if (!story.gap) return
    tellStory({ type: 'resumed' })
    connection.current?.resume()
  }, [story.gap])

  useEffect(() => {
    if (link === 'signedOut') signOut()
  }, [link])

  return { story, link, tellStory: follow }
}
