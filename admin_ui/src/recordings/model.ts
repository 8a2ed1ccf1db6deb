import type { components } from '../api/schema'

export type Recording = components['schemas']['OwnJobOut']
export type State = Recording['state']

/** A stretch of speech; seconds from the start of the recording. */
export interface Segment {
  readonly start_s: number
  readonly end_s: number
  readonly text: string
}

export interface Transcript {
  readonly text: string
  readonly language: string | null
  readonly segments: readonly Segment[]
}

export const isOpen = (state: State): boolean => state === 'queued' || state === 'running'

/** The index of the segment that is heard at a second, or -1 in a pause. */
export const heardAt = (segments: readonly Segment[], second: number): number =>
  segments.findIndex(({ start_s, end_s }) => start_s <= second && second < end_s)

/** What files about the recording are called, without an ending. */
export function stemOf({ file_name, job_id }: Recording): string {
  const stem = (file_name ?? '').replace(/\.[^.]*$/, '')
  return stem === '' ? job_id.slice(0, 8) : stem
}
