import { expect, test } from 'vitest'
import { columns } from './speech'

const span = (start_s: number, end_s: number) => ({ start_s, end_s })

test.each([
  ['silence', [], [0, 0, 0, 0]],
  ['a part of a part', [span(0, 5)], [0.5, 0, 0, 0]],
  ['over several parts', [span(5, 25)], [0.5, 1, 0.5, 0]],
  ['several in one', [span(0, 2), span(4, 6)], [0.4, 0, 0, 0]],
  ['behind the end', [span(35, 90)], [0, 0, 0, 0.5]],
])('%s', (_, spans, shares) => {
  const found = columns(spans, 40, 4)
  expect(found.map((each) => Math.round(each * 100) / 100)).toEqual(shares)
})

test('a recording of no length has no parts that are spoken in', () => {
  expect(columns([span(0, 1)], 0, 3)).toEqual([0, 0, 0])
})
