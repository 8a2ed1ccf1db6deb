import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { act, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { setLocale } from '../i18n/locale'
import { FakeRecorder, giveDevices } from '../test/FakeRecorder'
import { ToastProvider } from '../ui/Toast'
import { room } from './examples'
import type { Entrance } from './Entrance'
import type { RoomLive } from './RoomLive'
import { route } from './RoomPage'
import { SignDialog } from './sign/SignDialog'

vi.mock('../app/me', () => ({ useMe: () => ({ data: { id: 'me' } }) }))
vi.mock('./opening', () => ({
  openingOf: () => ({
    queryKey: ['opening'],
    queryFn: () => ({ room: { ...room(), joined: true }, page: [] }),
  }),
  forget: vi.fn(),
}))
let loseSeat = () => {}
vi.mock('./RoomLive', () => ({
  RoomLive: ({ signing, onUnseated }: Parameters<typeof RoomLive>[0]) => {
    loseSeat = onUnseated
    return (
      <>
        <button onClick={signing.begin}>sign</button>
        {signing.open && <SignDialog roomId="r" signing={signing} />}
      </>
    )
  },
}))
vi.mock('./Entrance', () => ({
  Entrance: ({ unsent, onEntered }: Parameters<typeof Entrance>[0]) => (
    <button onClick={() => void onEntered()}>{unsent ? 'enter, and send' : 'enter'}</button>
  ),
}))

beforeEach(() => {
  setLocale('en')
  giveDevices()
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: vi.fn() }))
})
afterEach(() => vi.unstubAllGlobals())

const click = async (name: string) => userEvent.click(await screen.findByRole('button', { name }))

async function open() {
  const root = createRootRoute()
  const page = createRoute({
    getParentRoute: () => root,
    path: '/rooms/$roomId',
    validateSearch: (): { invite?: string } => ({}),
  }).lazy(() => Promise.resolve(route as never))
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history: createMemoryHistory({ initialEntries: ['/rooms/r'] }),
  })
  await router.load()
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ToastProvider>
        <RouterProvider router={router as never} />
      </ToastProvider>
    </QueryClientProvider>,
  )
  return router
}

const record = async () => {
  await click('sign')
  await click('Use the camera')
  await click('Start recording')
  FakeRecorder.last.hear('signs')
}

it('hands a sign recording over the loss of the seat, to be sent after coming back', async () => {
  await open()
  await record()
  await act(async () => loseSeat())
  expect(screen.queryByRole('dialog')).toBeNull()
  await click('enter, and send')

  expect(await screen.findByLabelText('Video to send')).toBeVisible()
  expect(screen.getByRole('button', { name: 'Send' })).toBeEnabled()
})

it.each([
  ['recorded', () => Promise.resolve()],
  ['kept', () => click('Stop recording')],
])('asks before the page is left while a sign video is being %s', async (_, then) => {
  const confirm = vi.fn(() => false)
  vi.stubGlobal('confirm', confirm)
  const { navigate, state } = await open()
  await record()
  await then()
  void navigate({ to: '/' })
  await waitFor(() => expect(confirm).toHaveBeenCalledTimes(1))
  expect(state.location.pathname).toBe('/rooms/r')
})
