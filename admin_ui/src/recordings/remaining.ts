import type { TextKey } from './i18n'

const SOON_S = 5
const MINUTE_S = 60
const HOUR_S = 3600

/** A forecast in words that do not claim more than it knows. */
export function remaining(seconds: number): { key: TextKey; count: number } {
  if (seconds < SOON_S) return { key: 'left.soon', count: 0 }
  if (seconds <= MINUTE_S - 5) return { key: 'left.seconds', count: Math.ceil(seconds / 10) * 10 }
  if (seconds < HOUR_S) return { key: 'left.minutes', count: Math.ceil(seconds / MINUTE_S) }
  return { key: 'left.hours', count: Math.round(seconds / HOUR_S) }
}
