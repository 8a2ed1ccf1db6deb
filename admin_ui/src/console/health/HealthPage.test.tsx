import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'

import { refusal, visit } from '../test/gateway'

const part = (name: string, ok: boolean) => ({ name, ok, detail: ok ? 'answers' : 'is away' })
const health = (ok: boolean) => ({
  services: [part('api_gateway', true), part('result_handler', true)],
  servers: [part('kafka', ok)],
  grafana_url: null,
})

test('all being well is said in one sentence', async () => {
  visit('/admin/health', { 'GET /admin/health': health(true) })

  expect(await screen.findByText('Everything is well.')).toBeVisible()
  expect(screen.getByText('No Grafana is connected to this cluster.')).toBeVisible()
})

test('what is not well is counted, and named', async () => {
  visit('/admin/health', { 'GET /admin/health': health(false) })

  expect(await screen.findByText('1 not well.')).toBeVisible()
  expect(screen.getByRole('row', { name: /kafka/ })).toHaveTextContent('is away')
})

test('a link leads to the graphs where there are any', async () => {
  const grafana_url = 'http://localhost:3000/'
  visit('/admin/health', { 'GET /admin/health': { ...health(true), grafana_url } })

  expect(await screen.findByRole('link', { name: /Grafana/ })).toHaveAttribute('href', grafana_url)
})

test('a gateway that cannot say is told of', async () => {
  visit('/admin/health', { 'GET /admin/health': refusal(503, 'UNAVAILABLE') })

  expect(await screen.findByRole('alert')).toHaveTextContent('UNAVAILABLE')
})
