import type { components } from '../../api/schema'

export type Quota = components['schemas']['QuotaOut']
export type Own = Required<components['schemas']['QuotaIn']>

const MEGABYTE = 1e6
export const FIELDS = ['open_jobs', 'audio_bytes_per_day', 'hand_in_per_minute'] as const
export type Field = (typeof FIELDS)[number]

const most: Record<Field, number> = {
  open_jobs: 2 ** 31 - 1,
  audio_bytes_per_day: 2 ** 53,
  hand_in_per_minute: 2 ** 31 - 1,
}
const sizeOf = (field: Field): number => (field === 'audio_bytes_per_day' ? MEGABYTE : 1)

/** As an operator writes it: bytes in megabytes, nothing for what holds for everybody. */
export const written = (field: Field, value: number | null): string =>
  value === null ? '' : String(value / sizeOf(field))

/** The number that was written: null for nothing, undefined for what is no number of them. */
export function read(field: Field, text: string): number | null | undefined {
  if (text.trim() === '') return null
  const value = Math.round(Number(text) * sizeOf(field))
  return value >= 1 && value <= most[field] ? value : undefined
}
