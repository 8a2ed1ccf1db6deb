import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import { saveAs, saveFrom } from '../app/saveAs'
import { setLocale } from '../i18n/locale'
import { draw } from '../test/draw'
import { recording } from './examples'
import { follow, type Told } from './follow'
import type { Recording } from './model'
import { RecordingView } from './RecordingPage'
import * as requests from './requests'

vi.mock('../app/saveAs')
vi.mock('./follow')
vi.mock('./requests', async (all) => ({
  ...(await all<object>()),
  recordingOf: vi.fn(),
  transcriptOf: vi.fn(),
  fileOf: vi.fn(),
  cancelRecording: vi.fn(),
  deleteRecording: vi.fn(),
  soundOf: (jobId: string) => ({ queryKey: [jobId], queryFn: () => '/malmoi/audio/1' }),
  freshSoundOf: (jobId: string) => ({ queryKey: [jobId], queryFn: () => '/malmoi/audio/2' }),
}))
const { recordingOf, transcriptOf, fileOf, cancelRecording, deleteRecording } = vi.mocked(requests)

const ID = recording().job_id
const running = recording({ state: 'running', percent: 20 })
const segments = [
  { start_s: 0, end_s: 2, text: ' Good morning.' },
  { start_s: 62.5, end_s: 64, text: ' Good night.' },
]
const open = (now: Recording) => {
  recordingOf.mockResolvedValue(now)
  return draw(<RecordingView jobId={ID} />)
}
const click = (name: string | RegExp) => userEvent.click(screen.getByRole('button', { name }))

/** Follows a job by hand: says something of it, or ends it. */
function byHand() {
  const hand: { tell: (told: Told) => void; end: () => void } = {
    tell: () => undefined,
    end: () => undefined,
  }
  vi.mocked(follow).mockImplementation((_, onTold) => {
    hand.tell = onTold
    return new Promise((over) => {
      hand.end = over
    })
  })
  return hand
}

beforeEach(() => {
  vi.clearAllMocks()
  setLocale('en')
  byHand()
  HTMLMediaElement.prototype.load = vi.fn()
  HTMLMediaElement.prototype.play = vi.fn().mockResolvedValue(undefined)
  transcriptOf.mockResolvedValue({ text: '', language: 'en', segments })
})

describe('a recording that is open', () => {
  it('tells what happens to it, to its end', async () => {
    const hand = byHand()
    await open(running)
    expect(await screen.findByText('20%')).toBeVisible()
    act(() => hand.tell({ type: 'job.progress', payload: { percent: 60, stage: 'decode' } }))
    expect(await screen.findByText('60%')).toBeVisible()
    expect(screen.getByText('Opening the recording.')).toBeVisible()
    recordingOf.mockResolvedValue(recording())
    act(() => hand.end())
    expect(await screen.findByText('Good morning.')).toBeVisible()
    expect(screen.queryByRole('progressbar')).toBeNull()
  })

  it('shows the words of its parts in the order of time, and what is still to come', async () => {
    const hand = byHand()
    await open(recording({ state: 'running', percent: 20, duration_s: null }))
    await screen.findByText('20%')
    const text = (index: number, words: string) =>
      hand.tell({
        type: 'job.text',
        payload: { index, start_s: index * 100, end_s: index * 100 + 100, text: words },
      })
    act(() => {
      hand.tell({ type: 'job.planned', payload: { chunks: 4, duration_s: 4000, language: 'en' } })
      text(2, 'And then?')
      text(0, 'Once upon a time.')
      text(0, 'Once upon a time.')
    })
    const soFar = await screen.findByRole('region', { name: 'Text so far' })
    expect(within(soFar).getAllByRole('listitem').map((each) => each.textContent)).toEqual([
      '0:00Once upon a time.',
      '1:40 – 3:20Still being transcribed',
      '3:20And then?',
      '5:00 – 1:06:40Still being transcribed',
    ])
    expect(screen.getByText('2 of 4 parts are done.')).toBeVisible()
    recordingOf.mockResolvedValue(recording())
    act(() => hand.end())
    expect(await screen.findByText('Good night.')).toBeVisible()
    expect(screen.queryByText('Once upon a time.')).toBeNull()
  })

  it('is cancelled by its owner', async () => {
    cancelRecording.mockResolvedValue(recording({ state: 'cancelled' }))
    await open(running)
    await screen.findByText('20%')
    await click('Cancel')
    expect(cancelRecording).toHaveBeenCalledWith(ID)
    expect(await screen.findByText('This was cancelled')).toBeVisible()
  })
})

