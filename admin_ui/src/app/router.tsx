import { createRoute, createRouter, redirect } from '@tanstack/react-router'
import { consoleRoutes } from '../console/routes'
import { ready } from '../room/opening'
import { rootRoute, signedIn } from './root'

/** Paths of our own only: nobody is led away by a link to the sign-in page. */
const inside = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined

const nextOf = (search: Record<string, unknown>): { next?: string } => {
  const next = inside(search['next'])
  return next === undefined ? {} : { next }
}

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/rooms' })
  },
})

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: nextOf,
}).lazy(() => import('../account/LoginPage').then((page) => page.route))

const signupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signup',
  validateSearch: nextOf,
}).lazy(() => import('../account/SignupPage').then((page) => page.route))

const roomsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/rooms',
  beforeLoad: signedIn,
}).lazy(() => import('../rooms/RoomsPage').then((page) => page.route))

const roomRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/rooms/$roomId',
  // Not a loader, which would wait for the page's code.
  beforeLoad: ({ location, params }) => {
    signedIn({ location })
    ready(params.roomId)
  },
  validateSearch: (search: Record<string, unknown>): { invite?: string } =>
    typeof search['invite'] === 'string' ? { invite: search['invite'] } : {},
}).lazy(() => import('../room/RoomPage').then((page) => page.route))

const recordingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/recordings',
  beforeLoad: signedIn,
}).lazy(() => import('../recordings/RecordingsPage').then((page) => page.route))

const recordingRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/recordings/$jobId',
  beforeLoad: signedIn,
}).lazy(() => import('../recordings/RecordingPage').then((page) => page.route))

const accountRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/account',
  beforeLoad: signedIn,
}).lazy(() => import('../account/AccountPage').then((page) => page.route))

const routeTree = rootRoute.addChildren([
  indexRoute,
  loginRoute,
  signupRoute,
  roomsRoute,
  roomRoute,
  recordingsRoute,
  recordingRoute,
  accountRoute,
  ...consoleRoutes,
])

export const router = createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: true })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
