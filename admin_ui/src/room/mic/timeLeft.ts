import { useSyncExternalStore } from 'react'

/** Milliseconds until a server instant. `offset` is server instant minus this page's monotonic
 * clock, so that a wrong device clock changes nothing. */
export function millisecondsLeft(
  until: string | null,
  offset: number | null,
  now: number,
): number | null {
  if (until === null || offset === null) return null
  return Math.max(0, Date.parse(until) - (now + offset))
}

const TICK_MS = 200

const ticking = (changed: () => void) => {
  const timer = setInterval(changed, TICK_MS)
  return () => clearInterval(timer)
}
const standing = () => () => undefined
const tick = () => Math.floor(performance.now() / TICK_MS) * TICK_MS

/** Follows the time left, five times a second. */
export function useTimeLeft(until: string | null, offset: number | null): number | null {
  const now = useSyncExternalStore(until === null ? standing : ticking, tick)
  return millisecondsLeft(until, offset, now)
}
