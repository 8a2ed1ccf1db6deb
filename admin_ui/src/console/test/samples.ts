import type { Callbacks, Counts, Job, JobRow } from '../model'

const AT = '2026-03-01T09:00:00.000Z'

export const row: JobRow = {
  id: '11111111-0000-4000-8000-000000000001',
  state: 'completed',
  engine: 'whisper',
  lane: 'interactive',
  room_id: '22222222-0000-4000-8000-000000000001',
  room_title: 'Friday class',
  user_id: '33333333-0000-4000-8000-000000000001',
  user_email: 'minji@malmoi.kr',
  audio_s: 4.2,
  audio_bytes: 64_000,
  created_at: AT,
  started_at: AT,
  finished_at: '2026-03-01T09:00:01.500Z',
  error_code: null,
  percent: 100,
  text_start: 'Good morning',
}

export const counts: Counts = {
  by_state: { queued: 0, running: 0, completed: 2, failed: 1, cancelled: 0 },
  throughput: [{ minute: AT, completed: 2, failed: 1, open: 4 }],
  lag: { open_tasks: 0, open_audio_bytes: 0, outbox_pending: 0, oldest_open_s: null },
}

const word = (text: string, start_s: number, probability: number) => ({
  text,
  start_s,
  end_s: start_s + 1,
  probability,
})

/** Of a job of which nobody wants to hear. */
export const untold: Callbacks = { url: null, events: [], refused_at: null, deliveries: [] }

export const job: Job = {
  job: {
    ...row,
    audio_key: 'audio/1',
    file_name: null,
    error_detail: null,
    options: {},
    model: 'base',
    worker_id: 'worker-1',
    baton_grant: 1,
    retry_of: null,
    retried_as: null,
    trace_id: 'cafe',
  },
  hops: [
    { name: 'accepted', at: AT, after_ms: 0 },
    { name: 'dispatched', at: '2026-03-01T09:00:00.020Z', after_ms: 20 },
    { name: 'started', at: '2026-03-01T09:00:00.050Z', after_ms: 30 },
    { name: 'finished', at: '2026-03-01T09:00:01.500Z', after_ms: 1450 },
  ],
  timings: { fetch_s: 0.01, decode_s: 0.02, vad_s: 0.03, inference_s: 1.3 },
  tasks: [
    {
      id: '44444444-0000-4000-8000-000000000001',
      kind: 'utterance',
      index: 0,
      state: 'succeeded',
      attempt: 1,
      failures: 0,
      losses: 0,
      start_s: 0,
      audio_s: null,
      percent: 100,
      worker_id: 'worker-1',
      lease_until: null,
      dispatched_at: AT,
      started_at: AT,
      finished_at: AT,
      dispatch_partition: 0,
      dispatch_offset: 0,
    },
  ],
  attempts: [],
  transcript: {
    text: 'Good morning',
    language: 'ko',
    duration_s: 4.2,
    segments: [
      {
        text: 'Good morning',
        start_s: 0,
        end_s: 2,
        words: [word('Good', 0, 0.99), word('morning', 1, 0.31)],
        no_speech_probability: 0,
        average_log_probability: 0,
      },
    ],
  },
  correction: null,
  error: null,
  trace_id: 'cafe',
  events: [],
  message_id: null,
  room: { id: row.room_id ?? '', title: 'Friday class' },
}

const attempt = (number: number) => ({
  attempt: number,
  worker_id: `worker-${number}`,
  code: 'WORKER_LOST',
  detail: 'the worker disappeared with the recording',
  at: AT,
})

export const failed: Job = {
  ...job,
  job: { ...job.job, state: 'failed', error_code: 'WORKER_LOST' },
  hops: job.hops.slice(0, 3),
  timings: null,
  transcript: null,
  attempts: [attempt(1), attempt(2)],
  error: { code: 'WORKER_LOST', detail: 'the worker disappeared with the recording' },
}
