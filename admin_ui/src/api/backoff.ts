const FIRST_MS = 500
const LONGEST_MS = 15_000

/** Milliseconds before attempt 0, 1, 2 …: doubling, and spread so that a thousand pages do not
 * return to a restarted gateway at the same instant. `random` is in [0, 1). */
export function delayBefore(attempt: number, random: number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
  return Math.round(most * (0.5 + random / 2))
}
