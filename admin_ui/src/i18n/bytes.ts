import type { Locale } from './locale'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `1.5 MB`, by powers of 1000. */
export function bytes(amount: number, locale: Locale): string {
  const power = Math.min(
    Math.max(Math.floor(Math.log10(Math.max(amount, 1)) / 3), 0),
    UNITS.length - 1,
  )
  const digits = power === 0 ? 0 : 1
  const value = new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(
    amount / 1000 ** power,
  )
  return `${value} ${UNITS[power] ?? 'B'}`
}
