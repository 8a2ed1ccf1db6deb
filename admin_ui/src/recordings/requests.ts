import { queryOptions } from '@tanstack/react-query'
import { api, body } from '../api/client'
import type { Recording, Transcript } from './model'

/** Everything that is known of a signed-in person's recordings; invalidated as one. */
export const ALL = ['recordings'] as const
export const LIST = [...ALL, 'list'] as const
export const keyOf = (jobId: string) => [...ALL, 'one', jobId] as const

const PAGE = 20
export const FORMATS = ['text', 'srt', 'vtt', 'tsv', 'json'] as const
export type Format = (typeof FORMATS)[number]

const path = (job_id: string) => ({ path: { job_id } })

export const pageOf = (cursor: string | null) =>
  body(api.GET('/jobs', { params: { query: { cursor, limit: PAGE } } }))

export const recordingOf = (jobId: string): Promise<Recording> =>
  body(api.GET('/jobs/{job_id}', { params: path(jobId) }))

export const transcriptOf = async (jobId: string): Promise<Transcript> =>
  (await body(
    api.GET('/jobs/{job_id}/result', { params: { ...path(jobId), query: { format: 'json' } } }),
  )) as Transcript

export const fileOf = (jobId: string, format: Format): Promise<Blob> =>
  body(
    api.GET('/jobs/{job_id}/result', {
      params: { ...path(jobId), query: { format } },
      parseAs: 'blob',
    }),
  )

/** Where the recording lies, as it was handed in: of many hours only what is heard is fetched. */
export const soundOf = (jobId: string) =>
  queryOptions<string>({
    queryKey: [...keyOf(jobId), 'sound'],
    queryFn: async () =>
      (await body(api.GET('/jobs/{job_id}/audio/url', { params: path(jobId) }))).url,
    staleTime: Infinity,
    gcTime: 0,
  })

/** The same for a download, which may begin long after the page was opened. */
export const freshSoundOf = (jobId: string) => ({ ...soundOf(jobId), staleTime: 0 })

export const cancelRecording = (jobId: string): Promise<Recording> =>
  body(api.POST('/jobs/{job_id}/cancel', { params: path(jobId) }))

export const retryRecording = (jobId: string): Promise<Recording> =>
  body(api.POST('/jobs/{job_id}/retry', { params: path(jobId) }))

export const deleteRecording = (jobId: string): Promise<unknown> =>
  body(api.DELETE('/jobs/{job_id}', { params: path(jobId) }))
