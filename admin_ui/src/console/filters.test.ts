import { expect, test } from 'vitest'

import { fromLocalField, readFilters, toLocalField, withFilter } from './filters'

test('a mangled address still opens the page, without what makes no sense', () => {
  const search = {
    state: 'lost',
    lane: 'batch',
    room_id: '12',
    from: 'yesterday-ish',
    q: '  안녕 ',
    other: 'x',
  }

  expect(readFilters(search)).toEqual({ lane: 'batch', q: '안녕' })
})

test('a search for digits, which the router reads as a number, is a search all the same', () => {
  expect(readFilters({ q: 119 })).toEqual({ q: '119' })
})

test('an emptied filter leaves the address', () => {
  expect(withFilter({ state: 'failed', q: 'x' }, 'q', ' ')).toEqual({ state: 'failed' })
  expect(withFilter({ q: 'x' }, 'state', 'failed')).toEqual({ q: 'x', state: 'failed' })
})

test('a local field and the address tell the same instant', () => {
  const iso = '2026-03-01T12:34:00.000Z'

  expect(fromLocalField(toLocalField(iso))).toBe(iso)
  expect(toLocalField(undefined)).toBe('')
  expect(fromLocalField('')).toBe('')
})
