import { createLazyRoute, Link } from '@tanstack/react-router'
import { api } from '../../api/client'
import { Badge } from '../../ui/Badge'
import { useText } from '../i18n'
import { useAct, useLive } from '../live'
import { useFormat } from '../locale'
import type { ConsoleRoom } from '../model'
import { Answer } from '../parts/Answer'
import { Confirm } from '../parts/Confirm'
import { Empty } from '../parts/Empty'
import { Pager, useTurn } from '../parts/Pager'
import { Table } from '../parts/Table'
import { nameOf } from './people'

function RoomsPage() {
  const t = useText()
  const { cursor } = route.useSearch()
  const turn = useTurn()
  const rooms = useLive(['rooms', cursor], () =>
    api.GET('/admin/rooms', { params: { query: { cursor: cursor ?? null } } }),
  )
  return (
    <>
      <header className="console-head">
        <h1>{t('rooms.title')}</h1>
      </header>
      <Answer of={rooms}>
        {(page) => (
          <>
            {page.rooms.length === 0 ? (
              <Empty title={t('rooms.empty')} hint={t('rooms.empty.hint')} />
            ) : (
              <Rooms rooms={page.rooms} />
            )}
            <Pager cursor={cursor} next={page.next} onTurn={turn} />
          </>
        )}
      </Answer>
    </>
  )
}

function Rooms({ rooms }: { rooms: readonly ConsoleRoom[] }) {
  const t = useText()
  return (
    <Table
      caption={t('rooms.caption')}
      rows={rooms}
      keyOf={({ id }) => id}
      columns={[
        { name: t('rooms.col.room'), cell: (room) => <Title room={room} /> },
        { name: t('rooms.col.people'), cell: (room) => <People room={room} /> },
        { name: t('rooms.col.baton'), cell: (room) => <Baton room={room} /> },
        { name: t('rooms.col.queue'), cell: (room) => <Queue room={room} /> },
        { name: t('rooms.col.actions'), cell: (room) => <Actions room={room} /> },
      ]}
    />
  )
}

interface Row {
  room: ConsoleRoom
}

function Title({ room }: Row) {
  const format = useFormat()
  return (
    <>
      <span className="line">{room.title}</span>
      <span className="line hint">{format.short(room.created_at)}</span>
    </>
  )
}

function People({ room }: Row) {
  const t = useText()
  if (room.participants.length === 0) return <span className="soft">{t('rooms.nobody')}</span>
  return (
    <ul className="plain">
      {room.participants.map(({ user_id, email, online }) => (
        <li key={user_id}>
          {email}{' '}
          <Badge tone={online ? 'good' : 'neutral'}>
            {online ? `● ${t('rooms.online')}` : `○ ${t('rooms.offline')}`}
          </Badge>
        </li>
      ))}
    </ul>
  )
}

function Baton({ room }: Row) {
  const t = useText()
  const format = useFormat()
  if (room.holder === null) return <span className="soft">{t('rooms.free')}</span>
  const until = room.holder.expires_at
  return (
    <>
      <span className="line">{nameOf(room, room.holder.user_id)}</span>
      {until !== null && (
        <span className="line hint">{t('rooms.until', { when: format.short(until) })}</span>
      )}
    </>
  )
}

function Queue({ room }: Row) {
  const t = useText()
  if (room.queue.length === 0) return <span className="soft">{t('rooms.nobody')}</span>
  return (
    <ol className="plain numbered">
      {room.queue.map((id) => (
        <li key={id}>{nameOf(room, id)}</li>
      ))}
    </ol>
  )
}

function Actions({ room }: Row) {
  const t = useText()
  const params = { path: { room_id: room.id } }
  const release = useAct(
    () => api.POST('/admin/rooms/{room_id}/release-baton', { params }),
    t('rooms.released'),
  )
  return (
    <div className="actions">
      <Link to="/admin/jobs" search={{ room_id: room.id }} className="button button-plain">
        {t('rooms.jobs')}
      </Link>
      {room.holder !== null && (
        <Confirm
          label={t('rooms.release')}
          title={t('rooms.release.title', { email: nameOf(room, room.holder.user_id) })}
          hint={t('rooms.release.hint')}
          act={release}
          danger
        />
      )}
    </div>
  )
}

export const route = createLazyRoute('/admin/rooms')({ component: RoomsPage })
