import { createStore } from './store'

const KEY = 'malmoi.token'

const store = createStore<string | null>(localStorage.getItem(KEY))

// Signing in or out in one tab counts in all.
addEventListener('storage', (event) => {
  if (event.key === KEY) store.set(event.newValue)
})

export const currentToken = store.get
export const useToken = store.use
/** Tells when somebody signs in or out. */
export const onToken = store.subscribe

export function signIn(token: string): void {
  localStorage.setItem(KEY, token)
  store.set(token)
}

export function signOut(): void {
  localStorage.removeItem(KEY)
  store.set(null)
}
