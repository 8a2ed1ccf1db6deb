import { createLazyRoute, Link, Outlet } from '@tanstack/react-router'
import { useMe } from '../app/me'
import { NotFoundPage } from '../app/NotFoundPage'
import { useText, type TextKey } from './i18n'
import { Trouble } from './parts/Trouble'
import './console.css'
import './parts/parts.css'
import './parts/filters.css'
import './parts/table.css'
import './parts/table-phone.css'

const pages = [
  ['/admin/jobs', 'nav.jobs'],
  ['/admin/dead-letters', 'nav.deadLetters'],
  ['/admin/workers', 'nav.workers'],
  ['/admin/rooms', 'nav.rooms'],
  ['/admin/users', 'nav.users'],
  ['/admin/health', 'nav.health'],
] as const satisfies readonly (readonly [string, TextKey])[]

function ConsoleLayout() {
  const t = useText()
  const me = useMe()
  if (me.isError) return <Trouble error={me.error} onRetry={() => void me.refetch()} />
  if (me.data === undefined) return <p className="page soft">{t('loading')}</p>
  if (me.data.role !== 'admin') return <NotFoundPage />
  return (
    <div className="console">
      <nav className="console-nav" aria-label={t('nav')}>
        <ul>
          {pages.map(([to, name]) => (
            <li key={to}>
              <Link to={to} className="console-link">
                {t(name)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="console-page">
        <Outlet />
      </div>
    </div>
  )
}

export const route = createLazyRoute('/admin')({ component: ConsoleLayout })
