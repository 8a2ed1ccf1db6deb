import { useEffect } from 'react'
import { Problem } from '../../api/problem'
import { heartbeat } from '../requests'
import type { MicDriver } from './driver'
import type { Mic } from './states'

/** Well within any turn: the shortest that can be configured is a few seconds. */
const HEARTBEAT_MS = 2500

/** Keeps the turn while something is recorded or recognised; without it, it ends by itself. */
export function useHeartbeat(
  driver: MicDriver,
  roomId: string,
  mic: Mic,
  onExpiry: (expiresAt: string) => void,
): void {
  const { at } = mic
  const grant = at.name === 'recording' || at.name === 'uploading' ? at.grant : null
  useEffect(() => {
    if (grant === null) return
    let stopped = false
    const beat = async () => {
      try {
        const { expires_at } = await heartbeat(roomId, grant)
        if (!stopped) onExpiry(expires_at)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        if (error.code === 'NOT_SPEAKER') driver.dispatch({ type: 'lost', grant })
      }
    }
    const timer = setInterval(() => void beat(), HEARTBEAT_MS)
    return () => {
      stopped = true
      clearInterval(timer)
    }
  }, [driver, roomId, grant, onExpiry])
}
