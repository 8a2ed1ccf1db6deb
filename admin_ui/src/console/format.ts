/** Numbers, lengths and instants as the reader's language writes them. */

export type Locale = 'ko' | 'en'

function unit(value: number, name: string, locale: Locale, digits = 0): string {
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: name,
    unitDisplay: 'narrow',
    maximumFractionDigits: digits,
  }).format(value)
}

/** A span of time, in the two largest units that matter: `340ms`, `2.4s`, `3m 5s`, `2h 10m`. */
export function formatSpan(seconds: number, locale: Locale): string {
  if (seconds < 0.9995) return unit(Math.round(seconds * 1000), 'millisecond', locale)
  if (seconds < 59.95) return unit(seconds, 'second', locale, 1)
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (hours > 0) return `${unit(hours, 'hour', locale)} ${unit(minutes, 'minute', locale)}`
  return `${unit(minutes, 'minute', locale)} ${unit(rest, 'second', locale)}`
}

/** A place in a recording, as a player shows it: `0:07`, `12:03`, `1:02:03`. */
export function formatPlace(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const tail = String(rest).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}

/** A whole instant, to the second, in the reader's own time zone. */
export function formatInstant(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    new Date(iso),
  )
}

/** An instant on a busy line: the time alone today, with the day otherwise. */
export function formatInstantShort(iso: string, locale: Locale, now: Date = new Date()): string {
  const at = new Date(iso)
  const today = at.toDateString() === now.toDateString()
  const time: Intl.DateTimeFormatOptions = {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }
  const day: Intl.DateTimeFormatOptions = today ? {} : { month: 'short', day: 'numeric' }
  return new Intl.DateTimeFormat(locale, { ...day, ...time }).format(at)
}

/** The time of day to the millisecond, for steps that follow each other closely. */
export function formatPrecise(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  }).format(new Date(iso))
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** `3 minutes ago`, by the coarsest unit that is not zero. */
export function formatAgo(iso: string, locale: Locale, now: Date = new Date()): string {
  const seconds = Math.min(0, (new Date(iso).getTime() - now.getTime()) / 1000)
  const [name, size] = STEPS.find(([, step]) => -seconds >= step) ?? (['second', 1] as const)
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(
    Math.ceil(seconds / size),
    name,
  )
}

/** A plain number with the language's grouping. */
export function formatCount(value: number, locale: Locale, digits = 0): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)
}

/** A share between 0 and 1 as a percentage. */
export function formatShare(share: number, locale: Locale): string {
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(share)
}
