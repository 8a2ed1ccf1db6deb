import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import { refusal, visit } from '../test/gateway'
import { counts, row } from '../test/samples'

const some = {
  'GET /admin/jobs/counts': counts,
  'GET /admin/jobs': { jobs: [row], next: null },
}
const empty = {
  'GET /admin/jobs/counts': { ...counts, by_state: {} },
  'GET /admin/jobs': { jobs: [], next: null },
}
const asks = (page: ReturnType<typeof visit>) =>
  page.asked.filter(({ what }) => what === 'GET /admin/jobs')

test('a row says when, what, who and how long, and leads to the job', async () => {
  visit('/admin/jobs', some)

  const cells = within(await screen.findByRole('row', { name: /minji@malmoi.kr/ }))
  expect(cells.getByText('Good morning')).toBeVisible()
  expect(cells.getByText('Friday class')).toBeVisible()
  expect(cells.getByText('1.5s')).toBeVisible()
  expect(cells.getByRole('link')).toHaveAttribute('href', `/admin/jobs/${row.id}`)
})

test('what is done and what waits is said in words, for the pictures are not read out', async () => {
  visit('/admin/jobs', some)

  expect(await screen.findByText(/2 completed and 1 failed/)).toBeVisible()
  expect(screen.getByText(/At most 4 jobs were open/)).toBeVisible()
})

test('a failed row tells the reason in a sentence', async () => {
  const broken = { ...row, state: 'failed', error_code: 'NO_AUDIO_TRACK', text_start: null }
  visit('/admin/jobs', { ...some, 'GET /admin/jobs': { jobs: [broken], next: null } })

  expect(await screen.findByText('It is a video without sound.')).toBeVisible()
})

test('the filters of the address are asked for, and shown', async () => {
  const page = visit('/admin/jobs?state=failed&lane=batch&room_id=nonsense', some)

  expect(await screen.findByLabelText('State')).toHaveValue('failed')
  expect(screen.getByLabelText('Lane')).toHaveValue('batch')
  expect(asks(page)[0]?.search).toBe('?state=failed&lane=batch')
})

test('choosing and typing change the address, and begin at the newest again', async () => {
  const page = visit('/admin/jobs?cursor=c1', some)

  await userEvent.selectOptions(await screen.findByLabelText('State'), 'running')
  await userEvent.type(screen.getByLabelText('Search'), '119')

  await waitFor(() => expect(page.address()).toContain('119'))
  expect(page.address()).toContain('state=running')
  expect(page.address()).not.toContain('cursor')
})

test('older jobs are one page away, and the filter stays', async () => {
  const page = visit('/admin/jobs?state=completed', {
    ...some,
    'GET /admin/jobs': { jobs: [row], next: 'c2' },
  })

  await userEvent.click(await screen.findByRole('button', { name: 'Older' }))

  await waitFor(() => expect(page.address()).toContain('cursor=c2'))
  expect(page.address()).toContain('state=completed')
})

test('an empty system says what will appear', async () => {
  visit('/admin/jobs', empty)
  expect(await screen.findByText('No jobs yet')).toBeVisible()
})

test('a search without results offers to clear the filters', async () => {
  const page = visit('/admin/jobs?q=zebra', empty)

  await userEvent.click(await screen.findByRole('link', { name: 'Clear all filters' }))

  await waitFor(() => expect(page.address()).toBe('/admin/jobs'))
})

test('a refusal is told with its code, and may be tried again', async () => {
  const page = visit('/admin/jobs', { ...some, 'GET /admin/jobs': refusal(503, 'UNAVAILABLE') })

  expect(await screen.findByText(/UNAVAILABLE/)).toBeVisible()
  page.known['GET /admin/jobs'] = some['GET /admin/jobs']
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))

  expect(await screen.findByText('Good morning')).toBeVisible()
})

test('to whoever is no admin there is no such page', async () => {
  const page = visit('/admin/jobs', { ...some, 'GET /me': { user: { role: 'user' } } })

  expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(/no such page/i)
  expect(asks(page)).toHaveLength(0)
})
