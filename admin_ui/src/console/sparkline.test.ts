import { expect, test } from 'vitest'

import { sparkArea, sparkPath, summary } from './sparkline'

const box = { width: 100, height: 20 }

test('the greatest value touches the top and zero the bottom', () => {
  expect(sparkPath([0, 4, 2], box)).toBe('M 0 20 L 50 0 L 100 10')
})

test('nothing but zeros is a line at the bottom, not a division by zero', () => {
  expect(sparkPath([0, 0], box)).toBe('M 0 20 L 100 20')
})

test('one value is one point, none is no path', () => {
  expect(sparkPath([3], box)).toBe('M 0 0')
  expect(sparkPath([], box)).toBe('')
  expect(sparkArea([], box)).toBe('')
})

test('the area is closed down to the bottom', () => {
  expect(sparkArea([1, 0], box)).toBe('M 0 0 L 100 20 L 100 20 L 0 20 Z')
})

test('the words say what the picture shows', () => {
  const minutes = [
    { minute: 'a', completed: 3, failed: 1, open: 0 },
    { minute: 'b', completed: 2, failed: 0, open: 0 },
  ]

  expect(summary(minutes)).toEqual({ completed: 5, failed: 1, busiest: 4 })
  expect(summary([])).toEqual({ completed: 0, failed: 0, busiest: 0 })
})
