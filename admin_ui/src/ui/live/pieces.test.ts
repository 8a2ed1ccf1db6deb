import { expect, test } from 'vitest'
import { inOrder, pieceOf, type Piece } from './pieces'

const piece = (index: number): Piece => ({
  index,
  start_s: index * 100,
  end_s: index * 100 + 100,
  text: `part ${index}`,
})
const told = (indexes: readonly number[], chunks: number | null, duration_s: number | null = 500) =>
  inOrder(indexes.map(piece), { chunks, duration_s }).map((each) =>
    each.kind === 'said' ? each.text : `${each.start_s}–${each.end_s}`,
  )

test.each([
  ['nothing yet', [], 5, ['0–500']],
  ['in order of time, however they came', [1, 0], 5, ['part 0', 'part 1', '200–500']],
  ['one gap for neighbours that are missing', [3, 0], 5, ['part 0', '100–300', 'part 3', '400–500']],
  ['a gap at the beginning', [2], 3, ['0–200', 'part 2']],
  ['no gap where all is said', [0, 1, 2], 3, ['part 0', 'part 1', 'part 2']],
])('%s', (_, indexes, chunks, shown) => {
  expect(told(indexes, chunks)).toEqual(shown)
})

test('an end that nobody knows is left open', () => {
  expect(told([0], null, null)).toEqual(['part 0', '100–null'])
})

test.each([
  [{ index: 2, start_s: 1, end_s: 2, text: ' words ', language: 'ko' }, 'words'],
  [{ index: 2, start_s: 1, end_s: 2, text: null }, ''],
  [{ percent: 40 }, undefined],
])('the piece that %j tells of', (payload, text) => {
  expect(pieceOf(payload)?.text).toBe(text)
})
