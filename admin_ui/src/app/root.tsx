import { createRootRoute, redirect } from '@tanstack/react-router'
import { NotFoundPage } from './NotFoundPage'
import { PageError } from './PageError'
import { currentToken } from './session'
import { Shell } from './Shell'

export const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFoundPage,
  errorComponent: PageError,
})

/** `beforeLoad` of pages that need an account: sign in first, then come back. */
export function signedIn({ location }: { location: { href: string } }): void {
  if (currentToken() === null) throw redirect({ to: '/login', search: { next: location.href } })
}
