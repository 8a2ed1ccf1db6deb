import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import type { ConsoleUser } from '../model'
import { refusal, visit, type Answers } from '../test/gateway'

const user: ConsoleUser = {
  id: 'u1',
  email: 'minji@malmoi.kr',
  role: 'user',
  created_at: '2026-03-01T09:00:00Z',
  tokens_valid_from: null,
  rooms: [],
}

async function decide(deed: string, answers: Answers, role = 'user') {
  const page = visit('/admin/users', {
    'GET /admin/users': { users: [{ ...user, role }], next: null },
    ...answers,
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Actions for minji@malmoi.kr' }))
  await userEvent.click(screen.getByRole('menuitem', { name: deed }))
  const dialog = screen.getByRole('dialog')
  await userEvent.click(within(dialog).getByRole('button', { name: deed }))
  return page
}

test('a new password is shown once, to be handed over', async () => {
  await decide('Reset password', { 'POST /admin/users/u1/reset-password': { password: 's3cret' } })

  expect(await screen.findByText('s3cret')).toBeVisible()
  await userEvent.click(screen.getAllByRole('button', { name: 'Close' })[0] as HTMLElement)
  expect(screen.queryByText('s3cret')).not.toBeInTheDocument()
})

test('somebody is made an admin', async () => {
  const page = await decide('Make admin', { 'PUT /admin/users/u1/role': { role: 'admin' } })

  await waitFor(() =>
    expect(page.asked.find(({ what }) => what.startsWith('PUT'))?.sent).toEqual({ role: 'admin' }),
  )
})

test('the last admin stays one, and it is said why', async () => {
  await decide('Revoke admin', { 'PUT /admin/users/u1/role': refusal(409, 'LAST_ADMIN') }, 'admin')

  expect(await screen.findByText(/last admin has to stay one/)).toBeVisible()
})

test('a search goes to the address and to the gateway', async () => {
  const page = visit('/admin/users', { 'GET /admin/users': { users: [], next: null } })

  await userEvent.type(await screen.findByLabelText('Find by email'), 'jun')

  await waitFor(() => expect(page.address()).toContain('q=jun'))
  await waitFor(() => expect(page.asked.at(-1)?.search).toContain('q=jun'))
  expect(await screen.findByText('No such user')).toBeVisible()
})

const quota = {
  own: { hand_in_per_minute: null, open_jobs: 5, audio_bytes_per_day: null },
  hand_in_per_minute: 600,
  open_jobs: 5,
  audio_bytes_per_day: 200_000_000_000,
  used_open_jobs: 2,
  used_audio_bytes_today: 36_000_000,
}

test('an account is allowed more or less than everybody', async () => {
  const at = '/admin/users/u1/quota'
  const page = visit('/admin/users', {
    'GET /admin/users': { users: [user], next: null },
    [`GET ${at}`]: quota,
    [`PUT ${at}`]: quota,
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Actions for minji@malmoi.kr' }))
  await userEvent.click(screen.getByRole('menuitem', { name: 'Limits' }))
  const open = await screen.findByLabelText('Open recordings at once')
  expect(open).toHaveValue('5')
  expect(screen.getByText('Limit now: 200 GB, used: 36 MB')).toBeVisible()

  await userEvent.clear(open)
  await userEvent.type(screen.getByLabelText('Uploaded a day (MB)'), 'x')
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled()
  await userEvent.clear(screen.getByLabelText('Uploaded a day (MB)'))
  await userEvent.type(screen.getByLabelText('Uploaded a day (MB)'), '2.5')
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))

  expect(await screen.findByText('The limits have changed.')).toBeVisible()
  expect(page.asked.find(({ what }) => what === `PUT ${at}`)?.sent).toEqual({
    open_jobs: null,
    audio_bytes_per_day: 2_500_000,
    hand_in_per_minute: null,
  })
})