describe('a recording that is done', () => {
  it('is heard from where its text is touched, and marks what is heard', async () => {
    await open(recording())
    await screen.findByText('Good night.')
    await waitFor(() => expect(screen.getByRole('button', { name: /^1:02/ })).toBeEnabled())
    await click(/^1:02/)
    const audio = document.querySelector('audio')
    expect(audio?.currentTime).toBe(62.5)
    expect(audio?.play).toHaveBeenCalled()
    act(() => void audio?.dispatchEvent(new Event('timeupdate')))
    const [first, second] = screen.getAllByRole('listitem')
    expect(second).toHaveAttribute('aria-current', 'true')
    expect(first).not.toHaveAttribute('aria-current')
  })

  it('is played from an address that is asked for again when it has ended', async () => {
    await open(recording())
    await screen.findByRole('slider')
    const audio = document.querySelector('audio') as HTMLAudioElement
    expect(audio).toHaveAttribute('src', '/malmoi/audio/1')
    audio.currentTime = 30
    fireEvent.error(audio)
    await waitFor(() => expect(audio.load).toHaveBeenCalled())
    expect(audio.currentTime).toBe(30)
    expect(screen.queryByText(/cannot play/)).toBeNull()
    fireEvent.error(audio)
    expect(await screen.findByText(/cannot play this format/)).toBeVisible()
  })

  it('is taken home itself, without being read here', async () => {
    await open(recording())
    await screen.findByText('Good night.')
    await click('Save the recording')
    await waitFor(() => expect(saveFrom).toHaveBeenCalledWith('/malmoi/audio/2', 'lecture.flac'))
  })

  it('is taken home under its own name', async () => {
    const file = new Blob(['1\n'])
    fileOf.mockResolvedValue(file)
    await open(recording())
    await screen.findByText('Good night.')
    await click('Save as srt')
    expect(fileOf).toHaveBeenCalledWith(ID, 'srt')
    await waitFor(() => expect(saveAs).toHaveBeenCalledWith(file, 'lecture.srt'))
    await click('Save as txt')
    expect(fileOf).toHaveBeenLastCalledWith(ID, 'text')
  })

  it('says so when nobody spoke', async () => {
    transcriptOf.mockResolvedValue({ text: '', language: null, segments: [] })
    await open(recording())
    expect(await screen.findByText(/No speech was heard/)).toBeVisible()
  })

  it('goes only after a second word', async () => {
    deleteRecording.mockResolvedValue(undefined)
    await open(recording())
    await screen.findByText('Good night.')
    await click('Delete')
    expect(deleteRecording).not.toHaveBeenCalled()
    await userEvent.click(screen.getAllByRole('button', { name: 'Delete' }).at(-1) as HTMLElement)
    expect(deleteRecording).toHaveBeenCalledWith(ID)
  })
})

describe('a recording that came to nothing', () => {
  it.each([
    ['AUDIO_UNREADABLE', /cannot be read/],
    ['ENGINE_CRASHED', /The fault is ours/],
    ['LANGUAGE_UNSUPPORTED', /choose another/],
    ['SOMETHING_NEW', /the very detail/],
  ])('says why: %s', async (code, why) => {
    await open(recording({ state: 'failed', error: { code, detail: 'the very detail' } }))
    expect(await screen.findByText(why)).toBeVisible()
    expect(screen.getByRole('button', { name: 'Transcribe again' })).toBeVisible()
  })

  it('leads to the attempt that took its place', async () => {
    await open(recording({ state: 'failed', retried_as: 'other' }))
    const link = await screen.findByRole('link', { name: 'See the new attempt' })
    expect(link).toHaveAttribute('href', '/recordings/other')
    expect(screen.queryByRole('button', { name: 'Transcribe again' })).toBeNull()
  })
})

it('that is not there is said to be so', async () => {
  recordingOf.mockRejectedValue(new Problem(404, 'NOT_FOUND', ''))
  await draw(<RecordingView jobId={ID} />)
  expect(await screen.findByRole('alert')).toHaveTextContent('no such recording')
})
