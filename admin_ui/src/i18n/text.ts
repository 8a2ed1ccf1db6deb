import { useMemo } from 'react'
import { currentLocale, useLocale, type Locale } from './locale'

export type Params = Readonly<Record<string, string | number>>
export type Translate<K extends string> = (key: K, params?: Params) => string

/** `{name}` in a text is replaced by the parameter of that name. */
export function fill(text: string, params: Params = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}

/** The texts of one part of the application; each part brings its own catalogues. */
export function makeText<C extends Record<string, string>>(catalogues: Record<Locale, C>) {
  type Key = keyof C & string
  const translator =
    (locale: Locale): Translate<Key> =>
    (key, params) =>
      fill(catalogues[locale][key] ?? key, params)
  /** In components: follows the switch. */
  const useText = (): Translate<Key> => {
    const locale = useLocale()
    return useMemo(() => translator(locale), [locale])
  }
  /** Outside components. */
  const text: Translate<Key> = (key, params) => translator(currentLocale())(key, params)
  return { useText, text }
}
