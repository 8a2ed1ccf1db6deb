import { expect, it } from 'vitest'
import { millisecondsLeft } from './timeLeft'

const until = new Date(100_000).toISOString()

it('goes by the clock of the server, whatever the device says', () => {
  expect(millisecondsLeft(until, 90_000, 4000)).toBe(6000)
})

it('is never less than nothing', () => {
  expect(millisecondsLeft(until, 90_000, 20_000)).toBe(0)
})

it('is unknown before the server has told the time', () => {
  expect(millisecondsLeft(until, null, 0)).toBeNull()
  expect(millisecondsLeft(null, 90_000, 0)).toBeNull()
})
