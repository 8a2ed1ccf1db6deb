import { expect, it } from 'vitest'
import { wordAt } from './wordAt'

const words = [
  { start: 0.5, end: 1, text: 'one' },
  { start: 1.4, end: 2, text: 'two' },
]

it.each([
  [0, -1],
  [0.5, 0],
  [1.2, 0],
  [1.4, 1],
  [9, 1],
])('at second %f it is word %i', (second, index) => {
  expect(wordAt(words, second)).toBe(index)
})
