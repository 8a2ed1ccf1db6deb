import { describe, expect, it } from 'vitest'
import { delayBefore } from './backoff'

describe('the delay before another attempt', () => {
  it('doubles up to a quarter of a minute', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => delayBefore(attempt, 1))
    expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  })

  it('spreads over its second half', () => {
    expect([0, 0.5, 1].map((random) => delayBefore(3, random))).toEqual([2000, 3000, 4000])
  })
})
