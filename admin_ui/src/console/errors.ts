/** The codes of failed tasks, told in sentences: why it failed, and what to do. */
import type { TextKey } from './i18n'

export const ERROR_CODES = [
  'AUDIO_EMPTY',
  'AUDIO_UNREADABLE',
  'AUDIO_FORMAT_REFUSED',
  'NO_AUDIO_TRACK',
  'AUDIO_TOO_LONG',
  'AUDIO_TOO_LARGE',
  'AUDIO_MISSING',
  'LANGUAGE_UNSUPPORTED',
  'ENGINE_FAILED',
  'ENGINE_CRASHED',
  'ENGINE_TIMEOUT',
  'ENGINE_OUT_OF_MEMORY',
  'WORKER_LOST',
] as const

/** An attempt may also have been given back, and a job cancelled: neither has failed. */
const KNOWN = [...ERROR_CODES, 'RELEASED', 'CANCELLED'] as const
type Code = (typeof KNOWN)[number]

const isKnown = (code: string): code is Code => (KNOWN as readonly string[]).includes(code)

/** The catalogue's keys for a code; one that is not known gets sentences that at least name it. */
export function sentences(code: string): { why: TextKey; todo: TextKey } {
  const known = isKnown(code) ? code : 'other'
  return { why: `error.${known}.why`, todo: `error.${known}.todo` }
}

/** The recording itself is at fault: the same again would fail again. */
const HOPELESS: readonly string[] = [
  'AUDIO_EMPTY',
  'AUDIO_UNREADABLE',
  'AUDIO_FORMAT_REFUSED',
  'NO_AUDIO_TRACK',
  'AUDIO_TOO_LONG',
  'AUDIO_TOO_LARGE',
] satisfies readonly Code[]

export const isHopeless = (code: string | null): boolean => code !== null && HOPELESS.includes(code)

/** The known code that a reason names first, if it names one. */
export function codeIn(reason: string): Code | null {
  const named: string[] = reason.match(/[A-Z]+(_[A-Z]+)+/g) ?? []
  return named.find((each) => isKnown(each)) ?? null
}
