import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import { upload, type Upload } from '../api/upload'
import { signIn, signOut } from '../app/session'
import { setLocale } from '../i18n/locale'
import { draw } from '../test/draw'
import { recording } from './examples'
import { RecordingsPage } from './RecordingsPage'
import { pageOf } from './requests'

vi.mock('../api/upload', () => ({ upload: vi.fn() }))
vi.mock('./requests', async (all) => ({ ...(await all<object>()), pageOf: vi.fn() }))
const listed = vi.mocked(pageOf)
const sent = vi.mocked(upload)
const forever = () => new Promise<never>(() => undefined)
const uploads = () => sent.mock.calls.map(([each]: [Upload]) => each)
const keys = () => uploads().map(({ key }) => key)

const sound = (name: string) => new File(['sound'], name, { type: 'audio/flac' })
const choose = (...names: string[]) =>
  userEvent.upload(screen.getByTestId('recording-files'), names.map(sound))
const click = (name: string | RegExp) => userEvent.click(screen.getByRole('button', { name }))

beforeEach(() => {
  setLocale('en')
  signIn('secret')
  listed.mockReset().mockResolvedValue({ jobs: [], next: null })
  sent.mockReset().mockImplementation(forever)
})
// What is still being sent is nobody's then.
afterEach(() => act(signOut))

describe('the list of recordings', () => {
  it('says what will be there', async () => {
    await draw(<RecordingsPage />)
    expect(await screen.findByText('No recordings yet')).toBeVisible()
  })

  it('tells name, length and state, and leads to each', async () => {
    listed.mockResolvedValue({ jobs: [recording()], next: null })
    await draw(<RecordingsPage />)
    const row = await screen.findByRole('link', { name: /lecture.flac.*1:15.*Done/ })
    expect(row).toHaveAttribute('href', `/recordings/${recording().job_id}`)
  })

  it('tells how far one is, and how long it takes', async () => {
    const open = recording({ state: 'running', percent: 40, eta_s: 100, file_name: null })
    listed.mockResolvedValue({ jobs: [open], next: null })
    await draw(<RecordingsPage />)
    expect(await screen.findByText('40% · about 2 min left')).toBeVisible()
    const bar = screen.getByRole('progressbar', { name: 'Progress of Recording without a name' })
    expect(bar).toHaveAttribute('value', '40')
  })

  it('goes on with older ones', async () => {
    listed.mockResolvedValueOnce({ jobs: [recording()], next: 'c' })
    await draw(<RecordingsPage />)
    await screen.findByRole('link', { name: /lecture/ })
    listed.mockResolvedValueOnce({ jobs: [recording({ job_id: 'b', file_name: 'older' })], next: null })
    await click('Show more')
    expect(await screen.findByRole('link', { name: /older/ })).toBeVisible()
    expect(listed).toHaveBeenLastCalledWith('c')
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
  })

  it('says why it is not there, and asks again', async () => {
    listed.mockRejectedValueOnce(new Problem(503, 'UNAVAILABLE', ''))
    await draw(<RecordingsPage />)
    expect(await screen.findByRole('alert')).toHaveTextContent('away')
    await click('Load again')
    expect(await screen.findByText('No recordings yet')).toBeVisible()
  })
})

describe('handing recordings in', () => {
  it('sends each file in the chosen language, and tells how far it is', async () => {
    await draw(<RecordingsPage />)
    await userEvent.selectOptions(screen.getByLabelText('Language of the recording'), 'ja')
    await choose('one.flac', 'two.flac', 'three.flac')
    expect(uploads()).toMatchObject(
      ['one.flac', 'two.flac'].map((name) => ({
        path: '/jobs',
        field: 'file',
        name,
        fields: { language: 'ja' },
      })),
    )
    act(() => uploads()[0]?.onProgress(0.4))
    expect(screen.getByText('Uploading 40%')).toBeVisible()
    expect(screen.getByText('Waiting its turn')).toBeVisible()
    await click('Cancel upload of one.flac')
    expect(screen.queryByText('one.flac')).toBeNull()
    expect(uploads()[0]?.signal?.aborted).toBe(true)
    expect(uploads()).toHaveLength(3)
  })

  it('leaves the rest to the list as soon as it has arrived', async () => {
    sent.mockResolvedValue(recording())
    await draw(<RecordingsPage />)
    await screen.findByText('No recordings yet')
    listed.mockResolvedValue({ jobs: [recording({ state: 'queued' })], next: null })
    await choose('lecture.flac')
    expect(await screen.findByRole('link', { name: /lecture.flac.*Waiting/ })).toBeVisible()
    await waitFor(() => expect(screen.queryByRole('list', { name: /uploaded/ })).toBeNull())
  })

  it('keeps what did not arrive, and sends it again under the same key', async () => {
    sent.mockRejectedValueOnce(new Problem(0, 'NETWORK', ''))
    await draw(<RecordingsPage />)
    await choose('lecture.flac')
    expect(await screen.findByRole('alert')).toHaveTextContent('cannot be reached')
    await click('Upload again: lecture.flac')
    expect(screen.queryByRole('alert')).toBeNull()
    expect(keys()).toHaveLength(2)
    expect(keys()[1]).toBe(keys()[0])
  })

  it('lets go of a refused file when its owner says so', async () => {
    sent.mockRejectedValueOnce(new Problem(413, 'BODY_TOO_LARGE', ''))
    await draw(<RecordingsPage />)
    await choose('film.mp4')
    expect(await screen.findByRole('alert')).toHaveTextContent('too large')
    await click('Put away: film.mp4')
    expect(screen.queryByText('film.mp4')).toBeNull()
    expect(sent).toHaveBeenCalledTimes(1)
  })

  it('takes files that are let go of above the page', async () => {
    await draw(<RecordingsPage />)
    const files = [sound('dropped.flac')]
    const drop = Object.assign(new Event('drop', { cancelable: true }), { dataTransfer: { files } })
    act(() => void dispatchEvent(drop))
    expect(await screen.findByText('dropped.flac')).toBeVisible()
    expect(drop.defaultPrevented).toBe(true)
    expect(uploads()[0]?.fields).toEqual({ language: 'auto' })
  })
})
