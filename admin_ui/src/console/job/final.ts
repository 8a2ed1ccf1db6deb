import type { JobState } from '../model'

/** Whether the job is over, so far as the system is concerned. */
export const isFinal = (state: JobState): boolean =>
  state === 'completed' || state === 'failed' || state === 'cancelled'
