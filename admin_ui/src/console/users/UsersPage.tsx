import { createLazyRoute, Link, useNavigate } from '@tanstack/react-router'
import { api } from '../../api/client'
import { Badge } from '../../ui/Badge'
import { useText } from '../i18n'
import { useLive } from '../live'
import { useFormat } from '../locale'
import type { ConsoleUser } from '../model'
import { Answer } from '../parts/Answer'
import { Empty } from '../parts/Empty'
import { Pager, useTurn } from '../parts/Pager'
import { SearchField } from '../parts/SearchField'
import { Table } from '../parts/Table'
import { UserActions } from './UserActions'

function UsersPage() {
  const t = useText()
  const { q = '', cursor } = route.useSearch()
  const turn = useTurn()
  const navigate = useNavigate()
  const users = useLive(['users', q, cursor], () =>
    api.GET('/admin/users', { params: { query: { q, cursor: cursor ?? null } } }),
  )
  const find = (words: string) =>
    void navigate({ to: '/admin/users', search: words === '' ? {} : { q: words }, replace: true })
  return (
    <>
      <header className="console-head">
        <h1>{t('users.title')}</h1>
      </header>
      <div role="search" className="filters" aria-label={t('filters')}>
        <SearchField label={t('users.q')} type="search" given={q} onSettled={find} />
      </div>
      <Answer of={users}>
        {(page) => (
          <>
            {page.users.length === 0 ? (
              <Empty title={t('users.empty')} hint={t('users.empty.hint')} />
            ) : (
              <Users users={page.users} />
            )}
            <Pager cursor={cursor} next={page.next} onTurn={turn} />
          </>
        )}
      </Answer>
    </>
  )
}

function Users({ users }: { users: readonly ConsoleUser[] }) {
  const t = useText()
  const format = useFormat()
  return (
    <Table
      caption={t('users.caption')}
      rows={users}
      keyOf={({ id }) => id}
      columns={[
        { name: t('users.col.email'), cell: ({ email }) => email },
        { name: t('users.col.role'), cell: (user) => <Role user={user} /> },
        { name: t('users.col.created'), cell: ({ created_at }) => format.short(created_at) },
        { name: t('users.col.rooms'), cell: (user) => <Rooms user={user} /> },
        { name: t('users.col.actions'), cell: (user) => <UserActions user={user} /> },
      ]}
    />
  )
}

function Role({ user: { role } }: { user: ConsoleUser }) {
  const t = useText()
  return role === 'admin' ? <Badge tone="busy">★ {t('role.admin')}</Badge> : <>{t('role.user')}</>
}

function Rooms({ user: { rooms } }: { user: ConsoleUser }) {
  const t = useText()
  if (rooms.length === 0) return <span className="soft">{t('none')}</span>
  return (
    <ul className="plain">
      {rooms.map(({ id, title }) => (
        <li key={id}>
          <Link to="/admin/jobs" search={{ room_id: id }}>
            {title}
          </Link>
        </li>
      ))}
    </ul>
  )
}

export const route = createLazyRoute('/admin/users')({ component: UsersPage })
