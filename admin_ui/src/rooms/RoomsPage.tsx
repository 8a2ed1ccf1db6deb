import { useInfiniteQuery } from '@tanstack/react-query'
import { createLazyRoute, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body } from '../api/client'
import type { components } from '../api/schema'
import { useProblemText } from '../app/problemText'
import { useTitle } from '../app/title'
import { useText } from '../i18n'
import { Badge } from '../ui/Badge'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { CreateDialog } from './CreateDialog'
import './rooms.css'

type Summary = components['schemas']['RoomSummary']

const REFRESH_MS = 5000

const page = (after: string | null) =>
  body(api.GET('/rooms', { params: { query: after === null ? {} : { after } } }))

function RoomsPage() {
  const t = useText()
  const problemText = useProblemText()
  useTitle(t('rooms.title'))
  const [creating, setCreating] = useState(false)
  const rooms = useInfiniteQuery({
    queryKey: ['rooms'],
    queryFn: ({ pageParam }) => page(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: REFRESH_MS,
  })
  const all = rooms.data?.pages.flatMap((each) => each.rooms) ?? []
  const create = (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Icon name="plus" size={18} />
      {t('rooms.create')}
    </Button>
  )
  return (
    <section className="page">
      <header className="rooms-head">
        <div className="page-head">
          <h1>{t('rooms.title')}</h1>
          <p className="soft">{t('rooms.lead')}</p>
        </div>
        {all.length > 0 && create}
      </header>
      {rooms.isError && all.length === 0 && (
        <p className="form-error" role="alert">
          {problemText(rooms.error)}
        </p>
      )}
      {rooms.isPending && <p className="soft">{t('talk.loading')}</p>}
      {rooms.isSuccess && all.length === 0 && (
        <div className="rooms-empty card">
          <Icon name="mic" size={40} />
          <h2>{t('rooms.empty.title')}</h2>
          <p className="soft">{t('rooms.empty.text')}</p>
          {create}
        </div>
      )}
      <ul className="rooms">
        {all.map((room) => (
          <RoomCard key={room.room_id} room={room} />
        ))}
      </ul>
      {rooms.hasNextPage && (
        <Button busy={rooms.isFetchingNextPage} onClick={() => void rooms.fetchNextPage()}>
          {t('rooms.more')}
        </Button>
      )}
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
    </section>
  )
}

function RoomCard({ room }: { room: Summary }) {
  const t = useText()
  const full = room.occupancy >= room.capacity && !room.joined
  const { occupancy, capacity } = room
  return (
    <li>
      <Link to="/rooms/$roomId" params={{ roomId: room.room_id }} className="room-card">
        <span className="room-card-title">
          {room.title}
          {room.has_password && (
            <>
              <Icon name="lock" size={16} />
              <span className="visually-hidden">{t('rooms.locked')}</span>
            </>
          )}
        </span>
        <span className="room-card-foot">
          <Seats occupancy={occupancy} capacity={capacity} />
          <span className="soft">{t('rooms.occupancy', { occupancy, capacity })}</span>
          {room.joined && <Badge tone="good">{t('rooms.joined')}</Badge>}
          {full && <Badge>{t('rooms.full')}</Badge>}
        </span>
      </Link>
    </li>
  )
}

function Seats({ occupancy, capacity }: { occupancy: number; capacity: number }) {
  return (
    <span className="seats" aria-hidden="true">
      {Array.from({ length: capacity }, (_, index) => (
        <span key={index} className={index < occupancy ? 'seat seat-taken' : 'seat'} />
      ))}
    </span>
  )
}

export const route = createLazyRoute('/rooms')({ component: RoomsPage })
