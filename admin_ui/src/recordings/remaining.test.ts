import { expect, test } from 'vitest'
import { remaining } from './remaining'

test.each([
  [0, 'left.soon', 0],
  [12, 'left.seconds', 20],
  [58, 'left.minutes', 1],
  [61, 'left.minutes', 2],
  [3500, 'left.minutes', 59],
  [7000, 'left.hours', 2],
] as const)('%d seconds are told as %s %d', (seconds, key, count) => {
  expect(remaining(seconds)).toEqual({ key, count })
})
