/** The way of a job from hop to hop, with the time that each took. */
import type { Hop } from './model'

const WAY = ['accepted', 'dispatched', 'started', 'finished'] as const
/** Only long recordings are cut into chunks. */
export type HopName = (typeof WAY)[number] | 'planned'

export interface Step {
  name: HopName
  /** Null when it has not happened. */
  at: string | null
  /** Seconds since the hop before; null for the first and for what is to come. */
  tookS: number | null
  /** Its part of the whole way, 0 to 1. */
  share: number
}

/** Seconds from the first hop to the last that has happened; null before the second. */
export function totalS(hops: readonly Hop[]): number | null {
  if (hops.length < 2) return null
  return hops.reduce((sum, { after_ms }) => sum + after_ms, 0) / 1000
}

/** What has happened and, for a job that is under way, what is still to come. */
export function steps(hops: readonly Hop[], open: boolean): Step[] {
  const whole = totalS(hops) ?? 0
  const done = hops.map(({ name, at, after_ms }, index): Step => {
    const tookS = index === 0 ? null : after_ms / 1000
    return { name, at, tookS, share: whole > 0 ? (tookS ?? 0) / whole : 0 }
  })
  const missing = WAY.filter((name) => !hops.some((hop) => hop.name === name))
  const ahead = missing.map((name): Step => ({ name, at: null, tookS: null, share: 0 }))
  return open ? [...done, ...ahead] : done
}
