import { createStore } from '../app/store'

export const locales = ['ko', 'en'] as const
export type Locale = (typeof locales)[number]

const KEY = 'malmoi.locale'

/** Korean unless the browser clearly asks for something else. */
export function preferred(saved: string | null, languages: readonly string[]): Locale {
  if (saved === 'ko' || saved === 'en') return saved
  const first = languages[0] ?? 'ko'
  return first.toLowerCase().startsWith('ko') ? 'ko' : 'en'
}

const store = createStore<Locale>(preferred(localStorage.getItem(KEY), navigator.languages))
document.documentElement.lang = store.get()

export const useLocale = store.use
export const currentLocale = store.get

export function setLocale(locale: Locale): void {
  localStorage.setItem(KEY, locale)
  document.documentElement.lang = locale
  store.set(locale)
}
