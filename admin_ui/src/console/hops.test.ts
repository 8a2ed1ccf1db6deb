import { expect, test } from 'vitest'

import { steps, totalS } from './hops'
import type { Hop } from './model'

const hop = (name: Hop['name'], after_ms: number): Hop => ({
  name,
  at: '2026-01-01T00:00:00Z',
  after_ms,
})
const hops = [hop('accepted', 0), hop('started', 1000), hop('finished', 3000)]

test('each hop tells how long it came after the one before, and which part of the way that was', () => {
  expect(steps(hops, false).map(({ tookS }) => tookS)).toEqual([null, 1, 3])
  expect(steps(hops, false).map(({ share }) => share)).toEqual([0, 0.25, 0.75])
})

test('there is no total before the second hop', () => {
  expect(totalS(hops.slice(0, 1))).toBeNull()
  expect(totalS(hops)).toBe(4)
})

test('what is still to come is shown while the job is under way, and not afterwards', () => {
  const begun = hops.slice(0, 1)

  expect(steps(begun, true).map(({ name, at }) => [name, at !== null])).toEqual([
    ['accepted', true],
    ['dispatched', false],
    ['started', false],
    ['finished', false],
  ])
  expect(steps(begun, false)).toHaveLength(1)
})
