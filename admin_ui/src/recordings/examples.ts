import type { Recording } from './model'

/** What the gateway tells of a recording, for tests. */
export const recording = (news: Partial<Recording> = {}): Recording => ({
  job_id: '36ca9123-417b-45ff-acb7-c8661c3575e1',
  state: 'completed',
  status: 'completed',
  percent: 100,
  stage: null,
  chunks: null,
  chunks_done: null,
  eta_s: null,
  file_name: 'lecture.flac',
  engine: 'whisper',
  language: 'ko',
  duration_s: 75,
  created_at: '2026-11-21T08:00:00Z',
  started_at: null,
  completed_at: null,
  processing_time: null,
  error: null,
  retry_of: null,
  retried_as: null,
  ...news,
})
