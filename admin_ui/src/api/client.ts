import createClient, { type Middleware } from 'openapi-fetch'
import { currentToken, signOut } from '../app/session'
import { Problem, problemFrom, unreachable } from './problem'
import type { paths } from './schema'

export const API = '/api'

/** Like fetch, signed in, and with refusals thrown as `Problem`. */
export async function request(input: Request | string, init?: RequestInit): Promise<Response> {
  const asked = new Request(input, init)
  const token = currentToken()
  if (token !== null) asked.headers.set('Authorization', `Bearer ${token}`)
  const response = await fetch(asked).catch((error: unknown) => {
    if (error instanceof TypeError) throw unreachable()
    throw error
  })
  if (response.ok) return response
  const problem = await problemFrom(response)
  // Only the token that was refused is given up: another tab may have signed in meanwhile.
  if (problem.code === 'UNAUTHORIZED' && currentToken() === token) signOut()
  throw problem
}

const thrown: Middleware = {
  onError: ({ error }) => (error instanceof Problem ? error : undefined),
}

const origin = typeof location === 'undefined' ? '' : location.origin
/** The typed client: `api.GET('/rooms/{room_id}', …)`; refusals are thrown. */
export const api = createClient<paths>({ baseUrl: origin + API, fetch: request })
api.use(thrown)

/** The answer's body; openapi-fetch types it as possibly absent, but refusals are thrown. */
export async function body<D>(answer: Promise<{ data?: D }>): Promise<D> {
  return (await answer).data as D
}
