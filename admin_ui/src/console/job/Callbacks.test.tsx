import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import type { Callbacks, Delivery } from '../model'
import { refusal, visit } from '../test/gateway'
import { failed, untold } from '../test/samples'

vi.mock('wavesurfer.js', () => ({
  default: { create: () => ({ on: () => undefined, destroy: () => undefined }) },
}))

const at = `/admin/jobs/${failed.job.id}`
const attempt = (minute: number, status: number | null, outcome: string) => ({
  at: `2026-03-01T09:0${minute}:00Z`,
  status,
  outcome,
  duration_s: 0.12,
})
const waiting: Delivery = {
  id: '55555555-0000-4000-8000-000000000001',
  type: 'job.failed',
  seq: 4,
  state: 'pending',
  created_at: '2026-03-01T09:00:00Z',
  next_attempt_at: '2026-03-01T09:10:00Z',
  attempts: [attempt(1, 500, 'rejected'), attempt(2, null, 'timed_out')],
}
const told: Callbacks = {
  url: 'https://receiver.example/hook',
  events: ['failed'],
  refused_at: null,
  deliveries: [waiting],
}
const open = (callbacks: unknown, more = {}) =>
  visit(at, { [`GET ${at}`]: failed, [`GET ${at}/callbacks`]: callbacks, ...more })
const section = () => screen.findByRole('region', { name: 'Callbacks' })

test('every attempt to tell the receiver says what came of it', async () => {
  open(told)

  const tries = within(await section()).getAllByRole('listitem')
  expect(tries.map((each) => each.textContent)).toEqual([
    expect.stringContaining('refused 500'),
    expect.stringContaining('no answer in time'),
  ])
  expect(screen.getByText('https://receiver.example/hook')).toBeVisible()
  expect(screen.getByText(/next attempt/)).toBeVisible()
})

test('of a day of attempts the last ones are in sight', async () => {
  const attempts = [1, 2, 3, 4, 5].map((minute) => attempt(minute, 503, 'rejected'))
  open({ ...told, deliveries: [{ ...waiting, state: 'failed', attempts }] })

  expect(within(await section()).getByText('2 earlier ones')).toBeVisible()
  expect(screen.getByText('Given up')).toBeVisible()
})

test('an event is sent again on demand, and a refusal of that is told', async () => {
  const path = `POST ${at}/callbacks/${waiting.id}/replay`
  const page = open(told, { [path]: refusal(503, 'UNAVAILABLE') })
  const button = await screen.findByRole('button', { name: 'Send again: job.failed' })

  await userEvent.click(button)
  expect(await within(await section()).findByRole('alert')).toBeVisible()
  page.known[path] = waiting
  await userEvent.click(button)

  await waitFor(() => expect(screen.getByText('The event is sent again')).toBeVisible())
})

test('a receiver that wants no more is named as such', async () => {
  open({ ...told, refused_at: '2026-03-01T09:03:00Z' })

  expect(await screen.findByText(/wants to hear no more of this job/)).toBeVisible()
})

test('a job of which nobody wants to hear has no callbacks', async () => {
  const page = open(untold)

  await waitFor(() => expect(page.asked.map(({ what }) => what)).toContain(`GET ${at}/callbacks`))
  expect(screen.queryByRole('region', { name: 'Callbacks' })).not.toBeInTheDocument()
})
