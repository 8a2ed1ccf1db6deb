import { useMemo } from 'react'
import { bytes } from '../i18n/bytes'
import { useLocale } from '../i18n/locale'
import * as format from './format'

/** The formats of `format.ts`, bound to the reader's language. */
export function useFormat() {
  const locale = useLocale()
  return useMemo(
    () => ({
      bytes: (value: number) => bytes(value, locale),
      span: (seconds: number) => format.formatSpan(seconds, locale),
      instant: (iso: string) => format.formatInstant(iso, locale),
      short: (iso: string) => format.formatInstantShort(iso, locale),
      precise: (iso: string) => format.formatPrecise(iso, locale),
      ago: (iso: string) => format.formatAgo(iso, locale),
      count: (value: number, digits = 0) => format.formatCount(value, locale, digits),
      share: (value: number) => format.formatShare(value, locale),
      place: format.formatPlace,
    }),
    [locale],
  )
}
