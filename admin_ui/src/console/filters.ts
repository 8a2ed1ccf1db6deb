/** What the table of jobs shows, kept in the page's address. */
import type { JobsQuery, JobState } from './model'

export const STATES = [
  'queued',
  'running',
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly JobState[]
export const ENGINES = ['whisper'] as const
export const LANES = ['interactive', 'batch'] as const

const FILTER_NAMES = [
  'state',
  'engine',
  'lane',
  'room_id',
  'user_id',
  'error_code',
  'q',
  'from',
  'to',
] as const
export type FilterName = (typeof FILTER_NAMES)[number]
export type Filters = { [N in FilterName]?: NonNullable<JobsQuery[N]> }

/** Reads the address; what is unknown or empty is left out, so a mangled link still opens the page. */
export function readFilters(search: Readonly<Record<string, unknown>>): Filters {
  const read = FILTER_NAMES.flatMap((name) => {
    // The router reads digits as a number.
    const value = String(search[name] ?? '').trim()
    return value !== '' && isLegal(name, value) ? [[name, value] as const] : []
  })
  return Object.fromEntries(read)
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const among = (values: readonly string[]) => (value: string) => values.includes(value)
const isId = (value: string) => UUID.test(value)
const isInstant = (value: string) => !Number.isNaN(Date.parse(value))

const legal: { [N in FilterName]?: (value: string) => boolean } = {
  state: among(STATES),
  engine: among(ENGINES),
  lane: among(LANES),
  room_id: isId,
  user_id: isId,
  error_code: (value) => /^[A-Z_]{1,64}$/.test(value),
  from: isInstant,
  to: isInstant,
}

const isLegal = (name: FilterName, value: string): boolean => legal[name]?.(value) ?? true

/** The filters with one of them changed; an empty value takes it away. */
export function withFilter(filters: Filters, name: FilterName, value: string): Filters {
  return readFilters({ ...filters, [name]: value })
}

/** An instant of the address as a `datetime-local` field wants it: local, to the minute. */
export function toLocalField(iso: string | undefined): string {
  if (iso === undefined || Number.isNaN(Date.parse(iso))) return ''
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** And back; empty stays empty. */
export function fromLocalField(value: string): string {
  return value === '' || Number.isNaN(Date.parse(value)) ? '' : new Date(value).toISOString()
}
