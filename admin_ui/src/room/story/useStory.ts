import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import { currentToken, signOut } from '../../app/session'
import { Connection, type Link } from './connection'
import { empty, tell, type Story, type StoryEvent } from './story'

const socketUrl = (roomId: string) => (after: number | null) => {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const query = after === null ? '' : `?after=${after}`
  return `${scheme}://${location.host}/ws/rooms/${roomId}${query}`
}

export interface LiveStory {
  story: Story
  link: Link
  tellStory: (event: StoryEvent) => void
}

/** The room's story, followed live while the component stands. */
export function useStory(roomId: string): LiveStory {
  const [story, tellStory] = useReducer(tell, empty)
  const [link, setLink] = useState<Link>('connecting')
  const connection = useRef<Connection | null>(null)
  const seq = useRef<number | null>(null)
  const follow = useCallback((event: StoryEvent) => tellStory(event), [])

  useEffect(() => {
    seq.current = story.seq
  }, [story.seq])

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
