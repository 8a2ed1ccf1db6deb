import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRouter, RouterProvider } from '@tanstack/react-router'
import { configure, render } from '@testing-library/react'
import { vi } from 'vitest'
import { rootRoute } from '../../app/root'
import { signIn } from '../../app/session'
import { ToastProvider } from '../../ui/Toast'
import { consoleRoutes } from '../routes'

/** What the gateway answers, by `METHOD /path`; a function sees the request and may give a Response. */
export type Answers = Record<string, unknown>

// A whole page is drawn, on machines that do other things besides.
configure({ asyncUtilTimeout: 4000 })

const routeTree = rootRoute.addChildren([...consoleRoutes])
const admin = { id: 'a', email: 'operator@malmoi.kr', role: 'admin', created_at: '2026-01-01' }

export function refusal(status: number, code: string, detail = ''): Response {
  return Response.json({ status, code, detail, trace_id: 'f00d' }, { status })
}

/** Opens a page of the console; gives what it asks for, newest last, and where it is. */
export function visit(path: string, answers: Answers) {
  signIn('token')
  const known: Answers = { 'GET /me': { user: admin }, ...answers }
  const asked: { what: string; search: string; sent: unknown }[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname, search } = new URL(request.url)
    const what = `${request.method} ${pathname.replace(/^\/api/, '')}`
    const text = await request.clone().text()
    asked.push({ what, search, sent: text === '' ? null : JSON.parse(text) })
    const answer = known[what]
    const given: unknown = typeof answer === 'function' ? await answer(request) : answer
    if (given instanceof Response) return given.clone()
    return given === undefined ? refusal(404, 'NOT_FOUND') : Response.json(given)
  })
  const history = createMemoryHistory({ initialEntries: [path] })
  const router = createRouter({ routeTree, history })
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <QueryClientProvider client={queries}>
      <ToastProvider>
        <RouterProvider router={router} />
      </ToastProvider>
    </QueryClientProvider>,
  )
  return { asked, known, address: () => history.location.href }
}
