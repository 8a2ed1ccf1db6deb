import { expect, test } from 'vitest'
import { read, written } from './quota'

test.each([
  ['open_jobs', '', null],
  ['open_jobs', ' 5 ', 5],
  ['open_jobs', '0', undefined],
  ['open_jobs', 'many', undefined],
  ['hand_in_per_minute', '2147483648', undefined],
  ['audio_bytes_per_day', '1.5', 1_500_000],
  ['audio_bytes_per_day', '-1', undefined],
] as const)('%s written as %j', (field, text, value) => {
  expect(read(field, text)).toBe(value)
})

test.each([null, 1, 1_500_000, 2_147_483_647])('%s stays what it is', (value) => {
  expect(read('audio_bytes_per_day', written('audio_bytes_per_day', value))).toBe(value)
})
