import { createStore } from './store'

export type Theme = 'light' | 'dark'

const KEY = 'malmoi.theme'
const system = matchMedia('(prefers-color-scheme: dark)')
const saved = localStorage.getItem(KEY)
let chosen: Theme | null = saved === 'light' || saved === 'dark' ? saved : null

const effective = (): Theme => chosen ?? (system.matches ? 'dark' : 'light')
const store = createStore<Theme>(effective())

function apply(): void {
  document.documentElement.dataset['theme'] = effective()
  store.set(effective())
}

system.addEventListener('change', apply)
apply()

export const useTheme = store.use

export function setTheme(theme: Theme): void {
  chosen = theme
  localStorage.setItem(KEY, theme)
  apply()
}
