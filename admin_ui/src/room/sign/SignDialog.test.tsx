import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../../api/problem'
import { upload } from '../../api/upload'
import { setLocale } from '../../i18n/locale'
import { draw } from '../../test/draw'
import { FakeRecorder, giveDevices } from '../../test/FakeRecorder'
import { SignDialog } from './SignDialog'
import { useSigning } from './useSigning'

vi.mock('../../api/upload', () => ({ upload: vi.fn(), fileName: () => 'sign.webm' }))
const sent = vi.mocked(upload)

function Page() {
  const signing = useSigning()
  return (
    <>
      <button onClick={signing.begin}>sign</button>
      {signing.open && <SignDialog roomId="r" signing={signing} />}
    </>
  )
}

const click = (name: string) => userEvent.click(screen.getByRole('button', { name }))
const asked = () => screen.queryByRole('dialog', { name: 'Throw this video away?' })
const dialog = () => screen.queryByRole('dialog', { name: 'Send a sign video' })
const preview = () => screen.queryByLabelText('Video to send')

async function record() {
  await draw(<Page />)
  await click('sign')
  await click('Use the camera')
  await userEvent.click(await screen.findByRole('button', { name: 'Start recording' }))
  FakeRecorder.last.hear('signs')
}
async function recorded() {
  await record()
  await click('Stop recording')
  await waitFor(() => expect(preview()).toBeVisible())
}
async function choose() {
  await draw(<Page />)
  await click('sign')
  await userEvent.upload(screen.getByTestId('sign-file'), new File(['x'], 'a.mp4', { type: 'video/mp4' }))
}

let track: ReturnType<typeof giveDevices>['track']
beforeEach(() => {
  setLocale('en')
  sent.mockReset()
  track = giveDevices().track
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: vi.fn() }))
})
afterEach(() => vi.unstubAllGlobals())

const ways: [string, () => Promise<unknown>][] = [
  ['Escape', () => userEvent.keyboard('{Escape}')],
  ['a click outside', () => userEvent.click(document.querySelector('.dialog-overlay') as Element)],
  ['the button', () => click('Close')],
]

describe.each(ways)('closing with %s', (_, close) => {
  it('closes at once while there is nothing to lose', async () => {
    await draw(<Page />)
    await click('sign')
    await close()
    expect(dialog()).toBeNull()
  })

  it('asks while it records, and records on meanwhile', async () => {
    await record()
    await close()
    expect(asked()).toBeVisible()
    expect(FakeRecorder.last.state).toBe('recording')
    await click('Keep it')
    expect(asked()).toBeNull()
    expect(screen.getByRole('button', { name: 'Stop recording' })).toBeVisible()
  })

  it('asks about what was recorded', async () => {
    await recorded()
    await close()
    expect(asked()).toBeVisible()
    await userEvent.keyboard('{Escape}')
    expect(preview()).toBeVisible()
  })

  it('is not possible while it is sent', async () => {
    sent.mockImplementation(() => new Promise(() => undefined))
    await choose()
    await click('Send')
    await close()
    expect(dialog()).toBeVisible()
    expect(asked()).toBeNull()
  })
})

describe('a recording', () => {
  it('goes when its owner says so, and the camera with it', async () => {
    await record()
    await userEvent.keyboard('{Escape}')
    await click('Throw away')
    await waitFor(() => expect(dialog()).toBeNull())
    expect(FakeRecorder.last.state).toBe('inactive')
    expect(track.stop).toHaveBeenCalled()
    await act(() => Promise.resolve())
    expect(dialog()).toBeNull()
    expect(screen.getByRole('button', { name: 'sign' })).toHaveFocus()
  })

  it('is not replaced by another one without a question', async () => {
    await recorded()
    await click('Choose another')
    expect(asked()).toBeVisible()
    await click('Throw away')
    expect(await screen.findByRole('button', { name: 'Use the camera' })).toBeVisible()
    await waitFor(() => expect(dialog()).toContainElement(document.activeElement as HTMLElement))
  })

  it('is still there after a failure, which is told', async () => {
    sent.mockRejectedValue(new Problem(0, 'NETWORK', ''))
    await recorded()
    await click('Send')
    expect(await screen.findByRole('alert')).toHaveTextContent('The server cannot be reached')
    await userEvent.keyboard('{Escape}')
    expect(asked()).toBeVisible()
  })

  it('is still there after its sending was cancelled', async () => {
    sent.mockImplementation(() => new Promise(() => undefined))
    await recorded()
    await click('Send')
    await click('Cancel')
    expect(sent.mock.calls[0]?.[0].signal?.aborted).toBe(true)
    expect(screen.queryByRole('alert')).toBeNull()
    expect(screen.getByRole('button', { name: 'Send' })).toBeEnabled()
  })

  it('closes the dialog once it is sent', async () => {
    sent.mockResolvedValue({})
    await recorded()
    await click('Send')
    await waitFor(() => expect(dialog()).toBeNull())
  })
})

it('does not open the camera for a dialog that was closed meanwhile', async () => {
  let allow = (_: unknown) => {}
  vi.mocked(navigator.mediaDevices.getUserMedia).mockReturnValue(new Promise((done) => (allow = done as never)))
  await draw(<Page />)
  await click('sign')
  await click('Use the camera')
  await userEvent.keyboard('{Escape}')
  await act(async () => allow({ getTracks: () => [track] }))
  expect(track.stop).toHaveBeenCalled()
})

it('asks nothing about a file, which is still where it was', async () => {
  await choose()
  await userEvent.keyboard('{Escape}')
  expect(dialog()).toBeNull()
})
