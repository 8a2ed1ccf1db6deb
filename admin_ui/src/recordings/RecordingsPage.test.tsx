import { act, cleanup, screen, waitFor } from '@testing-library/react'
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
import { sendInParts, type InParts } from './uploading/inParts'
import { abortUpload } from './uploading/requests'

vi.mock('../api/upload', () => ({ upload: vi.fn() }))
vi.mock('./uploading/inParts', () => ({ sendInParts: vi.fn() }))
vi.mock('./uploading/requests', async (all) => ({ ...(await all<object>()), abortUpload: vi.fn() }))
vi.mock('../app/me', () => ({ useMe: () => ({ data: { id: 'anna' } }) }))
vi.mock('./requests', async (all) => ({ ...(await all<object>()), pageOf: vi.fn() }))
const listed = vi.mocked(pageOf)
const sent = vi.mocked(upload)
const inParts = vi.mocked(sendInParts)
const aborted = vi.mocked(abortUpload)
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
  inParts.mockReset().mockImplementation(forever)
  aborted.mockReset().mockResolvedValue(undefined)
  localStorage.removeItem('malmoi.uploads')
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

describe('large recordings', () => {
  const film = (name = 'film.mp4', lastModified = 1) => {
    const file = new File(['x'], name, { type: 'video/mp4', lastModified })
    Object.defineProperty(file, 'size', { value: 20_000_000 })
    return file
  }
  const chooses = (...files: File[]) =>
    userEvent.upload(screen.getByTestId('recording-files'), files)
  const last = (): InParts => {
    const call = inParts.mock.calls.at(-1)
    if (call === undefined) throw new Error('nothing was sent in parts')
    return call[0]
  }
  const begins = async () => {
    await draw(<RecordingsPage />)
    await chooses(film())
    act(() => last().onBegun('u1'))
  }
  /** What is left when somebody comes back to the page. */
  const comesBack = async () => {
    const kept = localStorage.getItem('malmoi.uploads') ?? ''
    act(signOut)
    cleanup()
    localStorage.setItem('malmoi.uploads', kept)
    signIn('secret')
    await draw(<RecordingsPage />)
  }

  it('go in parts, and tell how far and how fast', async () => {
    await begins()
    expect(sent).not.toHaveBeenCalled()
    expect(last()).toMatchObject({ language: 'auto', uploadId: null })
    act(() => last().onBytes(5_000_000))
    expect(screen.getByText('Uploading 25%')).toBeVisible()
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1000)
    act(() => last().onBytes(10_000_000))
    expect(screen.getByText(/^Uploading 50% · .* MB\/s$/)).toBeVisible()
    expect(screen.getByText('film.mp4: 50% uploaded.')).toBeInTheDocument()
  })

  it('pause and go on as the same upload', async () => {
    await begins()
    act(() => last().onBytes(5_000_000))
    const first = last()
    await click('Pause upload of film.mp4')
    expect(first.signal.aborted).toBe(true)
    expect(screen.getByText('Paused at 25%')).toBeVisible()
    expect(screen.getByText('film.mp4: upload paused.')).toBeInTheDocument()
    await click('Resume upload of film.mp4')
    expect(last()).toMatchObject({ id: first.id, uploadId: 'u1' })
    expect(last().signal.aborted).toBe(false)
  })

  it('go on after the page was loaded anew, with the same file', async () => {
    await begins()
    const { id } = last()
    await comesBack()
    expect(await screen.findByText(/was cut off/)).toBeVisible()
    await userEvent.upload(screen.getByTestId(`again-${id}`), film('film.mp4', 2))
    expect(screen.getByRole('alert')).toHaveTextContent('another file')
    await userEvent.upload(screen.getByTestId(`again-${id}`), film())
    expect(last()).toMatchObject({ id, uploadId: 'u1', language: 'auto' })
    expect(screen.getByText('Uploading 0%')).toBeVisible()
  })

  it('go on when the file is simply chosen once more', async () => {
    await begins()
    const { id } = last()
    await comesBack()
    await chooses(film())
    expect(last()).toMatchObject({ id, uploadId: 'u1' })
    expect(screen.getAllByText('film.mp4')).toHaveLength(1)
  })

  it('are shown to nobody else', async () => {
    localStorage.setItem(
      'malmoi.uploads',
      JSON.stringify([
        { id: '1', uploadId: 'u', account: 'bora', name: 'hers.mp4', size: 9, lastModified: 1, language: 'ko' },
        'nonsense',
      ]),
    )
    await draw(<RecordingsPage />)
    await screen.findByText('No recordings yet')
    expect(screen.queryByText('hers.mp4')).toBeNull()
  })

  it('are forgotten, here and there, when their owner cancels', async () => {
    await begins()
    await click('Cancel upload of film.mp4')
    expect(aborted).toHaveBeenCalledWith('u1')
    expect(localStorage.getItem('malmoi.uploads')).toBe('[]')
  })

  it('are not aborted when they have arrived', async () => {
    let arrive: () => void = () => undefined
    inParts.mockReturnValue(new Promise((resolve) => (arrive = resolve)))
    await begins()
    await act(async () => arrive())
    await waitFor(() => expect(screen.queryByText('film.mp4')).toBeNull())
    expect(aborted).not.toHaveBeenCalled()
    expect(localStorage.getItem('malmoi.uploads')).toBe('[]')
  })
})
