import { useCallback, useEffect, useRef, useState } from 'react'
import { Problem } from '../../api/problem'
import type { Message } from '../model'
import { messagesBefore, PAGE } from '../requests'
import type { StoryEvent } from './story'

export interface History {
  loaded: boolean
  /** Whether older messages exist. */
  more: boolean
  loading: boolean
  failed: boolean
  older: () => void
}

/** Pages of the past before `first`, newest first; what happens meanwhile is the story's matter. */
export function useHistory(
  roomId: string,
  first: readonly Message[] | null,
  tellStory: (event: StoryEvent) => void,
): History {
  const [state, setState] = useState({
    loaded: first !== null,
    more: first === null || first.length === PAGE,
    loading: false,
    failed: false,
  })
  const cursor = useRef<number | null>(first?.[0]?.position ?? null)
  const busy = useRef(false)

  const older = useCallback(async () => {
    if (busy.current) return
    busy.current = true
    setState((now) => ({ ...now, loading: true, failed: false }))
    try {
      const page = await messagesBefore(roomId, cursor.current)
      tellStory({ type: 'page', messages: page })
      cursor.current = page[0]?.position ?? cursor.current
      setState({ loaded: true, more: page.length === PAGE, loading: false, failed: false })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setState((now) => ({ ...now, loading: false, failed: true }))
    } finally {
      busy.current = false
    }
  }, [roomId, tellStory])

  useEffect(() => {
    if (first === null) void older()
  }, [first, older])
  return { ...state, older: () => void older() }
}
