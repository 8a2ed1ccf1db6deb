import { expect, test } from 'vitest'

import { save, SAVED, type SaveEvent } from './autosave'

const after = (...events: SaveEvent[]) => events.reduce(save, SAVED)

test('an edit is not saved until it was sent and stored', () => {
  expect(after({ type: 'edited' }).phase).toBe('dirty')
  expect(after({ type: 'edited' }, { type: 'sending' }).phase).toBe('saving')
  expect(after({ type: 'edited' }, { type: 'sending' }, { type: 'stored' })).toEqual(SAVED)
})

test('an edit while the request is under way is not saved by it', () => {
  const state = after(
    { type: 'edited' },
    { type: 'sending' },
    { type: 'edited' },
    { type: 'stored' },
  )

  expect(state.phase).toBe('dirty')
})

test('a refusal is told and the next attempt may succeed', () => {
  const refused = after(
    { type: 'edited' },
    { type: 'sending' },
    { type: 'refused', reason: 'away' },
  )

  expect(refused).toMatchObject({ phase: 'failed', reason: 'away' })
  expect(save(save(refused, { type: 'sending' }), { type: 'stored' })).toEqual(SAVED)
})

test('what comes out of turn changes nothing', () => {
  expect(after({ type: 'stored' })).toEqual(SAVED)
  expect(after({ type: 'sending' })).toEqual(SAVED)
  expect(after({ type: 'refused', reason: 'x' })).toEqual(SAVED)
})
