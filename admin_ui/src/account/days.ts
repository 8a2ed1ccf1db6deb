import type { Retention } from './requests'

export const MOST_DAYS = 36_500

/** What somebody wrote as days: null for nothing, undefined for what is no number of days. */
export function daysIn(written: string, everybodys: number | null): number | null | undefined {
  if (written.trim() === '') return null
  const days = Number(written)
  const most = everybodys ?? MOST_DAYS
  return Number.isInteger(days) && days >= 1 && days <= most ? days : undefined
}

/** How long things are kept: the shorter of one's own wish and everybody's. */
const kept = (own: number | null, everybodys: number | null): number =>
  Math.min(own ?? Infinity, everybodys ?? Infinity)

/** Whether something that is kept now would be erased sooner. */
export function isShorter(
  wish: { audio_days: number | null; text_days: number | null },
  now: Retention,
): boolean {
  const { cluster_audio_days: audio, cluster_text_days: text } = now
  return (
    kept(wish.audio_days, audio) < kept(now.audio_days, audio) ||
    kept(wish.text_days, text) < kept(now.text_days, text)
  )
}
