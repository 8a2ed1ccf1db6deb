import { expect, test } from 'vitest'
import { bytes } from './bytes'

test('bytes go by powers of a thousand', () => {
  expect([bytes(0, 'en'), bytes(999, 'en'), bytes(1_540_000, 'en')]).toEqual([
    '0 B',
    '999 B',
    '1.5 MB',
  ])
})
