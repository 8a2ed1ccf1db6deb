import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import type { DeadLetter } from '../model'
import { refusal, visit } from '../test/gateway'

const letter: DeadLetter = {
  id: 'l1',
  task_id: 't1',
  job_id: '11111111-0000-4000-8000-000000000001',
  source_topic: 'stt.requests.whisper.batch',
  reason: 'ENGINE_CRASHED: the engine ended with 66',
  payload: '{"attempt":3}',
  trace_id: 'cafe',
  created_at: '2026-03-01T09:00:00Z',
}
const one = { 'GET /admin/dead-letters': { letters: [letter], next: null } }

test('a letter says why in a sentence, and leads to its job', async () => {
  visit('/admin/dead-letters', one)

  expect(await screen.findByText(/engine crashed while it worked on it/)).toBeVisible()
  expect(screen.getByRole('link', { name: 'Job 11111111' })).toBeVisible()
})

test('a message that could not be read is told of as such, as it came', async () => {
  const odd = { ...letter, job_id: null, reason: 'unreadable: x', payload: 'no JSON' }
  visit('/admin/dead-letters', { 'GET /admin/dead-letters': { letters: [odd], next: null } })

  expect(await screen.findByText(/not in the form that was agreed on/)).toBeVisible()
  expect(screen.getByText(/no JSON/)).toBeInTheDocument()
})

test('queueing again takes the letter off the list', async () => {
  const page = visit('/admin/dead-letters', {
    ...one,
    'POST /admin/dead-letters/l1/requeue': { job_id: null },
  })
  const button = await screen.findByRole('button', { name: 'Queue again' })
  page.known['GET /admin/dead-letters'] = { letters: [], next: null }

  await userEvent.click(button)

  expect(await screen.findByText('Nothing was given up')).toBeVisible()
})

test('discarding asks first, and tells of a refusal where it asked', async () => {
  const page = visit('/admin/dead-letters', {
    ...one,
    'POST /admin/dead-letters/l1/discard': refusal(409, 'WRONG_STATE', 'it was settled'),
  })

  await userEvent.click(await screen.findByRole('button', { name: 'Discard' }))
  const dialog = screen.getByRole('dialog')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Discard' }))

  expect(await within(dialog).findByText(/cannot be done in its present state/)).toBeVisible()
  await waitFor(() => expect(page.asked.some(({ what }) => what.endsWith('/discard'))).toBe(true))
})
