import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'

import type { Worker } from '../model'
import { visit } from '../test/gateway'

const worker: Worker = {
  id: 'host-1',
  engine: 'whisper',
  model: 'base',
  device: 'cpu',
  slots: 2,
  tasks: ['44444444-0000-4000-8000-000000000001'],
  partitions: { 'stt.requests.whisper.batch/0': 3, 'stt.requests.whisper.batch/1': 4 },
  real_time_factor: 0.251,
  started_at: '2026-03-01T09:00:00Z',
  seen_at: new Date().toISOString(),
  alive: true,
}

test('a worker tells what it is, what it does and what it is behind with', async () => {
  visit('/admin/workers', { 'GET /admin/workers': [worker] })

  const cells = within(await screen.findByRole('row', { name: /host-1/ }))
  expect(cells.getByText('1 of 2 slots')).toBeVisible()
  expect(cells.getByText('0.251')).toBeVisible()
  expect(cells.getByText('7')).toBeVisible()
})

test('a silent worker is said to do nothing: its task is with another one', async () => {
  visit('/admin/workers', { 'GET /admin/workers': [{ ...worker, alive: false }] })

  const cells = within(await screen.findByRole('row', { name: /host-1/ }))
  expect(cells.getByText(/silent/)).toBeVisible()
  expect(cells.queryByText('44444444')).not.toBeInTheDocument()
})

test('without a worker it says what becomes of the jobs', async () => {
  visit('/admin/workers', { 'GET /admin/workers': [] })

  expect(await screen.findByText(/accepted jobs wait in line/)).toBeVisible()
})
