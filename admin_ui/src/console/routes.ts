import { createRoute, redirect } from '@tanstack/react-router'
import { rootRoute, signedIn } from '../app/root'
import { readFilters, type Filters } from './filters'

type Search = Record<string, unknown>

const placeOf = ({ cursor }: Search): { cursor?: string } =>
  typeof cursor === 'string' && cursor !== '' ? { cursor } : {}
const wordsOf = ({ q }: Search): { q?: string } =>
  typeof q === 'string' && q !== '' ? { q } : typeof q === 'number' ? { q: String(q) } : {}

/** Paths are known at once, pages come in a chunk of their own when somebody opens one. */
const layout = createRoute({
  getParentRoute: () => rootRoute,
  path: '/admin',
  beforeLoad: signedIn,
}).lazy(() => import('./ConsoleLayout').then((page) => page.route))
const parent = () => layout
const home = createRoute({
  getParentRoute: parent,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/admin/jobs', replace: true })
  },
})
const jobs = createRoute({
  getParentRoute: parent,
  path: '/jobs',
  validateSearch: (search: Search): Filters & { cursor?: string } => ({
    ...readFilters(search),
    ...placeOf(search),
  }),
}).lazy(() => import('./jobs/JobsPage').then((page) => page.route))
const job = createRoute({ getParentRoute: parent, path: '/jobs/$jobId' }).lazy(() =>
  import('./job/JobPage').then((page) => page.route),
)
const dead = createRoute({
  getParentRoute: parent,
  path: '/dead-letters',
  validateSearch: placeOf,
}).lazy(() => import('./dead/DeadLettersPage').then((page) => page.route))
const workers = createRoute({ getParentRoute: parent, path: '/workers' }).lazy(() =>
  import('./workers/WorkersPage').then((page) => page.route),
)
const rooms = createRoute({
  getParentRoute: parent,
  path: '/rooms',
  validateSearch: placeOf,
}).lazy(() => import('./rooms/RoomsPage').then((page) => page.route))
const users = createRoute({
  getParentRoute: parent,
  path: '/users',
  validateSearch: (search: Search) => ({ ...wordsOf(search), ...placeOf(search) }),
}).lazy(() => import('./users/UsersPage').then((page) => page.route))
const health = createRoute({ getParentRoute: parent, path: '/health' }).lazy(() =>
  import('./health/HealthPage').then((page) => page.route),
)
export const consoleRoutes = [
  layout.addChildren([home, jobs, job, dead, workers, rooms, users, health]),
] as const
