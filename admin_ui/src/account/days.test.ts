import { expect, test } from 'vitest'
import { daysIn, isShorter } from './days'

test.each([
  ['', 30, null],
  [' 7 ', 30, 7],
  ['30', 30, 30],
  ['31', 30, undefined],
  ['36500', null, 36_500],
  ['36501', null, undefined],
  ['0', null, undefined],
  ['1.5', null, undefined],
  ['soon', null, undefined],
])('%j days where everybody has %s', (written, everybodys, days) => {
  expect(daysIn(written, everybodys)).toBe(days)
})

const now = { audio_days: 10, text_days: null, cluster_audio_days: 30, cluster_text_days: null }

test.each([
  ['the same', 10, null, false],
  ['longer', 20, null, false],
  ['as everybody, which is longer', null, null, false],
  ['shorter', 9, null, true],
  ['an end for what had none', 10, 36_500, true],
])('%s', (_, audio_days, text_days, shorter) => {
  expect(isShorter({ audio_days, text_days }, now)).toBe(shorter)
})
