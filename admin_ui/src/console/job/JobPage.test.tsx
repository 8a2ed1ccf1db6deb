import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'

import WaveSurfer from 'wavesurfer.js'
import type { Job, Task, TaskState } from '../model'
import { refusal, visit } from '../test/gateway'
import { failed, job, untold } from '../test/samples'

vi.mock('wavesurfer.js', () => ({
  default: { create: () => ({ on: () => undefined, destroy: () => undefined }) },
}))

const at = `/admin/jobs/${job.job.id}`
const sound = { url: 'http://malmoi/malmoi/audio/1' }
const open = (detail: unknown, more = {}) =>
  visit(at, {
    [`GET ${at}`]: detail,
    [`GET ${at}/audio/url`]: sound,
    [`GET ${at}/callbacks`]: untold,
    ...more,
  })

beforeEach(() => {
  // jsdom plays nothing.
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue()
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockReturnValue()
})

test('every hop has its time since the one before', async () => {
  open(job)

  const way = await screen.findByRole('table', { name: /steps of the job/ })
  const steps = within(way).getAllByRole('row').slice(1)
  expect(steps.map((step) => step.textContent)).toEqual([
    expect.stringContaining('Accepted by the gateway'),
    expect.stringMatching(/Sent to Kafka.*20ms/),
    expect.stringMatching(/Started by a worker.*30ms/),
    expect.stringMatching(/Result stored.*1.5s/),
  ])
})

test('a failed job says why, what to do, and how often it was tried', async () => {
  open(failed)

  expect(await screen.findByText(/could not be made into text in 2 attempts/)).toBeVisible()
  expect(screen.getByText(/See on the page of workers/)).toBeVisible()
  const attempts = screen.getByRole('table', { name: /Failed attempts/ })
  expect(within(attempts).getAllByRole('row')).toHaveLength(3)
})

test('a job that succeeded late says that attempts came to nothing before', async () => {
  open({ ...job, attempts: failed.attempts })

  expect(await screen.findByText(/Attempts that came to nothing before: 2/)).toBeVisible()
})

test('a click on a word plays from there, and a doubtful word says so', async () => {
  open(job)

  const word = await screen.findByRole('button', { name: /morning.*doubtful, 31%/ })
  await userEvent.click(word)

  expect(HTMLMediaElement.prototype.play).toHaveBeenCalled()
  expect(word).toHaveClass('spoken-now')
})

test('a correction is kept by itself, and the recognised text stays in sight', async () => {
  const page = open(job, { [`PUT ${at}/correction`]: {} })

  await userEvent.click(await screen.findByRole('button', { name: 'Correct' }))
  await userEvent.type(screen.getByRole('textbox'), '!')

  expect(screen.getByText('Not saved')).toBeVisible()
  expect(await screen.findByText('Saved', {}, { timeout: 3000 })).toBeVisible()
  expect(page.asked.find(({ what }) => what === `PUT ${at}/correction`)?.sent).toEqual({
    segments: [{ id: 0, text: 'Good morning!' }],
    speakers: {},
  })
  expect(screen.getByText('Good morning', { selector: 'del' })).toBeVisible()
})

test('a correction that is refused is not called saved', async () => {
  open(job, { [`PUT ${at}/correction`]: refusal(503, 'UNAVAILABLE') })

  await userEvent.click(await screen.findByRole('button', { name: 'Correct' }))
  await userEvent.type(screen.getByRole('textbox'), '!')

  expect(await screen.findByText(/Not saved: /, {}, { timeout: 3000 })).toBeVisible()
})

test('a failed job is processed again as a new job, which is then shown', async () => {
  const page = open(failed, { [`POST ${at}/retry`]: { job_id: 'new', retry_of: job.job.id } })

  await userEvent.click(await screen.findByRole('button', { name: 'Process again' }))

  await waitFor(() => expect(page.address()).toBe('/admin/jobs/new'))
})

test('what was processed again already is not offered again', async () => {
  open({ ...failed, job: { ...failed.job, retried_as: job.job.id } })

  expect(await screen.findByText('Processed again as')).toBeVisible()
  expect(screen.queryByRole('button', { name: 'Process again' })).not.toBeInTheDocument()
})

test('nothing is deleted before a second word', async () => {
  const page = open(job, { [`DELETE ${at}`]: new Response(null, { status: 204 }) })
  const deleted = () => page.asked.some(({ what }) => what === `DELETE ${at}`)

  await userEvent.click(await screen.findByRole('button', { name: 'Delete' }))
  expect(deleted()).toBe(false)
  const dialog = screen.getByRole('dialog', { name: 'Delete this job?' })
  await userEvent.click(within(dialog).getByRole('button', { name: 'Delete' }))

  await waitFor(() => expect(page.address()).toBe('/admin/jobs'))
  expect(deleted()).toBe(true)
})

test('a recording that is gone is told of as gone, not as a mistake', async () => {
  open(job, { [`GET ${at}/audio/url`]: refusal(404, 'NOT_FOUND') })

  expect(await screen.findByText('The recording is not kept any more.')).toBeVisible()
  expect(screen.queryByRole('alert')).not.toBeInTheDocument()
})

const chunk = (index: number, state: TaskState): Task => ({
  ...(job.tasks[0] as Task),
  id: `chunk ${index}`,
  kind: 'chunk',
  index,
  state,
  start_s: index * 60,
  audio_s: 60,
})
const text = (index: number, words: string) => ({
  type: 'job.text' as const,
  payload: { index, start_s: index * 60, end_s: index * 60 + 60, text: words },
  ts: '2026-03-01T09:00:00Z',
  seq: index + 1,
})
const [sentence] = job.transcript?.segments ?? []
const ofHours = {
  ...job.transcript,
  duration_s: 21_600,
  segments: Array.from({ length: 5000 }, (_, at) => ({ ...sentence, start_s: at * 4, end_s: at * 4 + 3 })),
} as Job['transcript']
const long: Job = {
  ...job,
  job: { ...job.job, state: 'running', percent: 60, file_name: 'lecture.flac', audio_s: 180 },
  tasks: [chunk(0, 'succeeded'), chunk(1, 'running'), chunk(2, 'succeeded')],
  events: [text(2, 'Good night.'), text(0, 'Good morning.')],
  transcript: null,
  room: null,
}

test('a long recording that is under way shows the text so far, and where it is missing', async () => {
  open(long)

  const soFar = await screen.findByRole('region', { name: 'Text so far' })
  const parts = within(soFar).getAllByRole('listitem')
  expect(parts.map((each) => each.textContent)).toEqual([
    '0:00Good morning.',
    '1:00 – 2:00Still being transcribed',
    '2:00Good night.',
  ])
  expect(screen.getByText(/2 of 3 chunks are text. Workers on it now: 1. 60%/)).toBeVisible()
  expect(screen.getAllByText('lecture.flac')).not.toHaveLength(0)
})

test('what a long recording said before it failed is not lost', async () => {
  open({ ...long, job: { ...failed.job, audio_s: 180 }, error: failed.error })

  const soFar = await screen.findByRole('region', { name: 'Text so far' })
  expect(within(soFar).getByText('Not transcribed')).toBeVisible()
})

test('of many hours the browser draws where somebody speaks, and decodes nothing', async () => {
  const waves = vi.spyOn(WaveSurfer, 'create')
  open({ ...job, job: { ...job.job, audio_s: 21_600 }, transcript: ofHours })

  expect(await screen.findByRole('img', { name: /Where somebody speaks/ })).toBeVisible()
  expect(waves).not.toHaveBeenCalled()
  expect(document.querySelectorAll('.segment').length).toBeLessThan(200)
})
