import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import type { ConsoleRoom } from '../model'
import { visit } from '../test/gateway'

const seat = (user_id: string, online: boolean) => ({
  user_id,
  email: `${user_id}@malmoi.kr`,
  status: online ? 'online' : 'offline',
  online,
})
const room: ConsoleRoom = {
  id: 'r1',
  title: 'Friday class',
  language: 'ko',
  capacity: 2,
  has_password: false,
  created_at: '2026-03-01T09:00:00Z',
  participants: [seat('minji', true), seat('junho', false)],
  holder: { user_id: 'minji', grant: 3, acquired_at: null, expires_at: '2026-03-01T09:00:30Z' },
  grant: 3,
  queue: ['junho'],
  offered_user_id: null,
  last_seq: 9,
}
const showing = (...rooms: ConsoleRoom[]) => ({ 'GET /admin/rooms': { rooms, next: null } })

test('a room tells who is there, whose turn it is and who is next', async () => {
  visit('/admin/rooms', showing(room))

  const cells = await screen.findByRole('row', { name: /Friday class/ })
  expect(cells).toHaveTextContent(/minji@malmoi.kr.*online.*junho@malmoi.kr.*away/)
  // In a seat, and with the turn; in a seat, and in line.
  expect(within(cells).getAllByText('minji@malmoi.kr')).toHaveLength(2)
  expect(within(cells).getAllByText('junho@malmoi.kr')).toHaveLength(2)
})

test('a turn is ended only after a second word', async () => {
  const page = visit('/admin/rooms', {
    ...showing(room),
    'POST /admin/rooms/r1/release-baton': { released: true },
  })
  const ended = () => page.asked.some(({ what }) => what.endsWith('/release-baton'))

  await userEvent.click(await screen.findByRole('button', { name: 'Take the turn back' }))
  expect(ended()).toBe(false)
  const dialog = screen.getByRole('dialog', { name: 'End the turn of minji@malmoi.kr?' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Take the turn back' }))

  await waitFor(() => expect(ended()).toBe(true))
})

test('where nobody speaks there is no turn to end', async () => {
  visit('/admin/rooms', showing({ ...room, holder: null, queue: [] }))

  await screen.findByRole('row', { name: /Friday class/ })
  expect(screen.queryByRole('button', { name: 'Take the turn back' })).not.toBeInTheDocument()
})

test('a system without rooms says where they will appear', async () => {
  visit('/admin/rooms', showing())

  expect(await screen.findByText('No rooms yet')).toBeVisible()
})
