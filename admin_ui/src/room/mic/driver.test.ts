import { afterEach, expect, it, vi } from 'vitest'
import { MicDriver } from './driver'
import * as requests from '../requests'

vi.mock('../requests')

afterEach(() => vi.resetAllMocks())

function driver(): MicDriver {
  const made = new MicDriver('room', { onMic: vi.fn(), onStream: vi.fn(), onExpiry: vi.fn() })
  made.use({ create: vi.fn(), save: vi.fn(), offer: vi.fn(), send: vi.fn(), drop: vi.fn() })
  return made
}

it('asks for a turn only when the last one has been given back', async () => {
  const grant = { grant: 1, expires_at: '2026-01-01T00:00:00Z' }
  vi.mocked(requests.acquire).mockResolvedValue(grant as requests.Grant)
  let released = (_: { released: boolean }) => {}
  vi.mocked(requests.release).mockReturnValue(new Promise((resolve) => (released = resolve)))
  const mic = driver()
  mic.dispatch({ type: 'send', clip: 'first' })
  await vi.waitFor(() => expect(requests.acquire).toHaveBeenCalledTimes(1))
  await Promise.resolve()
  mic.dispatch({ type: 'release' })

  mic.dispatch({ type: 'send', clip: 'second' })
  await new Promise((resolve) => setTimeout(resolve))
  expect(requests.acquire).toHaveBeenCalledTimes(1)

  released({ released: true })
  await vi.waitFor(() => expect(requests.acquire).toHaveBeenCalledTimes(2))
})
