import { useCallback, useEffect, useRef, useState } from 'react'
import { Problem } from '../../api/problem'
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

/** Pages of the past, newest first; what happens meanwhile is the story's matter. */
export function useHistory(roomId: string, tellStory: (event: StoryEvent) => void): History {
  const [state, setState] = useState({ loaded: false, more: true, loading: false, failed: false })
  const cursor = useRef<number | null>(null)
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
    cursor.current = null
    void older()
  }, [older])
  return { ...state, older: () => void older() }
}
