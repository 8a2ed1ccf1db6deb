import { describe, expect, it } from 'vitest'
import { speedometer } from './speed'

describe('the speed of an upload', () => {
  it('is that of the last seconds', () => {
    let now = 0
    const speedOf = speedometer(() => now)
    expect(speedOf(0)).toBeNull()
    now = 1000
    expect(speedOf(2_000)).toBe(2_000)
    now = 10_000
    expect(speedOf(2_000)).toBeNull()
    now = 11_000
    expect(speedOf(7_000)).toBe(5_000)
  })

  it('begins anew when a part was lost', () => {
    let now = 0
    const speedOf = speedometer(() => now)
    speedOf(5_000)
    now = 1000
    expect(speedOf(1_000)).toBeNull()
    now = 2000
    expect(speedOf(2_000)).toBe(1_000)
  })
})
