import { describe, expect, test } from 'vitest'

import {
  formatAgo,
  formatInstantShort,
  formatPlace,
  formatShare,
  formatSpan,
} from './format'

describe('lengths', () => {
  test('short spans are told in milliseconds, long ones in their two largest units', () => {
    expect(formatSpan(0.34, 'en')).toBe('340ms')
    expect(formatSpan(2.44, 'en')).toBe('2.4s')
    expect(formatSpan(185, 'en')).toBe('3m 5s')
    expect(formatSpan(7_830, 'en')).toBe('2h 10m')
    expect(formatSpan(185, 'ko')).toBe('3분 5초')
  })

  test('rounding never shows sixty seconds or a thousand milliseconds', () => {
    expect(formatSpan(0.9999, 'en')).toBe('1s')
    expect(formatSpan(59.97, 'en')).toBe('1m 0s')
  })

  test("a place in a recording reads like a player's clock", () => {
    expect([formatPlace(7.9), formatPlace(723), formatPlace(3_723)]).toEqual([
      '0:07',
      '12:03',
      '1:02:03',
    ])
    expect(formatPlace(-1)).toBe('0:00')
  })
})

describe('amounts', () => {
  test('a share is a percentage', () => {
    expect(formatShare(0.427, 'ko')).toBe('43%')
  })
})

describe('instants', () => {
  const now = new Date('2026-03-01T12:00:00Z')

  test('how long ago goes by the coarsest unit', () => {
    expect(formatAgo('2026-03-01T11:57:10Z', 'en', now)).toBe('2 minutes ago')
    expect(formatAgo('2026-02-27T12:00:00Z', 'ko', now)).toBe('그저께')
  })

  test('a clock ahead of ours is no future', () => {
    expect(formatAgo('2026-03-01T12:00:09Z', 'en', now)).toBe('now')
  })

  test('the day is told only when it is not today', () => {
    expect(formatInstantShort('2026-03-01T12:00:01Z', 'en', now)).not.toContain('Mar')
    expect(formatInstantShort('2026-01-09T12:00:01Z', 'en', now)).toContain('Jan 9')
  })
})
