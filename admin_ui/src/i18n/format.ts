import type { Locale } from './locale'

const cache = new Map<string, Intl.DateTimeFormat>()

function formatter(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  const known = cache.get(key) ?? new Intl.DateTimeFormat(locale, options)
  cache.set(key, known)
  return known
}

export const clock = (instant: string, locale: Locale): string =>
  formatter(locale, { hour: 'numeric', minute: '2-digit' }).format(new Date(instant))

export const day = (instant: string, locale: Locale): string =>
  formatter(locale, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }).format(
    new Date(instant),
  )

export const moment = (instant: string, locale: Locale): string =>
  formatter(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(instant))

const two = (count: number): string => String(count).padStart(2, '0')

/** 75 → 1:15, 3675 → 1:01:15 */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** The language's own name for a language, or its code where it has none. */
export function languageName(code: string, locale: Locale): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'language' }).of(code) ?? code
  } catch (error) {
    if (error instanceof RangeError) return code
    throw error
  }
}
